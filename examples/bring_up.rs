//! The boot of a sensor board on the host: the very steps that `examples/firmware` runs on three boards, on the same
//! models of its devices, here with smol's timer.
//!
//! `bring_up calm|rough|silent|dark` tells the devices how to misbehave; calm if not said.

use std::{env, process::ExitCode, time::Duration};

use embedded_hal_async::delay::DelayNs;
use sensor_board::{
    Fault,
    bring_up::{self, Board},
    cases,
    drivers::modem::Session,
    model::{Modelled, World},
};
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
        eprintln!("there is no script `{name}`");
        return ExitCode::from(2);
    };
    let world = World::new(case.script);
    match smol::block_on(boot(&mut world.board(Delay))) {
        Ok(session) => {
            println!("joined as {:08X}, frames: {}", session.address, world.frames());
            ExitCode::SUCCESS
        }
        Err(fault) => {
            println!("{fault}");
            ExitCode::FAILURE
        }
    }
}

/// One step after the other.
async fn boot(board: &mut Modelled<'_, Delay>) -> Result<Session, Fault> {
    let Board { enable, good, lock, bus, modem, dog, delay } = board;
    bring_up::power(enable, good, delay).await?;
    let clock = bring_up::clock(lock, delay).await?;
    let imu = bring_up::imu(bus, delay).await?;
    let baro = bring_up::baro(bus, delay).await?;
    let radio = bring_up::radio(modem).await?;
    let session = bring_up::join(modem, &radio).await?;
    bring_up::watchdog(dog, &clock).await?;
    bring_up::announce(bus, modem, &imu, &baro, &session).await?;
    Ok(session)
}
