//! Each rule of the truth table on the board, with the driver of the static API. The host runs the same source.
#![no_std]
#![no_main]

#[macro_use]
#[path = "../../../../tests/conformance/driven/rules.rs"]
mod rules;
#[path = "../../../../tests/conformance/driven/bench.rs"]
mod bench;
#[path = "../../../../tests/conformance/driven/pipelines.rs"]
mod pipelines;

// The start-up code.
use riscv_rt as _;

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
