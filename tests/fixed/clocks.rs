//! A run that is polled for nothing, and one whose clock jumps.

use crate::{Bad, Clock, Counted, Hand, Sim, clock::Jumping, ms, run};
use rungs::Timer;
use std::{pin::pin, task::Poll};

#[rungs::pipeline(error = Bad)]
mod asleep {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
        pub(super) bus: Vec<u8>,
    }

    #[step(timeout = ms(50), retries = 2, retry_delay = ms(1))]
    async fn imu(clock: &Clock) -> Result<u8, Bad> {
        clock.sleep(ms(3)).await;
        Ok(1)
    }

    #[step(deadline = ms(80))]
    async fn baro(clock: &Clock) -> Result<u8, Bad> {
        clock.sleep(ms(5)).await;
        Ok(2)
    }

    async fn write(bus: &mut Vec<u8>, byte: u8) {
        bus.push(byte);
        futures_lite::future::yield_now().await;
        bus.push(byte);
    }

    #[step]
    async fn first(bus: &mut Vec<u8>, imu: &u8) -> Result<(), Bad> {
        write(bus, *imu).await;
        Ok(())
    }

    #[step]
    async fn second(bus: &mut Vec<u8>, baro: &u8) -> Result<(), Bad> {
        write(bus, *baro).await;
        Ok(())
    }
}

/// Not even a sleep is made anew.
#[test]
fn ten_thousand_polls_for_nothing_change_nothing() {
    let sim = Sim::new();
    let clock = Counted::new(sim.clock(), 0);
    let mut board = asleep::Board { clock: sim.clock(), bus: Vec::new() };
    {
        let mut running = pin!(asleep::run(&mut board, &clock));
        for _ in 0..10_000 {
            assert!(Hand::new().poll(running.as_mut()).is_pending());
        }
        assert_eq!(clock.sleeps(), 1);
        assert_eq!(run(&sim, running).exit_code(), 0);
    }
    assert_eq!(board.bus, [1, 1, 2, 2]);
}

#[rungs::pipeline(error = Bad)]
mod jumps {
    use super::*;

    pub struct Board {
        pub(super) clock: Jumping,
    }

    #[step(timeout = ms(50), retries = 2, retry_delay = ms(1))]
    async fn naps(clock: &Jumping) -> Result<(), Bad> {
        clock.sleep_until(clock.now() + ms(3)).await;
        Ok(())
    }

    #[step(timeout = ms(30), deadline = ms(80), retries = 50)]
    async fn hangs() -> Result<(), Bad> {
        std::future::pending().await
    }

    #[step(when_all_done, after(naps, hangs))]
    async fn tidy(clock: &Jumping) -> Result<(), Bad> {
        clock.sleep_until(clock.now() + ms(1)).await;
        Ok(())
    }
}

const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000_000_000;

/// A run that begins at `first` and finds the clock at `then` when it is polled next: its exit code, and the attempts.
fn ends_over(first: u64, then: u64) -> (u8, Vec<u32>) {
    let clock = Jumping::at(first);
    let mut board = jumps::Board { clock: clock.clone() };
    let hand = Hand::new();
    let mut running = pin!(jumps::runner().deadline(ms(500)).run(&mut board, &clock));
    assert!(hand.poll(running.as_mut()).is_pending());
    clock.set(then);
    for _ in 0..1_000 {
        if let Poll::Ready(report) = hand.poll(running.as_mut()) {
            return (report.exit_code(), report.steps().map(|step| step.attempts()).collect());
        }
        clock.go_on();
    }
    panic!("from {first} to {then}: the run has no end")
}

#[test]
fn a_clock_may_jump_ahead_and_back() {
    assert_eq!(ends_over(50 * YEAR, 60 * YEAR), (1, vec![1, 1, 1]));
    for then in [0, 50 * YEAR - 1] {
        assert_eq!(ends_over(50 * YEAR, then), (1, vec![1, 3, 1]), "back to {then}");
    }
    assert_eq!(ends_over(1, u64::MAX), (1, vec![1, 1, 1]), "to the end of time");
}
