//! Stops by a failure, by the token and by the run's deadline, and the exit code.

use super::check;
use crate::oracle::build::{case, err, never, ok, panics, step};

const FAILED_AT_1: &str = "Failed Own x1 0..1 last Own";

#[test]
fn drain_lets_attempts_end_and_starts_none() {
    check(
        case([step([err(2)]), step([ok(5)]), step([ok(1)]).needs([1]), step([err(1)]).retries(1).delay(9)])
            .drain_on_failure(),
        [
            "Failed Own x1 0..2 last Own",
            "Success Done x1 0..5",
            "Skipped Stopped(0) x0 ..2",
            "Cancelled Stopped(0) x1 0..2 last Own",
        ],
        "starts 0@0 1@0 3@0, finished 5, exit 1",
    );
}

#[test]
fn skip_on_error_is_no_clean_up() {
    check(
        case([step([err(1)]), step([ok(2)]), step([ok(1)]).needs([1]).skip_on_error()]).drain_on_failure(),
        [FAILED_AT_1, "Success Done x1 0..2", "Skipped Stopped(0) x0 ..1"],
        "starts 0@0 1@0, finished 2, exit 1",
    );
}

#[test]
fn drain_forbids_a_failed_attempt_its_retry() {
    let steps = |last| case([step([err(1)]), last]).drain_on_failure();
    let whole = "starts 0@0 1@0, finished 3, exit 1";
    check(steps(step([err(3)]).retries(2)), [FAILED_AT_1, "Cancelled Stopped(0) x1 0..3 last Own"], whole);
    check(
        steps(step([never()]).timeout(3).retries(2)),
        [FAILED_AT_1, "Cancelled Stopped(0) x1 0..3 last TimedOut"],
        whole,
    );
    // Without retries left, or with none before the deadline, there is nothing to forbid.
    let failed = [FAILED_AT_1, "Failed Own x1 0..3 last Own"];
    check(steps(step([err(3)])), failed, whole);
    check(steps(step([err(3)]).retries(1).delay(9).deadline(5)), failed, whole);
}

#[test]
fn drain_ends_a_step_that_waits_for_a_permit_to_retry() {
    check(
        case([step([err(1)]).retries(1).delay(1), step([ok(9)])]).limit(1).drain_at(3),
        ["Cancelled Drain x1 0..3 last Own", "Success Done x1 1..10"],
        "starts 0@0 1@1, finished 10, exit 2",
    );
}

#[test]
fn cancel_abandons_attempts_in_flight() {
    check(
        case([step([err(2)]), step([ok(5)]), step([ok(1)]).needs([1])]).cancel_on_failure(),
        ["Failed Own x1 0..2 last Own", "Cancelled Stopped(0) x1 0..2", "Skipped Stopped(0) x0 ..2"],
        "starts 0@0 1@0, finished 2, exit 1",
    );
}

#[test]
fn an_abandoned_second_attempt_keeps_the_error_of_the_first() {
    check(
        case([step([err(2)]), step([err(1), never()]).retries(1)]).cancel_on_failure(),
        ["Failed Own x1 0..2 last Own", "Cancelled Stopped(0) x2 0..2 last Own"],
        "starts 0@0 1@0 1@1, finished 2, exit 1",
    );
}

#[test]
fn every_own_failure_stops() {
    let steps = |first| case([first, step([ok(5)])]).cancel_on_failure();
    let (cancelled, whole) = ("Cancelled Stopped(0) x1 0..1", "starts 0@0 1@0, finished 1, exit 1");
    check(steps(step([err(1)])), [FAILED_AT_1, cancelled], whole);
    check(steps(step([panics(1)])), ["Failed Panicked x1 0..1", cancelled], whole);
    check(steps(step([never()]).deadline(1)), ["Failed Deadline x1 0..1", cancelled], whole);
    check(steps(step([never()]).timeout(1)), ["Failed TimedOut x1 0..1 last TimedOut", cancelled], whole);
}

#[test]
fn neither_an_attempt_nor_a_need_stops() {
    check(
        case([step([err(1), ok(1)]).retries(1), step([ok(1)]), step([ok(1)]).needs([1])]).cancel_on_failure(),
        ["Success Done x2 0..2", "Success Done x1 0..1", "Success Done x1 1..2"],
        "starts 0@0 1@0 0@1 2@1, finished 2, exit 0",
    );
    check(
        case([step([err(1)]).optional(), step([ok(1)]).needs([0]), step([ok(2)])]).cancel_on_failure(),
        [FAILED_AT_1, "Failed Dependency(0 via 0) x0 ..1", "Success Done x1 0..2"],
        "starts 0@0 2@0, finished 2, exit 1",
    );
}

#[test]
fn clean_up_runs_after_a_stop() {
    check(
        case([
            step([err(1)]),
            step([ok(9)]),
            step([ok(2)]).needs([0, 1]).all_done(),
            step([ok(1)]).needs([1]).any_failed(),
        ])
        .cancel_on_failure(),
        [FAILED_AT_1, "Cancelled Stopped(0) x1 0..1", "Success Done x1 1..3", "Success Done x1 1..2"],
        "starts 0@0 1@0 2@1 3@1, finished 3, exit 1",
    );
}

#[test]
fn clean_up_keeps_its_retries_and_time_limits() {
    check(
        case([step([err(1)]), step([err(1), ok(1)]).needs([0]).all_done().retries(1).delay(1)]).cancel_on_failure(),
        [FAILED_AT_1, "Success Done x2 1..4"],
        "starts 0@0 1@1 1@3, finished 4, exit 1",
    );
    check(
        case([step([err(1)]), step([never()]).needs([0]).all_done().timeout(2)]).cancel_on_failure(),
        [FAILED_AT_1, "Failed TimedOut x1 1..3 last TimedOut"],
        "starts 0@0 1@1, finished 3, exit 1",
    );
}

#[test]
fn a_clean_up_step_that_fails_stops_too() {
    check(
        case([step([ok(9)]), step([err(1)]).all_done()]).cancel_on_failure(),
        ["Cancelled Stopped(1) x1 0..1", FAILED_AT_1],
        "starts 0@0 1@0, finished 1, exit 1",
    );
}

#[test]
fn an_ordinary_dependent_of_a_clean_up_step_is_stopped() {
    check(
        case([step([err(1)]), step([ok(1)]).needs([0]).all_done(), step([ok(1)]).needs([1])]).drain_on_failure(),
        [FAILED_AT_1, "Success Done x1 1..2", "Skipped Stopped(0) x0 ..1"],
        "starts 0@0 1@1, finished 2, exit 1",
    );
}

#[test]
fn a_need_that_failed_goes_before_the_stop() {
    check(
        case([step([err(1)]), step([ok(1)]).needs([0]), step([ok(1)]).order([0])]).cancel_on_failure(),
        [FAILED_AT_1, "Failed Dependency(0 via 0) x0 ..1", "Skipped Stopped(0) x0 ..1"],
        "starts 0@0, finished 1, exit 1",
    );
}

#[test]
fn a_stopped_need_dooms_nothing() {
    check(
        case([step([ok(1)]).needs([1]), step([never()]), step([ok(1)]).needs([1])]).cancel_at(1),
        ["Skipped Token x0 ..1", "Cancelled Token x1 0..1", "Skipped Token x0 ..1"],
        "starts 1@0, finished 1, exit 2",
    );
}

#[test]
fn any_failed_runs_for_what_a_stop_skipped() {
    check(
        case([step([ok(2)]), step([ok(1)]).needs([0]), step([ok(1)]).needs([1]).any_failed()]).drain_at(1),
        ["Success Done x1 0..2", "Skipped Drain x0 ..1", "Success Done x1 1..2"],
        "starts 0@0 2@1, finished 2, exit 2",
    );
    check(
        case([step([ok(3)]), step([ok(1)]).needs([0]).any_failed()]).drain_at(1),
        ["Success Done x1 0..3", "Skipped NotNeeded x0 ..3"],
        "starts 0@0, finished 3, exit 0",
    );
}
