//! What `power_down` takes back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

/// The exit code of `power_down` for this argument, and the lines that it prints.
fn power_down(how: &str) -> (Option<i32>, Vec<String>) {
    let mut run = Command::new(env!("CARGO"));
    run.args(["run", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let output = run.args(["--example", "power_down", "--", how]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect())
}

#[test]
fn what_was_switched_on_is_switched_off_the_last_first() {
    let (code, told) = power_down("");
    assert_eq!((code, &**told.last().unwrap()), (Some(1), "the rail is off"));
    let at = |line: &str| told.iter().position(|other| other == line).unwrap();
    assert!(at("Report: boot") < at("0x68 sleeps") && at("0x68 sleeps") < at("the rail is cut"), "{told:?}");
    assert!(at("the rail is cut") < at("Report: undo of boot"), "{told:?}");
}

#[test]
fn an_undo_that_fails_is_told() {
    let (code, told) = power_down("stuck");
    assert_eq!((code, &**told.last().unwrap()), (Some(1), "the rail is off"));
    let failed = |line: &String| line.starts_with("sensor  failed") && line.ends_with("0x68 is still awake");
    assert!(told.iter().any(failed), "{told:?}");
}

#[test]
fn a_boot_that_succeeds_stays() {
    let (code, told) = power_down("heard");
    assert_eq!((code, &**told.last().unwrap()), (Some(0), "the rail is on"));
    assert!(!told.iter().any(|line| line.starts_with("Report: undo")), "{told:?}");
}
