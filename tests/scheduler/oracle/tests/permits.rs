//! Limits, resources, levels, and which step starts first.

use super::check;
use crate::oracle::build::{case, err, gone, never, ok, step};

#[test]
fn limit_counts_attempts_in_flight() {
    check(
        case([step([ok(2)]), step([ok(2)]), step([ok(2)])]).limit(2),
        ["Success Done x1 0..2", "Success Done x1 0..2", "Success Done x1 2..4"],
        "starts 0@0 1@0 2@2, finished 4, exit 0",
    );
}

#[test]
fn backoff_holds_no_permit() {
    check(
        case([step([err(1), ok(1)]).retries(1).delay(2), step([ok(1)])]).limit(1),
        ["Success Done x2 0..4", "Success Done x1 1..2"],
        "starts 0@0 1@1 0@3, finished 4, exit 0",
    );
}

#[test]
fn an_attempt_that_takes_no_time_frees_its_permit_at_once() {
    check(
        case([step([ok(0)]), step([ok(0)]).needs([0]), step([ok(2)])]).limit(1),
        ["Success Done x1 0..0", "Success Done x1 0..0", "Success Done x1 0..2"],
        "starts 0@0 1@0 2@0, finished 2, exit 0",
    );
}

#[test]
fn a_step_that_lacks_a_resource_is_passed_over() {
    check(
        case([step([ok(2)]).uses([(0, 1)]), step([ok(2)]).uses([(0, 2)]), step([ok(2)]).uses([(0, 1)])])
            .capacities([2]),
        ["Success Done x1 0..2", "Success Done x1 2..4", "Success Done x1 0..2"],
        "starts 0@0 2@0 1@2, finished 4, exit 0",
    );
}

#[test]
fn resources_are_taken_all_at_once() {
    check(
        case([step([ok(3)]).uses([(0, 1)]), step([ok(1)]).uses([(0, 1), (1, 1)]), step([ok(2)]).uses([(1, 1)])])
            .capacities([1, 1]),
        ["Success Done x1 0..3", "Success Done x1 3..4", "Success Done x1 0..2"],
        "starts 0@0 2@0 1@3, finished 4, exit 0",
    );
}

#[test]
fn backoff_holds_no_resource() {
    check(
        case([step([err(1), ok(1)]).retries(1).delay(1).uses([(0, 1)]), step([ok(3)]).uses([(0, 1)])]).capacities([1]),
        ["Success Done x2 0..5", "Success Done x1 1..4"],
        "starts 0@0 1@1 0@4, finished 5, exit 0",
    );
}

#[test]
fn the_longest_remaining_path_goes_first() {
    let ends = ["Success Done x1 1..2", "Success Done x1 0..1", "Success Done x1 2..3"];
    let whole = "starts 1@0 0@1 2@2, finished 3, exit 0";
    check(case([step([ok(1)]), step([ok(1)]), step([ok(1)]).needs([1])]).limit(1), ends, whole);
    check(case([step([ok(1)]), step([ok(1)]), step([ok(1)]).order([1])]).limit(1), ends, whole);
    check(case([step([ok(1)]), step([ok(1)]), step([ok(1)]).needs([1])]).limit(1).levels(), ends, whole);
}

#[test]
fn paths_are_counted_in_time_where_a_step_states_it() {
    check(
        case([step([ok(1)]), step([ok(1)]).needs([0]), step([ok(1)])]).limit(1),
        ["Success Done x1 0..1", "Success Done x1 1..2", "Success Done x1 2..3"],
        "starts 0@0 1@1 2@2, finished 3, exit 0",
    );
    check(
        case([step([ok(1)]), step([ok(1)]).needs([0]), step([ok(1)]).expected(3)]).limit(1),
        ["Success Done x1 1..2", "Success Done x1 2..3", "Success Done x1 0..1"],
        "starts 2@0 0@1 1@2, finished 3, exit 0",
    );
    // The path goes on through a step that expects to take no time at all.
    check(
        case([step([ok(1)]), step([ok(1)]).expected(0), step([ok(1)]).needs([1]).expected(2)]).limit(1),
        ["Success Done x1 2..3", "Success Done x1 0..1", "Success Done x1 1..2"],
        "starts 1@0 2@1 0@2, finished 3, exit 0",
    );
}

#[test]
fn a_retry_has_no_precedence() {
    check(
        case([
            step([err(1), ok(1)]).retries(1),
            step([ok(1)]),
            step([ok(1)]).needs([1]),
            step([ok(1)]).needs([2]),
            step([ok(9)]),
        ])
        .limit(2),
        [
            "Success Done x2 0..2",
            "Success Done x1 0..1",
            "Success Done x1 1..2",
            "Success Done x1 2..3",
            "Success Done x1 2..11",
        ],
        "starts 1@0 0@0 2@1 0@1 3@2 4@2, finished 11, exit 0",
    );
}

#[test]
fn by_id_where_nothing_is_scarce() {
    let ends = ["Success Done x1 0..1", "Success Done x1 0..1", "Success Done x1 1..2"];
    let steps = [step([ok(1)]), step([ok(1)]), step([ok(1)]).needs([1])];
    check(case(steps.clone()), ends, "starts 0@0 1@0 2@1, finished 2, exit 0");
    check(case(steps.clone()).levels(), ends, "starts 0@0 1@0 2@1, finished 2, exit 0");
    // A limit that never binds and a resource that is never short change the order all the same.
    check(case(steps.clone()).limit(9), ends, "starts 1@0 0@0 2@1, finished 2, exit 0");
    let [first, second, third] = steps;
    check(case([first, second, third.uses([(0, 1)])]).capacities([9]), ends, "starts 1@0 0@0 2@1, finished 2, exit 0");
}

#[test]
fn levels_are_a_barrier() {
    let ends = ["Success Done x1 0..5", "Success Done x1 0..1", "Success Done x1 5..6"];
    let whole = "starts 0@0 1@0 2@5, finished 6, exit 0";
    check(case([step([ok(5)]), step([ok(1)]), step([ok(1)]).needs([1])]).levels(), ends, whole);
    check(case([step([ok(5)]), step([ok(1)]), step([ok(1)]).order([1])]).levels(), ends, whole);
}

#[test]
fn backoff_keeps_the_next_level_closed() {
    check(
        case([step([err(1), ok(1)]).retries(1).delay(3), step([ok(1)]), step([ok(1)]).needs([1])]).levels(),
        ["Success Done x2 0..5", "Success Done x1 0..1", "Success Done x1 5..6"],
        "starts 0@0 1@0 0@4 2@5, finished 6, exit 0",
    );
}

#[test]
fn a_doomed_step_does_not_wait_for_its_level() {
    check(
        case([step([ok(5)]), step([err(1)]), step([ok(1)]).needs([1])]).levels(),
        ["Success Done x1 0..5", "Failed Own x1 0..1 last Own", "Failed Dependency(1 via 1) x0 ..1"],
        "starts 0@0 1@0, finished 5, exit 1",
    );
}

#[test]
fn an_abandoned_attempt_holds_its_permit_and_units_until_it_is_gone() {
    let lingering = |late| step([never()]).timeout(1).uses([(0, 1)]).lingers(late);
    let next = || step([ok(1)]).uses([(0, 1)]);
    check(
        case([lingering(gone(2)), next()]).capacities([1]),
        ["Failed TimedOut x1 0..3 last TimedOut", "Success Done x1 3..4"],
        "starts 0@0 1@3, finished 4, exit 1",
    );
    check(
        case([lingering(ok(2)), next()]).limit(1).capacities([1]),
        ["Success Done x1 0..3", "Success Done x1 3..4"],
        "starts 0@0 1@3, finished 4, exit 0",
    );
    check(
        case([lingering(err(2)), next()]).limit(1).cancel_at(1).capacities([1]),
        ["Failed Own x1 0..3 last Own", "Skipped Token x0 ..1"],
        "starts 0@0, finished 3, exit 1",
    );
}
