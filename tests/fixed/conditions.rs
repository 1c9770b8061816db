//! Steps, parameters and fields with a `#[cfg]`: the plan is that of the target.

use crate::{Sim, run};
use rungs::NoClock;

#[rungs::pipeline]
mod board {
    pub struct Board {
        #[cfg(target_pointer_width = "16")]
        pub tiny: u8,
        #[cfg(not(target_pointer_width = "16"))]
        pub large: u8,
    }

    #[cfg(target_pointer_width = "16")]
    #[step]
    async fn power(tiny: &mut u8) -> u8 {
        *tiny
    }

    #[cfg(not(target_pointer_width = "16"))]
    #[step]
    async fn power(large: &mut u8) -> u8 {
        *large
    }

    #[cfg(target_pointer_width = "16")]
    #[step]
    async fn radio(power: &Undeclared) -> Undeclared {}

    #[step]
    async fn sum(power: &u8, #[cfg(target_pointer_width = "16")] radio: &Undeclared) -> u8 {
        #[cfg(target_pointer_width = "16")]
        drop(radio);
        *power + 1
    }
}

#[test]
fn a_plan_has_the_steps_of_the_target() {
    let mut board = board::Board { large: 3 };
    let report = run(&Sim::new(), board::run(&mut board, &NoClock));
    assert_eq!(report.outputs.sum, Some(4));
    assert!(board::plan().steps().map(|step| step.name()).eq(["power", "sum"]));
}
