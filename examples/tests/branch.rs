//! The ways that `branch` takes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

/// The exit code of `branch` for these arguments, and what it prints.
fn branch(installed: &str, format: &str) -> (Option<i32>, String) {
    let mut run = Command::new(env!("CARGO"));
    run.args(["run", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let output = run.args(["--example", "branch", "--", installed, format]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn one_way_is_taken_and_the_other_is_skipped() {
    for (format, skipped) in [("zip", "untar"), ("tar", "unzip")] {
        let (code, told) = branch("7", format);
        assert_eq!(code, Some(0), "{told}");
        let first = format!("installed update-8\n  `{skipped}` was skipped by itself\n");
        assert!(told.starts_with(&first), "{told}");
        assert!(told.contains("6 succeeded, 0 failed, 1 skipped (by itself: 1)"), "{told}");
    }
}

#[test]
fn what_is_up_to_date_ends_early() {
    let (code, told) = branch("8", "zip");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("nothing is installed: `install` was skipped: `look` was skipped"), "{told}");
    assert!(told.contains("1 succeeded, 0 failed, 6 skipped (by itself: 1)"), "{told}");
}

#[test]
fn a_branch_that_fails_fails_the_join() {
    let (code, told) = branch("7", "rar");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("nothing is installed: `install` failed: `known` failed"), "{told}");
}
