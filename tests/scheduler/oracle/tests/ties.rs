//! Several things at one instant.

use super::check;
use crate::oracle::build::{case, err, never, ok, step};

#[test]
fn a_result_wins_over_time_limits() {
    let (ends, whole) = (["Success Done x1 0..3"], "starts 0@0, finished 3, exit 0");
    check(case([step([ok(3)]).timeout(3)]), ends, whole);
    check(case([step([ok(3)]).deadline(3)]), ends, whole);
    check(case([step([ok(3)])]).run_deadline(3), ends, whole);
    check(case([step([ok(0)]).timeout(0).deadline(0)]), ["Success Done x1 0..0"], "starts 0@0, finished 0, exit 0");
    check(case([step([err(3)]).timeout(3)]), ["Failed Own x1 0..3 last Own"], "starts 0@0, finished 3, exit 1");
}

#[test]
fn a_result_wins_over_a_stop() {
    check(
        case([step([ok(3)]), step([ok(1)]).needs([0])]).cancel_at(3),
        ["Success Done x1 0..3", "Skipped Token x0 ..3"],
        "starts 0@0, finished 3, exit 2",
    );
    check(
        case([step([err(3)]), step([ok(3)])]).cancel_on_failure(),
        ["Failed Own x1 0..3 last Own", "Success Done x1 0..3"],
        "starts 0@0 1@0, finished 3, exit 1",
    );
    check(
        case([step([err(3), ok(1)]).all_done().retries(1)]).cancel_at(1).cancel_at(3),
        ["Cancelled Token x1 0..3 last Own"],
        "starts 0@0, finished 3, exit 2",
    );
}

#[test]
fn time_limits_win_over_a_stop() {
    let whole = "starts 0@0, finished 3, exit 1";
    let timed_out = ["Failed TimedOut x1 0..3 last TimedOut"];
    check(case([step([never()]).timeout(3)]).cancel_at(3), timed_out, whole);
    check(case([step([never()]).timeout(3)]).run_deadline(3), timed_out, whole);
    check(case([step([never()]).deadline(3)]).run_deadline(3), ["Failed Deadline x1 0..3"], whole);
}

#[test]
fn a_timeout_sees_the_token_but_not_yet_the_run_deadline() {
    let steps = || case([step([never()]).timeout(3).retries(1), step([ok(1)]).needs([0])]);
    // The first is refused its retry, the second is granted it and stopped a moment later: both look the same.
    let whole = "starts 0@0, finished 3, exit 2";
    check(steps().cancel_at(3), ["Cancelled Token x1 0..3 last TimedOut", "Skipped Token x0 ..3"], whole);
    check(
        steps().run_deadline(3),
        ["Cancelled RunDeadline x1 0..3 last TimedOut", "Skipped RunDeadline x0 ..3"],
        whole,
    );
}

#[test]
fn the_first_stop_of_equal_level_gives_the_cause() {
    let failed = "Failed Own x1 0..3 last Own";
    check(
        case([step([err(3)]), step([err(3)]), step([never()])]).cancel_on_failure(),
        [failed, failed, "Cancelled Stopped(0) x1 0..3"],
        "starts 0@0 1@0 2@0, finished 3, exit 1",
    );
    check(
        case([step([err(3)]), step([never()])]).cancel_on_failure().run_deadline(3).cancel_at(3),
        [failed, "Cancelled Stopped(0) x1 0..3"],
        "starts 0@0 1@0, finished 3, exit 1",
    );
    check(
        case([step([never()])]).run_deadline(3).cancel_at(3),
        ["Cancelled Token x1 0..3"],
        "starts 0@0, finished 3, exit 2",
    );
}

#[test]
fn a_failed_attempt_after_or_before_the_failure_that_stops() {
    let failed = "Failed Own x1 0..1 last Own";
    // After: the stop refuses its retry, so its dependent ends with the stop's cause too.
    check(
        case([step([err(1)]), step([err(1)]).retries(1), step([ok(1)]).needs([1])]).drain_on_failure(),
        [failed, "Cancelled Stopped(0) x1 0..1 last Own", "Skipped Stopped(0) x0 ..1"],
        "starts 0@0 1@0, finished 1, exit 1",
    );
    // Before: its retry is granted, and it is stopped together with its dependent.
    check(
        case([step([err(1)]).retries(1), step([err(1)]), step([ok(1)]).needs([0])]).drain_on_failure(),
        ["Cancelled Stopped(1) x1 0..1 last Own", failed, "Skipped Stopped(1) x0 ..1"],
        "starts 0@0 1@0, finished 1, exit 1",
    );
}

#[test]
fn what_the_stop_ended_is_no_cause() {
    // Whether its retry was refused, or was granted and the stop has yet to reach it.
    let failed = "Failed Own x1 0..1 last Own";
    let retried = || step([err(1)]).retries(1);
    let whole = "starts 0@0 1@0, finished 1, exit 1";
    check(
        case([step([err(1)]), retried(), step([ok(1)]).needs([1, 0])]).drain_on_failure(),
        [failed, "Cancelled Stopped(0) x1 0..1 last Own", "Failed Dependency(0 via 0) x0 ..1"],
        whole,
    );
    check(
        case([retried(), step([err(1)]), step([ok(1)]).needs([0, 1])]).drain_on_failure(),
        ["Cancelled Stopped(1) x1 0..1 last Own", failed, "Failed Dependency(1 via 1) x0 ..1"],
        whole,
    );
}

#[test]
fn timers_of_one_instant_fire_by_id() {
    let timed_out = "Failed TimedOut x1 0..2 last TimedOut";
    check(
        case([step([never()]).timeout(2), step([never()]).timeout(2), step([never()])]).cancel_on_failure(),
        [timed_out, timed_out, "Cancelled Stopped(0) x1 0..2"],
        "starts 0@0 1@0 2@0, finished 2, exit 1",
    );
    check(
        case([step([never()]).timeout(2), step([never()]).timeout(2).retries(1), step([ok(1)]).needs([1])])
            .drain_on_failure(),
        [timed_out, "Cancelled Stopped(0) x1 0..2 last TimedOut", "Skipped Stopped(0) x0 ..2"],
        "starts 0@0 1@0, finished 2, exit 1",
    );
}

#[test]
fn a_backoff_that_ends_with_a_stop_leads_nowhere() {
    check(
        case([step([err(1), ok(1)]).retries(1).delay(2)]).drain_at(3),
        ["Cancelled Drain x1 0..3 last Own"],
        "starts 0@0, finished 3, exit 2",
    );
}

#[test]
fn timers_come_before_doomed_steps() {
    // Step 0 dooms step 2, but step 1 has ended as well when the turn of step 2 comes.
    check(
        case([step([err(2)]), step([never()]).timeout(2), step([ok(1)]).needs([1, 0])]),
        ["Failed Own x1 0..2 last Own", "Failed TimedOut x1 0..2 last TimedOut", "Failed Dependency(1 via 1) x0 ..2"],
        "starts 0@0 1@0, finished 2, exit 1",
    );
}

#[test]
fn a_permit_at_the_time_of_the_deadline_comes_too_late() {
    check(
        case([step([err(1), ok(1)]).retries(1).delay(1).deadline(4), step([ok(3)])]).limit(1),
        ["Failed Own x1 0..4 last Own", "Success Done x1 1..4"],
        "starts 0@0 1@1, finished 4, exit 1",
    );
}

#[test]
fn a_failure_that_takes_no_time_stops_what_has_just_started() {
    check(
        case([step([ok(3)]), step([err(0)]), step([ok(1)])]).cancel_on_failure(),
        ["Cancelled Stopped(1) x1 0..0", "Failed Own x1 0..0 last Own", "Skipped Stopped(1) x0 ..0"],
        "starts 0@0 1@0, finished 0, exit 1",
    );
}

#[test]
fn a_doomed_step_ends_even_before_a_second_cancel() {
    check(
        case([step([ok(3)]).all_done(), step([ok(1)]).needs([0]).any_failed()]).cancel_at(1).cancel_at(3),
        ["Success Done x1 0..3", "Skipped NotNeeded x0 ..3"],
        "starts 0@0, finished 3, exit 0",
    );
}
