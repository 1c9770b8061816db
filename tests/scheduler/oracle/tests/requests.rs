//! The token, the run's deadline, and which cause a stop has; the exit code of a stopped run.

use super::check;
use crate::oracle::build::{case, err, never, ok, step};

const FAILED_AT_1: &str = "Failed Own x1 0..1 last Own";

#[test]
fn token_drains() {
    check(
        case([step([ok(3)]), step([ok(1)]).needs([0]), step([ok(1)]).needs([1]).all_done()]).drain_at(2),
        ["Success Done x1 0..3", "Skipped Drain x0 ..2", "Success Done x1 2..3"],
        "starts 0@0 2@2, finished 3, exit 2",
    );
}

#[test]
fn token_cancels() {
    check(case([step([never()])]).cancel_at(2), ["Cancelled Token x1 0..2"], "starts 0@0, finished 2, exit 2");
}

#[test]
fn a_second_cancel_stops_clean_up() {
    check(
        case([step([never()]), step([never()]).needs([0]).all_done(), step([ok(1)]).needs([1]).all_done()])
            .cancel_at(2)
            .cancel_at(4),
        ["Cancelled Token x1 0..2", "Cancelled Token x1 2..4", "Skipped Token x0 ..4"],
        "starts 0@0 1@2, finished 4, exit 2",
    );
    check(
        case([step([err(1)]).all_done().retries(3).delay(9)]).cancel_at(2).cancel_at(3),
        ["Cancelled Token x1 0..3 last Own"],
        "starts 0@0, finished 3, exit 2",
    );
    check(
        case([step([never()]).all_done()]).cancel_at(2).cancel_at(2),
        ["Cancelled Token x1 0..2"],
        "starts 0@0, finished 2, exit 2",
    );
}

#[test]
fn a_drain_is_no_first_cancel() {
    check(
        case([step([never()]), step([ok(5)]).needs([0]).all_done()]).drain_at(1).cancel_at(2),
        ["Cancelled Token x1 0..2", "Success Done x1 2..7"],
        "starts 0@0 1@2, finished 7, exit 2",
    );
    check(
        case([step([never()]), step([ok(5)]).needs([0]).all_done()]).cancel_at(1).drain_at(2),
        ["Cancelled Token x1 0..1", "Success Done x1 1..6"],
        "starts 0@0 1@1, finished 6, exit 2",
    );
}

#[test]
fn only_the_token_cancels_a_second_time() {
    let steps = || case([step([err(1)]), step([ok(5)]).needs([0]).all_done()]).cancel_on_failure();
    let unharmed = [FAILED_AT_1, "Success Done x1 1..6"];
    check(steps().cancel_at(2), unharmed, "starts 0@0 1@1, finished 6, exit 1");
    check(steps().run_deadline(2), unharmed, "starts 0@0 1@1, finished 6, exit 1");
    check(steps().run_deadline(2).cancel_at(3), unharmed, "starts 0@0 1@1, finished 6, exit 1");
    check(
        steps().cancel_at(2).cancel_at(3),
        [FAILED_AT_1, "Cancelled Token x1 1..3"],
        "starts 0@0 1@1, finished 3, exit 1",
    );
}

#[test]
fn a_higher_level_brings_its_own_cause() {
    check(
        case([step([ok(9)]), step([ok(1)]).needs([0])]).run_deadline(3).drain_at(1),
        ["Cancelled RunDeadline x1 0..3", "Skipped Drain x0 ..1"],
        "starts 0@0, finished 3, exit 2",
    );
    check(
        case([step([err(1)]), step([never()])]).drain_on_failure().cancel_at(4),
        [FAILED_AT_1, "Cancelled Token x1 0..4"],
        "starts 0@0 1@0, finished 4, exit 1",
    );
}

#[test]
fn a_cancel_leaves_the_cause_of_what_a_drain_has_ended() {
    let steps = || case([step([never()]), step([ok(1)]).needs([0])]);
    check(
        steps().drain_at(1).cancel_at(2),
        ["Cancelled Token x1 0..2", "Skipped Drain x0 ..1"],
        "starts 0@0, finished 2, exit 2",
    );
    check(
        steps().drain_at(1).cancel_at(1),
        ["Cancelled Token x1 0..1", "Skipped Token x0 ..1"],
        "starts 0@0, finished 1, exit 2",
    );
}

#[test]
fn an_equal_level_leaves_the_cause() {
    check(
        case([step([err(2)]), step([err(3)]).retries(1)]).drain_on_failure().drain_at(1),
        ["Failed Own x1 0..2 last Own", "Cancelled Drain x1 0..3 last Own"],
        "starts 0@0 1@0, finished 3, exit 1",
    );
}

#[test]
fn run_deadline_cancels() {
    check(
        case([step([never()]), step([ok(1)]).needs([0]), step([ok(2)]).needs([1]).all_done()]).run_deadline(3),
        ["Cancelled RunDeadline x1 0..3", "Skipped RunDeadline x0 ..3", "Success Done x1 3..5"],
        "starts 0@0 2@3, finished 5, exit 2",
    );
    check(
        case([step([ok(1)]), step([ok(1)]).all_done()]).run_deadline(0),
        ["Skipped RunDeadline x0 ..0", "Success Done x1 0..1"],
        "starts 1@0, finished 1, exit 2",
    );
}

#[test]
fn what_comes_after_the_end_is_ignored() {
    check(
        case([step([ok(1)])]).run_deadline(7).cancel_at(5),
        ["Success Done x1 0..1"],
        "starts 0@0, finished 1, exit 0",
    );
}

#[test]
fn exit_code_of_a_stopped_run() {
    let whole = "starts 0@0, finished 1, exit 0";
    check(case([step([never()]).optional()]).cancel_at(1), ["Cancelled Token x1 0..1"], whole);
    let whole = "starts 0@0, finished 3, exit 0";
    check(case([step([ok(3)])]).drain_at(1), ["Success Done x1 0..3"], whole);
    check(
        case([step([err(1)]), step([never()])]).cancel_at(2),
        [FAILED_AT_1, "Cancelled Token x1 0..2"],
        "starts 0@0 1@0, finished 2, exit 1",
    );
    // The optional step does not count, but its stopped dependent does.
    check(
        case([step([never()]).optional(), step([ok(1)]).needs([0])]).cancel_at(1),
        ["Cancelled Token x1 0..1", "Skipped Token x0 ..1"],
        "starts 0@0, finished 1, exit 2",
    );
}
