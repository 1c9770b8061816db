//! Steps that skip themselves, joins, steps that wait for all before them, and attempts that are never cancelled.

use super::check;
use crate::oracle::build::{case, err, gone, ok, skips, step};

#[test]
fn a_step_that_skips_itself_prunes_what_depends_on_it() {
    let pruned = "Skipped Dependency(0 via 0) x0 ..1";
    check(
        case([
            step([skips(1)]),
            step([ok(1)]).needs([0]),
            step([ok(1)]).needs([0]).skip_on_error(),
            step([ok(1)]).needs([0]).any_failed(),
            step([ok(1)]).needs([0]).all_done(),
            step([ok(1)]).needs([1]).any_failed(),
        ]),
        [
            "Skipped ByItself x1 0..1",
            pruned,
            pruned,
            "Skipped NotNeeded x0 ..1",
            "Success Done x1 1..2",
            "Skipped NotNeeded x0 ..1",
        ],
        "starts 0@0 4@1, finished 2, exit 0",
    );
}

#[test]
fn a_step_that_skips_itself_is_not_retried_and_stops_nothing() {
    check(
        case([step([err(1), skips(1)]).retries(3), step([ok(5)]), step([ok(1)]).needs([1])]).cancel_on_failure(),
        ["Skipped ByItself x2 0..2", "Success Done x1 0..5", "Success Done x1 5..6"],
        "starts 0@0 1@0 0@1 2@5, finished 6, exit 0",
    );
}

#[test]
fn a_join_runs_if_one_branch_succeeds() {
    check(
        case([step([skips(1)]), step([ok(3)]), step([ok(1)]).needs([0, 1]).none_failed()]),
        ["Skipped ByItself x1 0..1", "Success Done x1 0..3", "Success Done x1 3..4"],
        "starts 0@0 1@0 2@3, finished 4, exit 0",
    );
    check(case([step([ok(1)]).none_failed()]), ["Success Done x1 0..1"], "starts 0@0, finished 1, exit 0");
}

#[test]
fn a_join_is_pruned_if_no_branch_succeeds() {
    let (first, second) = ("Skipped ByItself x1 0..1", "Skipped ByItself x1 0..3");
    let whole = "starts 0@0 1@0, finished 3, exit 0";
    let join = |needs| step([ok(1)]).needs(needs).none_failed();
    let steps = |needs| [step([skips(1)]), step([skips(3)]), join(needs), step([ok(1)]).needs([2])];
    check(
        case(steps([0, 1])),
        [first, second, "Skipped Dependency(0 via 0) x0 ..3", "Skipped Dependency(0 via 2) x0 ..3"],
        whole,
    );
    check(
        case(steps([1, 0])),
        [first, second, "Skipped Dependency(1 via 1) x0 ..3", "Skipped Dependency(1 via 2) x0 ..3"],
        whole,
    );
}

#[test]
fn a_join_ends_with_the_first_need_in_which_something_went_wrong() {
    let join = || step([ok(1)]).none_failed();
    check(
        case([step([err(1)]), step([ok(5)]), join().needs([1, 0])]),
        ["Failed Own x1 0..1 last Own", "Success Done x1 0..5", "Failed Dependency(0 via 0) x0 ..1"],
        "starts 0@0 1@0, finished 5, exit 1",
    );
    check(
        case([
            step([err(1)]).optional(),
            step([ok(1)]).needs([0]).skip_on_error(),
            step([ok(5)]),
            join().needs([2, 1]),
        ]),
        [
            "Failed Own x1 0..1 last Own",
            "Skipped Dependency(0 via 0) x0 ..1",
            "Success Done x1 0..5",
            "Skipped Dependency(0 via 1) x0 ..1",
        ],
        "starts 0@0 2@0, finished 5, exit 0",
    );
}

#[test]
fn a_join_only_waits_for_what_it_follows_and_is_no_clean_up_step() {
    let join = || step([ok(1)]).none_failed();
    check(
        case([step([err(2)]), join().order([0])]),
        ["Failed Own x1 0..2 last Own", "Success Done x1 2..3"],
        "starts 0@0 1@2, finished 3, exit 1",
    );
    check(
        case([step([ok(2)]), join().needs([0])]).drain_at(1),
        ["Success Done x1 0..2", "Skipped Drain x0 ..1"],
        "starts 0@0, finished 2, exit 2",
    );
}

#[test]
fn a_step_that_follows_another_waits_for_its_end() {
    let again = || step([err(1), ok(1)]).retries(1).delay(5);
    let follows = || step([ok(1)]).order([0]);
    check(
        case([again(), follows(), follows().all_done()]),
        ["Success Done x2 0..7", "Success Done x1 7..8", "Success Done x1 7..8"],
        "starts 0@0 0@6 1@7 2@7, finished 8, exit 0",
    );
    check(
        case([again(), follows(), follows().all_done()]).drain_at(2),
        ["Cancelled Drain x1 0..2 last Own", "Skipped Drain x0 ..2", "Success Done x1 2..3"],
        "starts 0@0 2@2, finished 3, exit 2",
    );
}

#[test]
fn a_step_after_all_waits_for_each_step_before_it() {
    let (failed, succeeded) = ("Failed Own x1 0..1 last Own", "Success Done x1 0..4");
    let steps = |last| case([step([err(1)]), step([ok(4)]), last, step([ok(1)])]);
    let last = || step([ok(1)]).after_all();
    check(
        steps(last().all_done()),
        [failed, succeeded, "Success Done x1 4..5", "Success Done x1 0..1"],
        "starts 0@0 1@0 3@0 2@4, finished 5, exit 1",
    );
    check(
        steps(last().any_failed()).levels(),
        [failed, succeeded, "Success Done x1 4..5", "Success Done x1 0..1"],
        "starts 0@0 1@0 3@0 2@4, finished 5, exit 1",
    );
    check(
        steps(last().none_failed()),
        [failed, succeeded, "Failed Dependency(0 via 0) x0 ..1", "Success Done x1 0..1"],
        "starts 0@0 1@0 3@0, finished 4, exit 1",
    );
    check(
        case([step([ok(1)]), last().any_failed(), last().all_done()]),
        ["Success Done x1 0..1", "Skipped NotNeeded x0 ..1", "Success Done x1 1..2"],
        "starts 0@0 2@1, finished 2, exit 0",
    );
}

#[test]
fn no_time_limit_ends_an_attempt_that_is_never_cancelled() {
    let alone = |spec, end, whole| check(case([spec]), [end], whole);
    let spec = |script: [_; 2]| step(script).retries(1).never_cancel();
    let whole = "starts 0@0, finished 5, exit 0";
    alone(spec([ok(5), ok(1)]).timeout(2), "Success Done x1 0..5 late", whole);
    alone(spec([ok(5), ok(1)]).deadline(2), "Success Done x1 0..5 late", whole);
    alone(spec([err(5), ok(1)]).timeout(2), "Success Done x2 0..6", "starts 0@0 0@5, finished 6, exit 0");
    let whole = "starts 0@0, finished 5, exit 1";
    alone(spec([err(5), ok(1)]).deadline(2), "Failed Own x1 0..5 last Own", whole);
    alone(spec([err(5), ok(1)]).timeout(1).deadline(2), "Failed Own x1 0..5 last Own", whole);
}

#[test]
fn no_stop_but_a_second_cancel_ends_an_attempt_that_is_never_cancelled() {
    let spec = |script: [_; 2]| step(script).retries(1).never_cancel();
    let late = "Success Done x1 0..5 late";
    check(case([spec([ok(5), ok(1)])]).cancel_at(2), [late], "starts 0@0, finished 5, exit 0");
    check(case([spec([ok(5), ok(1)])]).run_deadline(2), [late], "starts 0@0, finished 5, exit 0");
    check(case([spec([ok(5), ok(1)])]).drain_at(2), ["Success Done x1 0..5"], "starts 0@0, finished 5, exit 0");
    check(
        case([spec([err(5), ok(1)])]).cancel_at(2).grace(1),
        ["Failed Own x1 0..5 last Own"],
        "starts 0@0, finished 5, exit 1",
    );
    let twice = |spec| case([spec]).cancel_at(2).cancel_at(3);
    check(twice(spec([ok(5), ok(1)])), [late], "starts 0@0, finished 5, exit 0");
    check(
        twice(spec([ok(5), ok(1)]).lingers(gone(9))),
        ["Cancelled Token x1 0..3 still running"],
        "starts 0@0, finished 3, exit 2",
    );
}
