//! What `saga` takes back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use program::run;

#[test]
fn what_was_booked_is_taken_back_the_last_first() {
    let (code, told) = run("saga", &[""]);
    let told: Vec<_> = told.lines().collect();
    assert_eq!(code, Some(1), "{told:?}");
    assert_eq!(told[..3], ["returned the blue car", "cancelled room 12", "Report: trip"]);
    assert!(told.contains(&"Report: undo of trip"), "{told:?}");
    assert!(told.last().unwrap().contains("2 succeeded, 0 failed, 2 skipped"), "{told:?}");
}

#[test]
fn an_undo_that_fails_is_told() {
    let (code, told) = run("saga", &["stubborn"]);
    let told: Vec<_> = told.lines().collect();
    assert_eq!((code, told[0], *told.last().unwrap()), (Some(1), "cancelled room 12", "to be done by hand: car"));
    assert!(told.iter().any(|line| line.starts_with("car ") && line.ends_with("nobody answers")), "{told:?}");
}

#[test]
fn a_trip_that_is_booked_stays() {
    let (code, told) = run("saga", &["booked"]);
    let told: Vec<_> = told.lines().collect();
    assert_eq!((code, told[0]), (Some(0), "Report: trip"), "{told:?}");
    assert!(told.last().unwrap().contains("4 succeeded"), "{told:?}");
}
