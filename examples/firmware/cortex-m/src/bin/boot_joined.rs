//! The boot by hand, with joins and loops.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use cortex_m_boards::{exit_on_panic, start_clock};
use embassy_executor::Spawner;
use embassy_time::Delay;
use semihosting::{println, process};
use sensor_board::model::{Script, World};

exit_on_panic!();

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    if let Some(core) = Peripherals::take() {
        start_clock(core.SYST);
    }
    // It has no time limits, so a script that lets a device hang would not end.
    let world = World::new(Script::CALM);
    let mut board = world.board(Delay);
    match by_hand::joined::boot(&mut board).await {
        Ok(()) => println!("up, frames: {}", world.frames()),
        Err(fault) => println!("{fault}"),
    }
    process::exit(0)
}
