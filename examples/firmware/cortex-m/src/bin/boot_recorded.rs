//! The boot by hand, with time limits, retries and a record.
#![no_std]
#![no_main]

use by_hand::recorded::Log;
use cortex_m::Peripherals;
use cortex_m_boards::{exit_on_panic, log, start_clock};
use embassy_executor::Spawner;
use embassy_time::Delay;
use semihosting::{println, process};
use sensor_board::{cases, model::World};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    if let Some(core) = Peripherals::take() {
        start_clock(core.SYST);
    }
    for case in cases::ALL {
        let world = World::new(case.script);
        let mut board = world.board(Delay);
        let records = Log::default();
        by_hand::recorded::boot(&mut board, &records).await;
        println!("{}: frames: {}", case.name, world.frames());
        log::record(&records.records);
    }
    process::exit(0)
}
