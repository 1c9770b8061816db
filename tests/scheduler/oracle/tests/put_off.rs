//! Starts that the driver puts off: see `SharedResource`, whose units a step waits for without an attempt.

use super::check;
use crate::oracle::build::{case, err, never, ok, step};

#[test]
fn a_start_that_is_put_off_was_none() {
    // The other step has the permit meanwhile, and the timeout counts from the start.
    check(
        case([step([ok(2)]).timeout(3).put_off(2), step([ok(1)])]).limit(1),
        ["Success Done x1 2..4", "Success Done x1 0..1"],
        "starts 1@0 0@2, finished 4, exit 0",
    );
}

#[test]
fn each_attempt_is_put_off() {
    check(
        case([step([err(1), ok(1)]).retries(1).put_off(2)]),
        ["Success Done x2 2..6"],
        "starts 0@2 0@5, finished 6, exit 0",
    );
}

#[test]
fn a_deadline_counts_from_the_first_attempt() {
    check(
        case([step([never()]).retries(9).timeout(1).deadline(3).put_off(3)]),
        ["Failed TimedOut x1 3..6 last TimedOut"],
        "starts 0@3, finished 6, exit 1",
    );
}

#[test]
fn a_stop_ends_a_step_that_is_put_off() {
    check(
        case([step([ok(1)]).put_off(5), step([err(1)]).retries(1).put_off(2)]).drain_at(4),
        ["Skipped Drain x0 ..4", "Cancelled Drain x1 2..4 last Own"],
        "starts 1@2, finished 4, exit 2",
    );
}
