//! Attempts that are given up, what they hold, and the deadline of clean-up steps.

use super::check;
use crate::oracle::build::{case, err, gone, never, ok, step, stuck};

#[test]
fn an_attempt_that_does_not_end_is_given_up_and_not_retried() {
    check(
        case([step([never()]).timeout(1).retries(3).lingers(stuck())]).grace(2),
        ["Failed TimedOut x1 0..3 last TimedOut still running"],
        "starts 0@0, finished 3, exit 1",
    );
    check(
        case([step([never()]).deadline(1).lingers(stuck())]).grace(2),
        ["Failed Deadline x1 0..3 still running"],
        "starts 0@0, finished 3, exit 1",
    );
    check(
        case([step([never()]).lingers(stuck())]).grace(2).cancel_at(4),
        ["Cancelled Token x1 0..6 still running"],
        "starts 0@0, finished 6, exit 2",
    );
    check(
        case([step([never()]).lingers(stuck())]).grace(2).run_deadline(4),
        ["Cancelled RunDeadline x1 0..6 still running"],
        "starts 0@0, finished 6, exit 2",
    );
}

#[test]
fn an_attempt_that_ends_in_its_grace_is_none() {
    check(
        case([step([never(), ok(1)]).timeout(1).retries(1).lingers(gone(2))]).grace(2),
        ["Success Done x2 0..4"],
        "starts 0@0 0@3, finished 4, exit 0",
    );
    check(
        case([step([never()]).timeout(1).lingers(ok(2))]).grace(2),
        ["Success Done x1 0..3"],
        "starts 0@0, finished 3, exit 0",
    );
}

#[test]
fn a_stop_begins_no_second_grace() {
    check(
        case([step([never()]).timeout(1).retries(1).lingers(stuck())]).grace(5).cancel_at(4),
        ["Failed TimedOut x1 0..6 last TimedOut still running"],
        "starts 0@0, finished 6, exit 1",
    );
}

#[test]
fn an_attempt_given_up_frees_its_permit() {
    check(
        case([step([never()]).timeout(1).lingers(stuck()), step([ok(1)])]).limit(1).grace(2),
        ["Failed TimedOut x1 0..3 last TimedOut still running", "Success Done x1 3..4"],
        "starts 0@0 1@3, finished 4, exit 1",
    );
}

#[test]
fn a_late_end_frees_the_resources_and_its_result_is_dropped() {
    let late = step([never()]).timeout(1).uses([(0, 1)]).lingers(ok(6));
    check(
        case([late, step([ok(9)]), step([ok(1)]).uses([(0, 1)])]).capacities([1]).grace(2),
        ["Failed TimedOut x1 0..3 last TimedOut", "Success Done x1 0..9", "Success Done x1 7..8"],
        "starts 0@0 1@0 2@7, finished 9, exit 1",
    );
}

#[test]
fn a_step_that_only_given_up_attempts_hold_up_fails() {
    let stuck_step = || step([never()]).timeout(1).uses([(0, 1)]).expected(9).lingers(stuck());
    let waits = || step([ok(1)]).uses([(0, 1)]);
    let given_up = "Failed TimedOut x1 0..3 last TimedOut still running";
    check(
        case([stuck_step(), waits(), waits().needs([1])]).capacities([1]).grace(2),
        [given_up, "Failed Blocked(0) x0 ..3", "Failed Dependency(1 via 1) x0 ..3"],
        "starts 0@0, finished 3, exit 1",
    );
    // While anything is in flight or a timer runs, it waits: the resource may yet come free.
    check(
        case([stuck_step(), step([err(4), ok(1)]).retries(1).delay(3), waits()]).capacities([1]).grace(2),
        [given_up, "Success Done x2 0..8", "Failed Blocked(0) x0 ..8"],
        "starts 0@0 1@0 1@7, finished 8, exit 1",
    );
    // The run's deadline is no such thing: it would only end the step.
    check(
        case([stuck_step(), waits()]).capacities([1]).grace(2).run_deadline(50),
        [given_up, "Failed Blocked(0) x0 ..3"],
        "starts 0@0, finished 3, exit 1",
    );
}

#[test]
fn the_first_step_that_holds_what_is_lacking_is_named() {
    let stuck_step = |uses| step([never()]).timeout(1).uses([(uses, 1)]).lingers(stuck());
    let given_up = "Failed TimedOut x1 0..1 last TimedOut still running";
    check(
        case([stuck_step(1), stuck_step(0), step([ok(1)]).uses([(0, 1)]), step([ok(1)]).uses([(0, 1), (1, 1)])])
            .capacities([1, 1])
            .grace(0),
        [given_up, given_up, "Failed Blocked(1) x0 ..1", "Failed Blocked(0) x0 ..1"],
        "starts 0@0 1@0, finished 1, exit 1",
    );
}

#[test]
fn a_blocked_step_is_a_failure_of_its_own() {
    let stuck_step = step([never()]).timeout(1).uses([(0, 1)]).lingers(stuck()).optional();
    let waits = step([ok(1)]).uses([(0, 1)]);
    check(
        case([stuck_step, waits.clone(), waits]).capacities([1]).grace(0).drain_on_failure(),
        [
            "Failed TimedOut x1 0..1 last TimedOut still running",
            "Failed Blocked(0) x0 ..1",
            "Skipped Stopped(1) x0 ..1",
        ],
        "starts 0@0, finished 1, exit 1",
    );
}

#[test]
fn clean_up_steps_without_a_limit_have_the_deadline_of_the_run() {
    let ends = "Failed Deadline x1 0..3";
    let own = "Failed Deadline x1 0..5";
    let timed = "Failed TimedOut x1 0..4 last TimedOut";
    check(
        case([
            step([never()]).all_done(),
            step([never()]).all_done().deadline(5),
            step([never()]).all_done().timeout(4),
            step([never()]).deadline(5),
            step([err(1), ok(1)]).retries(1).delay(2).all_done(),
        ])
        .clean_up_deadline(3),
        [ends, own, timed, own, "Failed Own x1 0..1 last Own"],
        "starts 0@0 1@0 2@0 3@0 4@0, finished 5, exit 1",
    );
}
