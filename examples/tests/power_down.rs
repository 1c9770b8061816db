//! What `power_down` takes back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use program::run;

#[test]
fn what_was_switched_on_is_switched_off_the_last_first() {
    let (code, told) = run("power_down", &[""]);
    let told: Vec<_> = told.lines().collect();
    assert_eq!((code, *told.last().unwrap()), (Some(1), "the rail is off"));
    let at = |line: &str| told.iter().position(|other| *other == line).unwrap();
    assert!(at("Report: boot") < at("0x68 sleeps") && at("0x68 sleeps") < at("the rail is cut"), "{told:?}");
    assert!(at("the rail is cut") < at("Report: undo of boot"), "{told:?}");
}

#[test]
fn an_undo_that_fails_is_told() {
    let (code, told) = run("power_down", &["stuck"]);
    let told: Vec<_> = told.lines().collect();
    assert_eq!((code, *told.last().unwrap()), (Some(1), "the rail is off"));
    let failed = |line: &&str| line.starts_with("sensor  failed") && line.ends_with("0x68 is still awake");
    assert!(told.iter().any(failed), "{told:?}");
}

#[test]
fn a_boot_that_succeeds_stays() {
    let (code, told) = run("power_down", &["heard"]);
    let told: Vec<_> = told.lines().collect();
    assert_eq!((code, *told.last().unwrap()), (Some(0), "the rail is on"));
    assert!(!told.iter().any(|line| line.starts_with("Report: undo")), "{told:?}");
}
