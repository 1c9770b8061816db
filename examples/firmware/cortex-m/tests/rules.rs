//! Each rule of the truth table on the board. The host runs the same source.
#![no_std]
#![no_main]

#[macro_use]
#[path = "../../../../tests/conformance/rules.rs"]
mod rules;
#[path = "../../../../tests/conformance/run.rs"]
mod run;

// The start-up code and the executor that tests are linked against.
use cortex_m_boards as _;

macro_rules! tests {
    ($($rule:ident)*) => {
        #[embedded_test::tests]
        mod tests {
            $(#[test]
            fn $rule() {
                super::rules::$rule();
            })*
        }
    };
}

each_rule!(tests);
