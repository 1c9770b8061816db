//! Each rule of the table "What happens when" of the crate's documentation, one test per rule, on the scheduler itself.
//!
//! The rules are plain functions without std and heap, in `rules.rs`: the boards of `examples/firmware` run the same
//! file.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

#[macro_use]
mod rules;
mod run;

macro_rules! tests {
    ($($rule:ident)*) => {
        $(#[test]
        fn $rule() {
            rules::$rule();
        })*
    };
}

each_rule!(tests);
