//! Runs with a clock that stands still, as on a board without one.

use rungs::Instant;
use rungs::scheduler::Action;

use crate::layout::{Buffers, Layout};
use crate::oracle::{Case, Ends};
use crate::random::{Random, seeds};

/// The run ends without ever asking to be woken, whichever attempt ends first and however many are in flight.
#[test]
fn plans_without_time_settings_need_no_time() {
    for seed in seeds(5_000) {
        let mut random = Random::new(seed);
        let case = without_time(random.case(30));
        run(&case, &mut random);
    }
}

fn without_time(mut case: Case) -> Case {
    (case.run_deadline, case.stops) = (None, Vec::new());
    for spec in &mut case.steps {
        (spec.timeout, spec.deadline, spec.delay) = (None, None, 0);
    }
    case
}

fn run(case: &Case, random: &mut Random) {
    let most_starts: u32 = case.steps.iter().map(|spec| spec.retries + 1).sum();
    let layout = Layout::new(case);
    let mut storage = Buffers::default();
    let now = Instant::ZERO;
    let mut run = layout.run(&mut storage, now);
    let (mut starts, mut in_flight) = (0, Vec::new());
    while !run.has_ended() {
        while let Some(action) = run.poll_action(now) {
            match action {
                Action::Start(step) => {
                    starts += 1;
                    assert!(starts <= most_starts, "more attempts than retries allow: {case}");
                    in_flight.push(step);
                }
                Action::Abandon(step) => {
                    in_flight.retain(|other| *other != step);
                    run.handle_outcome(step, rungs::scheduler::Outcome::Abandoned, now);
                }
                _ => {}
            }
        }
        assert_eq!(run.poll_deadline(), None, "{case}");
        assert_eq!(run.in_flight() as usize, in_flight.len(), "{case}");
        if !in_flight.is_empty() {
            let step = in_flight.swap_remove(random.below(in_flight.len() as u64) as usize);
            run.handle_outcome(step, outcome(case, random, step.index()), now);
        } else {
            assert!(run.has_ended(), "nothing is in flight, and not all has ended: {case}");
        }
    }
}

fn outcome(case: &Case, random: &mut Random, step: usize) -> rungs::scheduler::Outcome {
    use rungs::Retry;
    use rungs::scheduler::Outcome;
    let script = &case.steps[step].script;
    match script[random.below(script.len() as u64) as usize].ends {
        Ends::Ok | Ends::Never => Outcome::Success,
        Ends::Err | Ends::ErrAfter(_) => Outcome::Failed(Retry::Yes),
        Ends::ErrFinal => Outcome::Failed(Retry::No),
        Ends::Panic => Outcome::Panicked,
        Ends::Skips => unreachable!("no case here has it"),
    }
}
