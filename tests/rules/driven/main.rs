//! Each rule of the table "What happens when" once more, as the drive of `#[pipeline]` carries it out: on pipelines whose
//! steps follow a script, with a clock that stands still between polls.
//!
//! As in `tests/rules`, the boards of `examples/firmware` run the very same files. A panic is the one row without a test
//! here: nothing catches it, and on a board it is the end.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(missing_docs, unnameable_types, unreachable_pub, reason = "tests")]

#[macro_use]
mod rules;
mod bench;
mod pipelines;

macro_rules! tests {
    ($($rule:ident)*) => {
        $(#[test]
        fn $rule() {
            rules::$rule();
        })*
    };
}

each_rule!(tests);
