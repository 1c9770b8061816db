//! Plans that are made by name: whatever the names, the needs and the resources are, `check` and `run` agree with a simple
//! model of what is wrong, nothing panics, and a plan that passes runs to its end.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "plans/case.rs"]
mod case;
#[path = "shared/draw.rs"]
mod draw;
#[path = "plans/expected.rs"]
mod expected;
#[path = "plans/play.rs"]
mod play;

#[test]
fn plans() {
    bolero::check!().with_iterations(0).for_each(|bytes: &[u8]| {
        let case = case::Case::new(bytes);
        play::check(&case);
    });
}
