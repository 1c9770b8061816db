//! On random cases the scheduler does what the oracle expects.

use std::collections::BTreeMap;

use crate::agreement::{check_given_seed, check_late_seed, check_seed, check_seed_with_meanings};
use crate::oracle::{self, Case};
use crate::random::{Random, seeds};

#[test]
fn of_up_to_6_steps() {
    seeds(100_000).for_each(|seed| check_seed(seed, 6));
}

#[test]
fn of_up_to_20_steps() {
    seeds(10_000).for_each(|seed| check_seed(seed, 20));
}

#[test]
fn of_up_to_60_steps() {
    seeds(1_000).for_each(|seed| check_seed(seed, 60));
}

#[test]
fn of_up_to_6_steps_with_late_ends() {
    seeds(100_000).for_each(|seed| check_late_seed(seed, 6));
}

#[test]
fn of_up_to_20_steps_with_late_ends() {
    seeds(10_000).for_each(|seed| check_late_seed(seed, 20));
}

#[test]
fn of_up_to_6_steps_with_meanings() {
    seeds(100_000).for_each(|seed| check_seed_with_meanings(seed, 6));
}

#[test]
fn of_up_to_20_steps_with_meanings() {
    seeds(10_000).for_each(|seed| check_seed_with_meanings(seed, 20));
}

#[test]
fn of_up_to_6_steps_some_of_which_have_ended_before() {
    seeds(100_000).for_each(|seed| check_given_seed(seed, 6));
}

#[test]
fn of_up_to_20_steps_some_of_which_have_ended_before() {
    seeds(10_000).for_each(|seed| check_given_seed(seed, 20));
}

/// The cases would show little if most of them ended in the same way.
#[test]
fn the_cases_are_not_alike() {
    let (ends, codes) = count_ends(|random| random.case(20));
    assert!(codes.len() == 3 && codes.values().all(|count| *count > 100), "{codes:?}");
    assert!(ends.len() == 25 && ends.values().all(|count| *count > 50), "{ends:#?}");
}

#[test]
fn the_cases_with_late_ends_are_not_alike() {
    let (ends, codes) = count_ends(|random| random.late_case(20));
    assert!(codes.len() == 3 && codes.values().all(|count| *count > 100), "{codes:?}");
    let still_running = ends.iter().filter(|(end, _)| end.ends_with("still running"));
    assert_eq!(still_running.count(), 10, "{ends:#?}");
    assert!(ends.len() == 37 && ends["Failed Blocked "] > 500, "{ends:#?}");
}

#[test]
fn the_cases_with_meanings_are_not_alike() {
    let (ends, codes) = count_ends(|random| random.case_with_meanings(20));
    assert!(codes.len() == 3 && codes.values().all(|count| *count > 100), "{codes:?}");
    for end in ["Success Done  late", "Skipped ByItself ", "Skipped ByItself again", "Cancelled Token  still running"] {
        assert!(ends[end] > 50, "{end}: {ends:#?}");
    }
    assert!(ends.len() == 41, "{ends:#?}");
}

#[test]
fn the_cases_in_which_steps_have_ended_before_are_not_alike() {
    let (ends, codes) = count_ends(|random| random.given_case(20));
    assert!(codes.len() == 3 && codes.values().all(|count| *count > 100), "{codes:?}");
    for end in ["Skipped NotSelected ", "Skipped UpToDate ", "Skipped Dependency ", "Failed TimedOut "] {
        assert!(ends[end] > 500, "{end}: {ends:#?}");
    }
}

/// How often the steps of random cases end in each way, and how often each exit code comes up.
fn count_ends(case: impl Fn(&mut Random) -> Case) -> (BTreeMap<String, u32>, BTreeMap<u8, u32>) {
    let (mut ends, mut codes) = (BTreeMap::<String, u32>::new(), BTreeMap::<u8, u32>::new());
    for seed in 0..10_000 {
        let expected = oracle::run(&case(&mut Random::new(seed)));
        *codes.entry(expected.exit_code).or_default() += 1;
        for end in expected.steps {
            let cause: String = end.why.to_string().chars().take_while(|c| c.is_alphabetic()).collect();
            let again = if end.attempts > 1 { "again" } else { "" };
            let still_running = if end.still_running { " still running" } else { "" };
            let late = if end.late { " late" } else { "" };
            *ends.entry(format!("{:?} {cause} {again}{still_running}{late}", end.status)).or_default() += 1;
        }
    }
    (ends, codes)
}
