//! The boot with the static API, on a loop that polls it.
#![no_std]
#![no_main]

use riscv_board::{Delay, Mtime, block_on, exit_on_panic};
use semihosting::{println, process};
use sensor_board::{bring_up, cases, model::World};

exit_on_panic!();

#[riscv_rt::entry]
fn main() -> ! {
    for case in cases::ALL {
        let world = World::new(case.script);
        let report = block_on(bring_up::run(&mut world.board(Delay), &Mtime));
        println!("{}: frames: {}", case.name, world.frames());
        println!("{report}");
    }
    process::exit(0)
}
