//! Retries, delays, verdicts, time limits and panics of one step.

use super::check;
use crate::oracle::Spec;
use crate::oracle::build::{case, err, err_after, err_final, never, ok, panics, step};

/// A case of this step alone.
#[track_caller]
fn check_alone(spec: Spec, end: &str, whole: &str) {
    check(case([spec]), [end], whole);
}

#[test]
fn retries_follow_at_once() {
    check_alone(
        step([err(1), err(1), ok(1)]).retries(2),
        "Success Done x3 0..3",
        "starts 0@0 0@1 0@2, finished 3, exit 0",
    );
    check_alone(
        step([err(0), err(0), ok(0)]).retries(2),
        "Success Done x3 0..0",
        "starts 0@0 0@0 0@0, finished 0, exit 0",
    );
}

#[test]
fn retries_are_used_up() {
    check_alone(step([err(1)]), "Failed Own x1 0..1 last Own", "starts 0@0, finished 1, exit 1");
    check_alone(step([err(1)]).retries(1), "Failed Own x2 0..2 last Own", "starts 0@0 0@1, finished 2, exit 1");
}

#[test]
fn the_delay_comes_before_each_further_attempt() {
    check_alone(
        step([err(1), err(1), ok(1)]).retries(2).delay(3),
        "Success Done x3 0..9",
        "starts 0@0 0@4 0@8, finished 9, exit 0",
    );
}

#[test]
fn verdict_after_replaces_the_delay() {
    let whole = "starts 0@0 0@8, finished 9, exit 0";
    check_alone(step([err_after(1, 7), ok(1)]).retries(1).delay(3), "Success Done x2 0..9", whole);
    let whole = "starts 0@0 0@1, finished 2, exit 0";
    check_alone(step([err_after(1, 0), ok(1)]).retries(1).delay(3), "Success Done x2 0..2", whole);
    let whole = "starts 0@0, finished 1, exit 1";
    check_alone(step([err_after(1, 7)]), "Failed Own x1 0..1 last Own", whole);
}

#[test]
fn verdict_no_ends_the_step() {
    let whole = "starts 0@0, finished 1, exit 1";
    check_alone(step([err_final(1)]).retries(5), "Failed Own x1 0..1 last Own", whole);
}

#[test]
fn panic_is_never_retried() {
    let whole = "starts 0@0, finished 1, exit 1";
    check_alone(step([panics(1)]).retries(5), "Failed Panicked x1 0..1", whole);
    let whole = "starts 0@0 0@1, finished 2, exit 1";
    check_alone(step([err(1), panics(1)]).retries(5), "Failed Panicked x2 0..2", whole);
}

#[test]
fn panic_leaves_the_others_alone() {
    check(
        case([step([panics(1)]), step([ok(3)])]),
        ["Failed Panicked x1 0..1", "Success Done x1 0..3"],
        "starts 0@0 1@0, finished 3, exit 1",
    );
}

#[test]
fn timeout_is_a_failed_attempt() {
    check_alone(
        step([never()]).timeout(2).retries(1),
        "Failed TimedOut x2 0..4 last TimedOut",
        "starts 0@0 0@2, finished 4, exit 1",
    );
    check_alone(
        step([never(), ok(1)]).timeout(2).retries(1).delay(3),
        "Success Done x2 0..6",
        "starts 0@0 0@5, finished 6, exit 0",
    );
}

#[test]
fn the_last_error_is_that_of_the_last_attempt() {
    let whole = "starts 0@0 0@2, finished 3, exit 1";
    check_alone(step([never(), err(1)]).timeout(2).retries(1), "Failed Own x2 0..3 last Own", whole);
}

#[test]
fn timeout_is_not_retried_if_so_configured() {
    check_alone(
        step([never()]).timeout(2).retries(1).retry_on_timeout(false),
        "Failed TimedOut x1 0..2 last TimedOut",
        "starts 0@0, finished 2, exit 1",
    );
    check_alone(
        step([err(1), ok(1)]).timeout(2).retries(1).retry_on_timeout(false),
        "Success Done x2 0..2",
        "starts 0@0 0@1, finished 2, exit 0",
    );
}

#[test]
fn timeout_of_zero() {
    let whole = "starts 0@0 0@0, finished 0, exit 0";
    check_alone(step([never(), ok(0)]).timeout(0).retries(1), "Success Done x2 0..0", whole);
}

#[test]
fn deadline_abandons_the_attempt_in_flight() {
    let whole = "starts 0@0, finished 4, exit 1";
    check_alone(step([never()]).deadline(4).retries(3), "Failed Deadline x1 0..4", whole);
}

#[test]
fn deadline_spans_attempts_and_backoff() {
    check_alone(
        step([err(1), never()]).retries(3).delay(1).deadline(5),
        "Failed Deadline x2 0..5",
        "starts 0@0 0@2, finished 5, exit 1",
    );
}

#[test]
fn deadline_goes_before_a_timeout_at_the_same_instant() {
    let whole = "starts 0@0, finished 4, exit 1";
    check_alone(step([never()]).timeout(4).deadline(4).retries(1), "Failed Deadline x1 0..4", whole);
}

#[test]
fn backoff_that_would_reach_the_deadline_fails_now() {
    let whole = "starts 0@0, finished 1, exit 1";
    check_alone(step([err(1)]).retries(3).delay(4).deadline(5), "Failed Own x1 0..1 last Own", whole);
    let whole = "starts 0@0, finished 2, exit 1";
    check_alone(
        step([never()]).retries(3).timeout(2).delay(4).deadline(5),
        "Failed TimedOut x1 0..2 last TimedOut",
        whole,
    );
    // One unit less, and there is another attempt, whose failure at the deadline is its last.
    let whole = "starts 0@0 0@4, finished 5, exit 1";
    check_alone(step([err(1)]).retries(3).delay(3).deadline(5), "Failed Own x2 0..5 last Own", whole);
}

#[test]
fn deadline_while_waiting_for_a_permit_to_retry() {
    check(
        case([step([err(1), ok(1)]).retries(1).delay(1).deadline(4), step([ok(9)])]).limit(1),
        ["Failed Own x1 0..4 last Own", "Success Done x1 1..10"],
        "starts 0@0 1@1, finished 10, exit 1",
    );
    check(
        case([step([never()]).retries(1).timeout(1).delay(1).deadline(4), step([ok(9)])]).limit(1),
        ["Failed TimedOut x1 0..4 last TimedOut", "Success Done x1 1..10"],
        "starts 0@0 1@1, finished 10, exit 1",
    );
}

#[test]
fn deadline_runs_from_the_first_start() {
    check(
        case([step([ok(5)]), step([ok(3)]).deadline(4)]).limit(1),
        ["Success Done x1 0..5", "Success Done x1 5..8"],
        "starts 0@0 1@5, finished 8, exit 0",
    );
}
