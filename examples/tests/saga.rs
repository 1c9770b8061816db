//! What `saga` takes back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

/// The exit code of `saga` for this argument, and the lines that it prints.
fn saga(how: &str) -> (Option<i32>, Vec<String>) {
    let mut run = Command::new(env!("CARGO"));
    run.args(["run", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let output = run.args(["--example", "saga", "--", how]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect())
}

#[test]
fn what_was_booked_is_taken_back_the_last_first() {
    let (code, told) = saga("");
    assert_eq!(code, Some(1), "{told:?}");
    assert_eq!(told[..3], ["returned the blue car", "cancelled room 12", "Report: trip"].map(String::from));
    assert!(told.iter().any(|line| line == "Report: undo of trip"), "{told:?}");
    assert!(told.last().unwrap().contains("2 succeeded, 0 failed, 2 skipped"), "{told:?}");
}

#[test]
fn an_undo_that_fails_is_told() {
    let (code, told) = saga("stubborn");
    assert_eq!((code, &*told[0], &**told.last().unwrap()), (Some(1), "cancelled room 12", "to be done by hand: car"));
    assert!(told.iter().any(|line| line.starts_with("car ") && line.ends_with("nobody answers")), "{told:?}");
}

#[test]
fn a_trip_that_is_booked_stays() {
    let (code, told) = saga("booked");
    assert_eq!((code, &*told[0]), (Some(0), "Report: trip"), "{told:?}");
    assert!(told.last().unwrap().contains("4 succeeded"), "{told:?}");
}
