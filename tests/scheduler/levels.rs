//! Runs by level: no step of a level starts before all steps of lower levels have ended.

use crate::oracle::Case;
use crate::oracle::build::{case, err, ok, step};
use crate::random::{Random, seeds};
use crate::sim::{Event, play, play_traced};

#[test]
fn the_slowest_step_of_a_level_holds_the_next_one_back() {
    let steps = [step([ok(9)]), step([ok(1)]), step([ok(1)]).needs([1]), step([ok(1)]).needs([2])];
    assert_eq!(play(&case(steps.clone())).starts, [(0, 0), (0, 1), (1, 2), (2, 3)]);
    assert_eq!(play(&case(steps).levels()).starts, [(0, 0), (0, 1), (9, 2), (10, 3)]);
}

#[test]
fn a_step_that_will_be_retried_has_not_ended() {
    let steps = [step([err(1), ok(1)]).retries(1).delay(7), step([ok(1)]), step([ok(1)]).needs([1])];
    assert_eq!(play(&case(steps).levels()).starts, [(0, 0), (0, 1), (8, 0), (9, 2)]);
}

#[test]
fn a_level_that_fails_as_a_whole_opens_the_next() {
    // The two steps of level 1 never start; the clean-up step of level 2 must not wait for them.
    let steps = [
        step([err(3)]),
        step([ok(1)]).needs([0]),
        step([ok(1)]).needs([0]).skip_on_error(),
        step([ok(1)]).needs([1, 2]).all_done(),
    ];
    assert_eq!(play(&case(steps).levels()).starts, [(0, 0), (3, 3)]);
}

/// This holds also if limits and resources hold steps of a level back while steps of higher levels are ready.
#[test]
fn levels_never_overlap() {
    for seed in seeds(5_000) {
        let case = Case { levels: true, ..Random::new(seed).case(40) };
        let levels = levels(&case);
        let mut open: Vec<usize> = levels.clone();
        for (now, event) in play_traced(&case).trace {
            match event {
                Event::Started(step) => {
                    let lowest = open.iter().min();
                    assert!(lowest >= Some(&levels[step]), "seed {seed}: step {step} at {now}: {case}");
                }
                Event::Ended(step) => {
                    open.swap_remove(open.iter().position(|level| *level == levels[step]).unwrap());
                }
                _ => {}
            }
        }
    }
}

/// The length of the longest path that leads to each step; 0 if none does.
fn levels(case: &Case) -> Vec<usize> {
    fn level(case: &Case, step: usize, known: &mut [Option<usize>]) -> usize {
        if let Some(level) = known[step] {
            return level;
        }
        let spec = &case.steps[step];
        let before = spec.needs.iter().chain(&spec.order);
        let found = before.map(|&other| level(case, other, known) + 1).max().unwrap_or(0);
        known[step] = Some(found);
        found
    }
    let mut known = vec![None; case.steps.len()];
    (0..case.steps.len()).map(|step| level(case, step, &mut known)).collect()
}
