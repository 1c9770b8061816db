//! A printed case can be pasted into a test and then is the same case.

use crate::oracle::Case;
use crate::oracle::build::{case, err, err_after, err_final, gone, never, ok, panics, skips, step, stuck};

/// Checks that the value of an expression prints itself as the expression, but for white space and last commas.
macro_rules! check_prints {
    ($case:expr) => {{
        let squeezed = |text: &str| text.split_whitespace().collect::<String>().replace(",]", "]");
        assert_eq!(squeezed(&$case.to_string()), squeezed(stringify!($case)));
    }};
}

#[test]
fn plain_cases() {
    check_prints!(case([]));
    check_prints!(case([step([ok(1)]), step([ok(2)]).needs([0])]));
    assert_eq!(Case::default().to_string(), "case([])");
    assert_eq!(case([step([ok(1), err(2)]).needs([0, 1])]).to_string(), "case([step([ok(1), err(2)]).needs([0, 1])])");
}

#[test]
fn every_attempt() {
    check_prints!(case([step([ok(1), err(2), err_final(3), err_after(4, 5), skips(6), panics(7), never()])]));
}

#[test]
fn every_setting_of_a_step() {
    check_prints!(case([
        step([ok(1)])
            .needs([1, 2])
            .order([3])
            .optional()
            .retries(2)
            .delay(3)
            .timeout(4)
            .retry_on_timeout(false)
            .deadline(5)
            .uses([(0, 1), (1, 2)])
            .expected(6),
        step([ok(1)]).skip_on_error(),
        step([ok(1)]).lingers(gone(2)),
        step([ok(1)]).lingers(stuck()),
        step([ok(1)]).all_done(),
        step([ok(1)]).any_failed(),
        step([ok(1)]).none_failed().after_all().never_cancel(),
    ]));
}

#[test]
fn every_setting_of_a_case() {
    check_prints!(
        case([])
            .limit(2)
            .capacities([1, 2])
            .levels()
            .drain_on_failure()
            .run_deadline(9)
            .grace(4)
            .clean_up_deadline(6)
            .drain_at(3)
            .cancel_at(4)
            .cancel_at(5)
    );
    check_prints!(case([]).cancel_on_failure());
}
