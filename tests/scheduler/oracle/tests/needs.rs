//! What the ends of its needs, and of the steps that it only follows, mean for a step.

use super::check;
use crate::oracle::build::{case, err, ok, panics, step};

#[test]
fn empty_pipeline() {
    check(case([]), [], "starts, finished 0, exit 0");
}

#[test]
fn steps_without_needs_start_at_once() {
    check(
        case([step([ok(3)]), step([ok(1)])]),
        ["Success Done x1 0..3", "Success Done x1 0..1"],
        "starts 0@0 1@0, finished 3, exit 0",
    );
}

#[test]
fn a_step_starts_as_soon_as_its_own_needs_are_met() {
    check(
        case([step([ok(3)]), step([ok(1)]), step([ok(2)]).needs([1])]),
        ["Success Done x1 0..3", "Success Done x1 0..1", "Success Done x1 1..3"],
        "starts 0@0 1@0 2@1, finished 3, exit 0",
    );
    check(
        case([step([ok(1)]).needs([1]), step([ok(2)])]),
        ["Success Done x1 2..3", "Success Done x1 0..2"],
        "starts 1@0 0@2, finished 3, exit 0",
    );
}

#[test]
fn default_ends_with_its_first_failed_need() {
    check(
        case([step([err(1)]), step([ok(5)]), step([ok(1)]).needs([1, 0])]),
        ["Failed Own x1 0..1 last Own", "Success Done x1 0..5", "Failed Dependency(0 via 0) x0 ..1"],
        "starts 0@0 1@0, finished 5, exit 1",
    );
}

#[test]
fn root_is_where_it_began() {
    check(
        case([step([panics(2)]), step([ok(1)]).needs([0]), step([ok(1)]).needs([1])]),
        ["Failed Panicked x1 0..2", "Failed Dependency(0 via 0) x0 ..2", "Failed Dependency(0 via 1) x0 ..2"],
        "starts 0@0, finished 2, exit 1",
    );
}

#[test]
fn skip_on_error_is_skipped_and_passes_that_on() {
    check(
        case([step([err(1)]), step([ok(1)]).needs([0]).skip_on_error(), step([ok(1)]).needs([1])]),
        ["Failed Own x1 0..1 last Own", "Skipped Dependency(0 via 0) x0 ..1", "Skipped Dependency(0 via 1) x0 ..1"],
        "starts 0@0, finished 1, exit 1",
    );
}

#[test]
fn via_is_the_first_in_the_order_of_needs() {
    check(
        case([step([err(1)]), step([err(1)]), step([ok(1)]).needs([1, 0])]),
        ["Failed Own x1 0..1 last Own", "Failed Own x1 0..1 last Own", "Failed Dependency(1 via 1) x0 ..1"],
        "starts 0@0 1@0, finished 1, exit 1",
    );
}

#[test]
fn steps_doomed_together_do_not_see_each_other() {
    // The first dooms the last two, so neither is the cause of the other, whichever id is lower.
    let failed = "Failed Own x1 0..1 last Own";
    let (skipped, fails) = ("Skipped Dependency(0 via 0) x0 ..1", "Failed Dependency(0 via 0) x0 ..1");
    let whole = "starts 0@0, finished 1, exit 1";
    let first = || step([err(1)]).optional();
    let skips = || step([ok(1)]).needs([0]).skip_on_error();
    check(case([first(), skips(), step([ok(1)]).needs([1, 0])]), [failed, skipped, fails], whole);
    check(case([first(), step([ok(1)]).needs([2, 0]), skips()]), [failed, fails, skipped], whole);
    // Nor if two steps that end together doom them.
    check(
        case([step([err(1)]), step([err(1)]), step([ok(1)]).needs([3, 1]), skips()]),
        [failed, failed, "Failed Dependency(1 via 1) x0 ..1", skipped],
        "starts 0@0 1@0, finished 1, exit 1",
    );
}

#[test]
fn the_first_need_of_a_lower_depth_is_the_cause() {
    // Step 1 ends at depth 1, steps 2 and 3 at depth 2, and step 4 at depth 3.
    let skipped = "Skipped Dependency(0 via 0) x0 ..1";
    check(
        case([
            step([err(1)]),
            step([ok(1)]).needs([0]).skip_on_error(),
            step([ok(1)]).needs([1]),
            step([ok(1)]).needs([2, 1]),
            step([ok(1)]).needs([3, 2]),
        ]),
        [
            "Failed Own x1 0..1 last Own",
            skipped,
            "Skipped Dependency(0 via 1) x0 ..1",
            "Skipped Dependency(0 via 1) x0 ..1",
            "Skipped Dependency(0 via 3) x0 ..1",
        ],
        "starts 0@0, finished 1, exit 1",
    );
}

#[test]
fn all_done_waits_for_all_and_runs() {
    check(
        case([step([err(1)]), step([ok(4)]), step([ok(1)]).needs([0, 1]).all_done()]),
        ["Failed Own x1 0..1 last Own", "Success Done x1 0..4", "Success Done x1 4..5"],
        "starts 0@0 1@0 2@4, finished 5, exit 1",
    );
}

#[test]
fn any_failed_waits_for_all_and_runs_if_one_failed() {
    check(
        case([step([err(1)]), step([ok(4)]), step([ok(1)]).needs([0, 1]).any_failed()]),
        ["Failed Own x1 0..1 last Own", "Success Done x1 0..4", "Success Done x1 4..5"],
        "starts 0@0 1@0 2@4, finished 5, exit 1",
    );
    check(
        case([step([ok(1)]), step([ok(3)]), step([ok(1)]).needs([0, 1]).any_failed()]),
        ["Success Done x1 0..1", "Success Done x1 0..3", "Skipped NotNeeded x0 ..3"],
        "starts 0@0 1@0, finished 3, exit 0",
    );
}

#[test]
fn any_failed_without_needs_is_not_needed() {
    check(
        case([step([ok(1)]).any_failed(), step([ok(1)]).needs([0])]),
        ["Skipped NotNeeded x0 ..0", "Skipped Dependency(0 via 0) x0 ..0"],
        "starts, finished 0, exit 0",
    );
}

#[test]
fn any_failed_is_doomed_by_the_last_of_its_needs() {
    // Step 4 ends at the same depth as step 3, and so is no cause for it.
    check(
        case([
            step([ok(1)]),
            step([err(1)]),
            step([ok(1)]),
            step([ok(1)]).needs([4, 1]),
            step([ok(1)]).needs([0, 2]).any_failed(),
        ]),
        [
            "Success Done x1 0..1",
            "Failed Own x1 0..1 last Own",
            "Success Done x1 0..1",
            "Failed Dependency(1 via 1) x0 ..1",
            "Skipped NotNeeded x0 ..1",
        ],
        "starts 0@0 1@0 2@0, finished 1, exit 1",
    );
}

#[test]
fn a_need_that_was_not_needed_did_not_fail() {
    check(
        case([step([ok(1)]).any_failed(), step([ok(1)]).needs([0]).any_failed()]),
        ["Skipped NotNeeded x0 ..0", "Skipped NotNeeded x0 ..0"],
        "starts, finished 0, exit 0",
    );
    check(
        case([
            step([ok(1)]),
            step([ok(1)]).needs([0]).any_failed(),
            step([ok(1)]).needs([1]),
            step([ok(1)]).needs([2]).any_failed(),
        ]),
        [
            "Success Done x1 0..1",
            "Skipped NotNeeded x0 ..1",
            "Skipped Dependency(1 via 1) x0 ..1",
            "Skipped NotNeeded x0 ..1",
        ],
        "starts 0@0, finished 1, exit 0",
    );
}

#[test]
fn any_failed_runs_for_what_a_failure_skipped() {
    check(
        case([
            step([err(1)]).optional(),
            step([ok(1)]).needs([0]).skip_on_error(),
            step([ok(1)]).needs([1]).any_failed(),
        ]),
        ["Failed Own x1 0..1 last Own", "Skipped Dependency(0 via 0) x0 ..1", "Success Done x1 1..2"],
        "starts 0@0 2@1, finished 2, exit 0",
    );
}

#[test]
fn order_waits_for_the_end_however_it_comes() {
    check(
        case([step([err(2)]), step([ok(1)]).order([0])]),
        ["Failed Own x1 0..2 last Own", "Success Done x1 2..3"],
        "starts 0@0 1@2, finished 3, exit 1",
    );
    check(
        case([step([err(1)]), step([ok(1)]).needs([0]), step([ok(1)]).order([1])]),
        ["Failed Own x1 0..1 last Own", "Failed Dependency(0 via 0) x0 ..1", "Success Done x1 1..2"],
        "starts 0@0 2@1, finished 2, exit 1",
    );
    // A step with `any_failed` waits for order-only edges too, even if it turns out not to be needed.
    check(
        case([step([ok(3)]), step([ok(1)]).any_failed().order([0])]),
        ["Success Done x1 0..3", "Skipped NotNeeded x0 ..3"],
        "starts 0@0, finished 3, exit 0",
    );
}

#[test]
fn a_failed_need_does_not_wait_for_order() {
    check(
        case([step([err(1)]), step([ok(5)]), step([ok(1)]).needs([0]).order([1])]),
        ["Failed Own x1 0..1 last Own", "Success Done x1 0..5", "Failed Dependency(0 via 0) x0 ..1"],
        "starts 0@0 1@0, finished 5, exit 1",
    );
}

#[test]
fn optional_stops_nothing_and_does_not_count() {
    check(
        case([step([err(1)]).optional(), step([ok(2)]), step([ok(1)]).needs([1])]).cancel_on_failure(),
        ["Failed Own x1 0..1 last Own", "Success Done x1 0..2", "Success Done x1 2..3"],
        "starts 0@0 1@0 2@2, finished 3, exit 0",
    );
}

#[test]
fn a_required_step_fails_with_its_optional_need_and_counts() {
    check(
        case([step([err(1)]).optional(), step([ok(1)]).needs([0])]),
        ["Failed Own x1 0..1 last Own", "Failed Dependency(0 via 0) x0 ..1"],
        "starts 0@0, finished 1, exit 1",
    );
    check(
        case([step([err(1)]).optional(), step([ok(1)]).needs([0]).skip_on_error()]),
        ["Failed Own x1 0..1 last Own", "Skipped Dependency(0 via 0) x0 ..1"],
        "starts 0@0, finished 1, exit 0",
    );
}
