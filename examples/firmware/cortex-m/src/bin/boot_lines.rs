//! The boot by rungs, with the log of `boot_recorded`: what is left between the two is what rungs costs.
#![no_std]
#![no_main]

use cortex_m::Peripherals;
use cortex_m_boards::{exit_on_panic, start_clock};
use embassy_executor::Spawner;
use embassy_time::Delay;
use rungs::{Cause, StepError};
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
        let mut storage = bring_up::Storage::new();
        let report = bring_up::runner().run_in(&mut storage, &mut board, &Embassy).await;
        println!("{}: frames: {}", case.name, world.frames());
        for step in report.steps() {
            let [started, finished] =
                [step.started_at(), step.finished_at()].map(|at| at.unwrap_or_default().as_nanos() / 1_000);
            println!(
                "{:9} {:?}, attempts: {}, {started} us to {finished} us",
                step.name(),
                step.status(),
                step.attempts()
            );
            match (step.cause(), step.error()) {
                (Some(Cause::Failed), Some(StepError::Failed(fault))) => println!("          {fault}"),
                (Some(Cause::TimedOut), _) => println!("          timed out"),
                (Some(Cause::Deadline), _) => println!("          deadline exceeded"),
                (Some(Cause::Dependency { root, .. }), _) => {
                    println!("          because of {}", cases::NAMES.get(root.index()).unwrap_or(&"?"));
                }
                _ => {}
            }
        }
    }
    process::exit(0)
}
