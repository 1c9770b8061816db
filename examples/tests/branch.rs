//! The ways that `branch` takes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use program::run;

#[test]
fn one_way_is_taken_and_the_other_is_skipped() {
    for (format, skipped) in [("zip", "untar"), ("tar", "unzip")] {
        let (code, told) = run("branch", &["7", format]);
        assert_eq!(code, Some(0), "{told}");
        let first = format!("installed update-8\n  `{skipped}` was skipped by itself\n");
        assert!(told.starts_with(&first), "{told}");
        assert!(told.contains("6 succeeded, 0 failed, 1 skipped (by itself: 1)"), "{told}");
    }
}

#[test]
fn what_is_up_to_date_ends_early() {
    let (code, told) = run("branch", &["8", "zip"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("nothing is installed: `install` was skipped: `look` was skipped"), "{told}");
    assert!(told.contains("1 succeeded, 0 failed, 6 skipped (by itself: 1)"), "{told}");
}

#[test]
fn a_branch_that_fails_fails_the_join() {
    let (code, told) = run("branch", &["7", "rar"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("nothing is installed: `install` failed: `known` failed"), "{told}");
}
