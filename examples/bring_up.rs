//! The boot of a sensor board on the host: the same steps that `examples/firmware` runs on three boards, with the same models of
//! the devices, on smol's clock at a tenth of its speed.
//!
//! `bring_up calm|rough|silent|dark` selects how the devices misbehave; the default is `calm`.

use std::{env, process::ExitCode, time::Duration};

use embedded_hal_async::delay::DelayNs;
use rungs::{Instant, Timer};
use rungs_smol::Smol;
use sensor_board::{bring_up, cases, model::World};

/// A busy desktop cannot keep a limit of 20 ms as a board can, so here everything takes ten times as long.
const TIMES: u32 = 10;

struct Slowly;

impl Timer for Slowly {
    type Sleep = <Smol as Timer>::Sleep;

    fn now(&self) -> Instant {
        Instant::from_nanos(Smol.now().as_nanos() / u64::from(TIMES))
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        Smol.sleep_until(Instant::from_nanos(deadline.as_nanos().saturating_mul(TIMES.into())))
    }
}

/// The delay that the drivers use.
#[derive(Clone, Copy)]
struct Delay;

impl DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        smol::Timer::after(Duration::from_nanos(ns.into()) * TIMES).await;
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

    let runner = bring_up::runner().on_event(|event| println!("{event}"));
    let report = smol::block_on(runner.run(&mut board, &Slowly));

    println!("\n{report}");
    if let Some(session) = &report.outputs.join {
        println!("joined as {:08X}, frames: {}", session.address, world.frames());
    }
    ExitCode::from(report.exit_code())
}
