//! Fields of the context: borrowed for each attempt, and never by two steps at once if one of them changes the field.

use crate::{Bad, Clock, Sim, ms, run};
use rungs::{Instant, Status, StepError};

/// A bus that panics if two steps use it at once.
pub struct Bus {
    clock: Clock,
    is_taken: bool,
    log: Vec<&'static str>,
}

impl Bus {
    fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), is_taken: false, log: Vec::new() }
    }

    async fn transfer(&mut self, who: &'static str) {
        assert!(!std::mem::replace(&mut self.is_taken, true), "{who} finds the bus taken");
        self.log.push(who);
        self.clock.sleep(ms(3)).await;
        self.is_taken = false;
    }
}

#[rungs::pipeline(error = Bad)]
mod one_bus {
    use super::*;

    pub struct Board {
        pub(super) bus: Bus,
        pub(super) factor: u32,
    }

    #[step(retries = 1, backoff = fixed(ms(10)))]
    async fn imu(bus: &mut Bus, factor: &u32) -> Result<u32, Bad> {
        bus.transfer("imu").await;
        if bus.log.len() == 1 { Err(Bad("nack")) } else { Ok(*factor) }
    }

    #[step]
    async fn baro(bus: &mut Bus) -> Result<(), Bad> {
        bus.transfer("baro").await;
        Err(Bad("no answer"))
    }

    /// Only reads the bus, and is kept apart from its other users all the same.
    #[step]
    async fn count(bus: &Bus, factor: &u32) -> Result<usize, Bad> {
        assert!(!bus.is_taken);
        Ok(bus.log.len() * *factor as usize)
    }

    #[step]
    async fn alone(factor: &u32) -> Result<u32, Bad> {
        Ok(factor + 1)
    }
}

#[test]
fn users_of_a_bus_follow_one_another_for_the_whole_step_and_fail_alone() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = one_bus::Board { bus: Bus::new(&clock), factor: 2 };
    let report = run(&sim, one_bus::run(&mut board, &clock));
    assert_eq!(board.bus.log, ["imu", "imu", "baro"]);
    let baro = report.get("baro").unwrap();
    assert_eq!(baro.started_at(), Some(Instant::ZERO + ms(16)), "not in the delay before imu's second attempt");
    assert_eq!(baro.error(), Some(StepError::Failed(&Bad("no answer"))));
    assert_eq!(report.outputs.count, Some(6), "a failed neighbour is no failed need");
    assert_eq!(report.get("alone").unwrap().started_at(), Some(Instant::ZERO));
    let picture = one_bus::visualize().to_string();
    assert!(
        picture.contains("  - baro follows [imu]\n") && picture.contains("  - count follows [baro]\n"),
        "{picture}"
    );
}

#[rungs::pipeline(error = Bad)]
mod two_buses {
    use super::*;

    pub struct Board {
        pub(super) left: Bus,
        pub(super) right: Bus,
    }

    #[step]
    async fn a(left: &mut Bus) -> Result<(), Bad> {
        left.transfer("a").await;
        Ok(())
    }

    #[step]
    async fn b(right: &mut Bus) -> Result<(), Bad> {
        right.transfer("b").await;
        Ok(())
    }

    /// Takes both, so one of them comes from another lane.
    #[step(timeout = ms(1), retries = 1, optional)]
    async fn both(left: &mut Bus, right: &mut Bus) -> Result<(), Bad> {
        left.is_taken = false;
        left.transfer("both, left").await;
        right.transfer("both, right").await;
        Ok(())
    }

    #[step]
    async fn c(left: &mut Bus, a: &()) -> Result<(), Bad> {
        let () = *a;
        left.is_taken = false;
        left.transfer("c").await;
        Ok(())
    }

    #[step]
    async fn d(right: &mut Bus, b: &()) -> Result<(), Bad> {
        let () = *b;
        right.transfer("d").await;
        Ok(())
    }
}

#[test]
fn a_field_passes_from_lane_to_lane_and_returns_from_an_abandoned_attempt() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = two_buses::Board { left: Bus::new(&clock), right: Bus::new(&clock) };
    let report = run(&sim, two_buses::run(&mut board, &clock));
    assert_eq!(board.left.log, ["a", "both, left", "both, left", "c"]);
    assert_eq!(board.right.log, ["b", "d"]);
    assert_eq!(report.get("both").unwrap().error(), Some(StepError::TimedOut));
    assert!(report.is_success(), "{report}");
}

#[test]
fn the_readers_of_a_field_run_together_after_its_last_writer() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = calibrated::Board { clock: clock.clone(), table: [0; 2] };
    let report = run(&sim, calibrated::run(&mut board, &clock));
    let started = |step| report.get(step).unwrap().started_at();
    assert_eq!(started("before"), Some(Instant::ZERO + ms(5)), "it keeps the order of the writers");
    assert_eq!(started("erase"), Some(Instant::ZERO + ms(10)));
    for reader in ["imu", "baro"] {
        assert_eq!(started(reader), Some(Instant::ZERO + ms(15)), "{report}");
    }
    assert_eq!((report.outputs.imu, report.outputs.baro), (Some(7), Some(8)));
    assert_eq!(report.get("erase").unwrap().status(), Status::Failed, "an order is not a need");
}

#[rungs::pipeline(error = Bad)]
mod calibrated {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
        pub(super) table: [u8; 2],
    }

    #[step]
    async fn load(table: &mut [u8; 2], clock: &Clock) {
        clock.sleep(ms(5)).await;
        *table = [7, 7];
    }
    #[step]
    async fn before(table: &[u8; 2], clock: &Clock) -> u8 {
        clock.sleep(ms(5)).await;
        table[0]
    }
    #[step]
    async fn erase(table: &mut [u8; 2], clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(5)).await;
        table[1] += 1;
        Err(Bad("worn out"))
    }
    #[step(retries = 1, timeout = ms(6))]
    async fn imu(table: &[u8; 2], clock: &Clock) -> u8 {
        clock.sleep(ms(5)).await;
        table[0]
    }
    #[step]
    async fn baro(table: &[u8; 2], clock: &Clock) -> u8 {
        clock.sleep(ms(5)).await;
        table[1]
    }
}
