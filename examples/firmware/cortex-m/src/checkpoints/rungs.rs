//! A boot of eight steps whose results are kept in flash, by rungs and rungs-flash.
#![no_std]
#![no_main]

use cortex_m_boards::{
    exit_on_panic,
    power::{self, Calls, LENGTH, RamFlash},
};
use embassy_executor::Spawner;
use rungs::NoClock;
use rungs_flash::{FlashCheckpoints, buffer_size};

exit_on_panic!();

/// What stops the boot.
#[derive(Debug)]
pub struct NoFlash;

#[rungs::pipeline(error = super::NoFlash)]
mod boot {
    use cortex_m_boards::power::Calls;

    #[context]
    pub struct Board<'c> {
        pub calls: &'c Calls,
    }

    #[step(checkpoint)]
    async fn power(calls: &&Calls) -> u32 {
        calls.call(1).await
    }
    #[step(checkpoint)]
    async fn clock(calls: &&Calls) -> u32 {
        calls.call(2).await
    }
    #[step(checkpoint)]
    async fn imu(calls: &&Calls, power: &u32) -> u32 {
        calls.call(power + 2).await
    }
    #[step(checkpoint)]
    async fn baro(calls: &&Calls, power: &u32) -> u32 {
        calls.call(power + 3).await
    }
    #[step(checkpoint)]
    async fn radio(calls: &&Calls, power: &u32) -> u32 {
        calls.call(power + 4).await
    }
    #[step(checkpoint)]
    async fn join(calls: &&Calls, radio: &u32) -> u32 {
        calls.call(radio + 1).await
    }
    #[step(checkpoint)]
    async fn watchdog(calls: &&Calls, clock: &u32) -> u32 {
        calls.call(clock + 98).await
    }
    #[step(checkpoint)]
    async fn announce(calls: &&Calls, imu: &u32, baro: &u32, join: &u32, watchdog: &u32) -> u32 {
        calls.call(imu + baro + join + watchdog).await
    }
}

async fn run(flash: &RamFlash, calls: &Calls) -> Option<u32> {
    const BUFFER: usize = buffer_size(boot::CHECKPOINT_BYTES);
    let mut store = FlashCheckpoints::<_, BUFFER>::new(flash, 0..LENGTH as u32, 1).ok()?;
    let mut board = boot::Board { calls };
    let report = boot::runner().checkpoints(&mut store, |_| NoFlash).run(&mut board, &NoClock).await;
    report.outputs.announce
}

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    power::at_every_word(run).await
}
