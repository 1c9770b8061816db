//! Runs that end at any moment, and attempts that are cut off while a result is stored.

use super::{Memory, polled, store_failed};
use crate::{ms, run};
use futures_lite::future::{block_on, yield_now};
use rungs::{
    NoClock, Timer,
    fixed::Checkpoints,
    sim::{Clock, Sim},
};

/// Two ways that meet, two writers of one field, and a step that is not stored between two that are.
#[rungs::pipeline(error = &'static str)]
pub mod wide {
    use super::yield_now;

    #[derive(Default)]
    pub struct Board {
        pub is_in_use: bool,
        pub modem: u32,
    }

    async fn use_bus(is_in_use: &mut bool) {
        assert!(!core::mem::replace(is_in_use, true), "two steps use the bus");
        yield_now().await;
        yield_now().await;
        *is_in_use = false;
    }

    #[step(checkpoint)]
    pub async fn power() -> u32 {
        yield_now().await;
        1
    }
    #[step(checkpoint)]
    pub async fn clock() -> u32 {
        yield_now().await;
        yield_now().await;
        2
    }
    #[step(checkpoint)]
    pub async fn imu(is_in_use: &mut bool, power: &u32) -> u32 {
        use_bus(is_in_use).await;
        *power + 2
    }
    #[step]
    pub async fn baro(is_in_use: &mut bool, power: &u32) -> u32 {
        use_bus(is_in_use).await;
        *power + 3
    }
    #[step(checkpoint)]
    pub async fn flash(is_in_use: &mut bool, power: &u32) -> u32 {
        use_bus(is_in_use).await;
        *power + 4
    }
    #[step(checkpoint)]
    pub async fn radio(modem: &mut u32, clock: &u32) -> u32 {
        yield_now().await;
        *modem += 1;
        *clock + 4
    }
    #[step(checkpoint)]
    pub async fn join(modem: &mut u32, radio: &u32, baro: &u32) -> u32 {
        yield_now().await;
        *modem += 1;
        radio * baro
    }
    #[step]
    pub async fn announce(imu: &u32, join: &u32, flash: &u32) -> Result<u32, &'static str> {
        Ok(imu + join + flash)
    }
}

#[test]
fn a_run_that_ends_at_any_poll_goes_on_in_the_next_one() {
    let expected = block_on(wide::run(&mut wide::Board::default(), &NoClock)).outputs.announce;
    assert_eq!(expected, Some(3 + 24 + 5));
    for first in 1..40 {
        for further in 1..8 {
            let (mut memory, mut runs) = (Memory::default(), 0);
            let report = loop {
                runs += 1;
                let (stored, mut board) = (memory.writes.len(), wide::Board::default());
                let run = wide::runner().checkpoints(&mut memory, store_failed).run(&mut board, &NoClock);
                // It gets further each time, as a power supply that always fails at the same step would never let it end.
                let ended = polled(run, if runs == 1 { first } else { further + runs });
                if let Some(report) = ended {
                    let given = report.steps().filter(|step| step.is_given()).count();
                    assert_eq!(given, stored, "what is stored is given");
                    break report;
                }
            };
            assert_eq!((report.exit_code(), report.outputs.announce), (0, expected), "{first}, {further}:\n{report}");
            let mut keys = memory.writes.clone();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), memory.writes.len(), "nothing is stored twice");
        }
    }
}

#[rungs::pipeline(error = &'static str)]
mod timed {
    #[derive(Default)]
    pub struct Device {
        pub calls: u32,
    }

    #[step(checkpoint, timeout = ms(10), retries = 2)]
    pub async fn slow(calls: &mut u32) -> Result<u32, &'static str> {
        *calls += 1;
        Ok(*calls)
    }
    #[step(checkpoint)]
    pub async fn other() -> u32 {
        1
    }
}

/// A store on which the first writes take time.
struct Slow<'m> {
    memory: &'m mut Memory,
    clock: Clock,
    slow: u32,
}

impl Checkpoints for Slow<'_> {
    type Error = &'static str;

    async fn load(&mut self, key: u32, buffer: &mut [u8]) -> Result<Option<usize>, &'static str> {
        self.memory.load(key, buffer).await
    }

    async fn store(&mut self, key: u32, bytes: &[u8]) -> Result<(), &'static str> {
        if self.slow > 0 {
            self.slow -= 1;
            self.clock.sleep_until(self.clock.now() + ms(25)).await;
        }
        self.memory.store(key, bytes).await
    }
}

#[test]
fn storing_is_a_part_of_the_attempt_and_a_write_that_has_begun_goes_on() {
    let sim = Sim::new();
    let mut memory = Memory::default();
    let mut store = Slow { memory: &mut memory, clock: sim.clock(), slow: 1 };
    let mut device = timed::Device::default();
    let clock = sim.clock();
    let report = run(&sim, timed::runner().checkpoints(&mut store, store_failed).run(&mut device, &clock));
    // The first attempt was cut off while its result was being stored, and the second one waited for that; so did `other`.
    assert_eq!(report.get("slow").unwrap().attempts(), 3);
    assert_eq!((report.outputs.slow, device.calls), (Some(3), 3));
    assert_eq!(report.get("other").unwrap().duration(), ms(25));
    assert_eq!(memory.writes.len(), 3, "the cut off write, and two others");
}
