//! The boot of a sensor board on the host: the very steps that `examples/firmware` runs on three boards, on the same
//! models of its devices, here on smol's clock.
//!
//! `bring_up calm|rough|silent|dark` tells the devices how to misbehave; calm if not said.

use std::{env, process::ExitCode, time::Duration};

use embedded_hal_async::delay::DelayNs;
use rungs::Event;
use rungs_smol::Smol;
use sensor_board::{Fault, bring_up, cases, model::World};
use smol::Timer;

/// What the drivers wait with.
#[derive(Clone, Copy)]
struct Delay;

impl DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        Timer::after(Duration::from_nanos(ns.into())).await;
    }
}

fn main() -> ExitCode {
    let name = env::args().nth(1).unwrap_or_else(|| cases::CALM.name.to_owned());
    let Some(case) = cases::ALL.into_iter().find(|case| case.name == name) else {
        eprintln!("there is no script `{name}`, only {}", cases::ALL.map(|case| case.name).join(", "));
        return ExitCode::from(2);
    };
    let world = World::new(case.script);
    let mut board = world.board(Delay);
    println!("{}", bring_up::visualize());

    let runner = bring_up::runner().observe(|event: &Event<'_, Fault>| println!("{event}"));
    let report = smol::block_on(runner.run(&mut board, &Smol));

    println!("\n{report}");
    if let Some(session) = &report.outputs.join {
        println!("joined as {:08X}, frames: {}", session.address, world.frames());
    }
    ExitCode::from(report.exit_code())
}
