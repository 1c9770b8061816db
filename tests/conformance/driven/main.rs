//! The same rules of the table "What happens when" for the driver of `#[pipeline]`: pipelines whose steps follow a
//! script, with a clock that stands still between polls.
//!
//! As with the rules of the scheduler, the boards of `examples/firmware` run the same files. The row about panics has
//! no test here: nothing catches a panic, and on a board it ends the program.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(missing_docs, unnameable_types, unreachable_pub, reason = "tests")]

#[macro_use]
mod rules;
mod bench;
mod pipelines;
mod results;

macro_rules! tests {
    ($($rule:ident)*) => {
        $(#[test]
        fn $rule() {
            rules::$rule();
        })*
    };
}

each_rule!(tests);

#[test]
fn a_driver_passes_from_step_to_step() {
    results::a_driver_passes_from_step_to_step();
}
