//! The boot by rungs.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use cortex_m_boards::{exit_on_panic, start_clock};
use embassy_executor::Spawner;
use embassy_time::Delay;
use rungs_embassy::Embassy;
use semihosting::{println, process};
use sensor_board::{bring_up, cases, model::World};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    if let Some(core) = Peripherals::take() {
        start_clock(core.SYST);
    }
    for case in cases::ALL {
        let world = World::new(case.script);
        let mut board = world.board(Delay);
        let report = bring_up::run(&mut board, &Embassy).await;
        println!("{}: frames: {}", case.name, world.frames());
        println!("{report}");
    }
    process::exit(0)
}
