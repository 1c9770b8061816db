//! Steps that have ended before the run begins.

use super::check;
use crate::oracle::Given;
use crate::oracle::build::{case, ok, step};

#[test]
fn what_needs_a_given_step_starts_at_once() {
    check(
        case([step([ok(9)]).given(Given::Success), step([ok(1)]).needs([0]), step([ok(1)])]),
        ["Success Done x0 ..0", "Success Done x1 0..1", "Success Done x1 0..1"],
        "starts 1@0 2@0, finished 1, exit 0",
    );
}

#[test]
fn a_given_skip_prunes_as_one_of_this_run_does() {
    check(
        case([
            step([ok(9)]).given(Given::Skip),
            step([ok(1)]).needs([0]),
            step([ok(1)]).needs([0, 4]).none_failed(),
            step([ok(1)]).needs([0]).any_failed(),
            step([ok(2)]),
        ]),
        [
            "Skipped ByItself x0 ..0",
            "Skipped Dependency(0 via 0) x0 ..0",
            "Success Done x1 2..3",
            "Skipped NotNeeded x0 ..0",
            "Success Done x1 0..2",
        ],
        "starts 4@0 2@2, finished 3, exit 0",
    );
}

#[test]
fn what_is_left_out_has_ended_for_order_and_is_nothing_to_a_failure_step() {
    for (left_out, shown) in [(Given::NotSelected, "NotSelected"), (Given::UpToDate, "UpToDate")] {
        check(
            case([
                step([ok(9)]).given(left_out),
                step([ok(1)]).order([0]),
                step([ok(1)]).needs([0]).all_done(),
                step([ok(1)]).needs([0]).any_failed(),
            ])
            .cancel_on_failure(),
            [
                &format!("Skipped {shown} x0 ..0"),
                "Success Done x1 0..1",
                "Success Done x1 0..1",
                "Skipped NotNeeded x0 ..0",
            ],
            "starts 1@0 2@0, finished 1, exit 0",
        );
    }
}

#[test]
fn a_failed_check_is_a_failure_of_its_step() {
    check(
        case([step([ok(9)]).given(Given::Failed), step([ok(1)]).needs([0]), step([ok(1)])]).drain_on_failure(),
        ["Failed Own x0 ..0", "Failed Dependency(0 via 0) x0 ..0", "Skipped Stopped(0) x0 ..0"],
        "starts, finished 0, exit 1",
    );
}
