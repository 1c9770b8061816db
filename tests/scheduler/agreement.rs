//! Compares the scheduler with the oracle on one case.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::oracle::{self, Case, Expected};
use crate::random::Random;
use crate::{shrink, sim};

/// Checks that the scheduler does with a case what the oracle expects.
#[track_caller]
pub(crate) fn check(case: &Case) {
    let expected = oracle::run(case);
    for play in ways(case) {
        let played = play(case);
        assert!(expected == played, "{}", show(case, &expected, &played));
    }
}

/// How a case is played: where steps use resources, without and with queues.
fn ways(case: &Case) -> &'static [fn(&Case) -> Expected] {
    let is_used = case.steps.iter().any(|step| !step.uses.is_empty());
    if is_used { &[sim::play, sim::play_with_queues] } else { &[sim::play] }
}

/// Checks the case of a seed, and shows a smaller case if it fails.
#[track_caller]
pub(crate) fn check_seed(seed: u64, most_steps: u64) {
    check_random(&format!("seed {seed} for up to {most_steps} steps"), Random::new(seed).case(most_steps));
}

/// As [`check_seed`], for a case in which attempts end late or never.
#[track_caller]
pub(crate) fn check_late_seed(seed: u64, most_steps: u64) {
    check_random(&format!("seed {seed} for up to {most_steps} steps, late"), Random::new(seed).late_case(most_steps));
}

/// As [`check_seed`], for a case in which steps skip themselves, join, wait for all before them, or are never cancelled.
#[track_caller]
pub(crate) fn check_seed_with_meanings(seed: u64, most_steps: u64) {
    let case = Random::new(seed).case_with_meanings(most_steps);
    check_random(&format!("seed {seed} for up to {most_steps} steps, with meanings"), case);
}

/// As [`check_seed`], for a case in which steps have ended before the run begins.
#[track_caller]
pub(crate) fn check_given_seed(seed: u64, most_steps: u64) {
    let case = Random::new(seed).given_case(most_steps);
    check_random(&format!("seed {seed} for up to {most_steps} steps, some given"), case);
}

/// Checks a case, and shows a smaller case under this title if it fails.
#[track_caller]
pub(crate) fn check_random(title: &str, case: Case) {
    if differs(&case, &oracle::run(&case)) {
        println!("{title}, reduced:");
        check(&shrink::shrink(case, is_wrong));
    }
}

/// Whether the scheduler does not do what is expected, or panics.
fn differs(case: &Case, expected: &Expected) -> bool {
    let played = || ways(case).iter().all(|play| play(case) == *expected);
    !catch_unwind(AssertUnwindSafe(played)).unwrap_or(false)
}

/// As [`differs`], but `false` for a case that the oracle rejects: reducing a case may lead to such.
fn is_wrong(case: &Case) -> bool {
    catch_unwind(AssertUnwindSafe(|| oracle::run(case))).is_ok_and(|expected| differs(case, &expected))
}

fn show(case: &Case, expected: &Expected, played: &Expected) -> String {
    format!("\ncase:      {case}\noracle:    {expected}\nscheduler: {played}\n")
}
