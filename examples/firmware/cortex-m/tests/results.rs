//! Drivers that one step makes and the next ones use, on the board. The host runs the same source.
#![no_std]
#![no_main]

#[path = "../../../../tests/conformance/driven/results.rs"]
mod results;

// The start-up code and the executor that tests are linked against.
use cortex_m_boards as _;

#[embedded_test::tests]
mod tests {
    #[test]
    fn a_driver_passes_from_step_to_step() {
        super::results::a_driver_passes_from_step_to_step();
    }
}
