//! Time limits that are values of the context.

use crate::{Bad, Clock, Sim, ms, run};
use rungs::{Instant, Status, StepError};
use std::time::Duration;

/// What a board's file says.
pub struct Limits {
    radio: Duration,
    flash: Duration,
}

#[rungs::pipeline(error = Bad)]
mod board {
    use super::*;
    use rungs::StepCx;

    pub struct Board {
        pub(super) clock: Clock,
        pub(super) limits: Limits,
        pub(super) patience: Duration,
    }

    #[step(timeout = limits.radio, at_most = ms(20), retries = 1)]
    async fn radio(clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(100)).await;
        Ok(())
    }

    #[step(deadline = patience, timeout = limits.flash, at_most = ms(50), retries = 9, backoff = fixed(ms(6)))]
    async fn flash(clock: &Clock, limits: &mut Limits, cx: &StepCx) -> Result<(), Bad> {
        // Limits are read when the run starts.
        limits.flash = ms(1);
        assert_eq!(
            cx.deadline().map(|limit| limit - cx.started_at()),
            Some(ms(10).min(ms(25) - (cx.started_at() - Instant::ZERO)))
        );
        clock.sleep(ms(100)).await;
        Ok(())
    }
}

fn board(clock: &Clock, radio: Duration) -> board::Board {
    board::Board { clock: clock.clone(), limits: Limits { radio, flash: ms(10) }, patience: ms(25) }
}

#[test]
fn a_limit_is_the_contexts_or_else_its_upper_bound() {
    for (radio, attempt) in [(ms(5), ms(5)), (ms(20), ms(20)), (ms(500), ms(20)), (Duration::MAX, ms(20))] {
        let sim = Sim::new();
        let clock = sim.clock();
        let mut board = board(&clock, radio);
        let report = run(&sim, board::run(&mut board, &clock));
        let radio = report.get("radio").unwrap();
        assert_eq!(radio.error(), Some(StepError::TimedOut));
        assert_eq!((radio.retries(), radio.duration()), (1, 2 * attempt));
        let flash = report.get("flash").unwrap();
        assert_eq!(flash.error(), Some(StepError::Deadline));
        assert_eq!(flash.duration(), ms(25));
    }
}

#[test]
fn the_plan_has_the_upper_bound() {
    let settings = |step: &str| *board::plan().get(step).unwrap().settings();
    assert_eq!(settings("radio").get_timeout(), Some(ms(20)));
    assert_eq!((settings("flash").get_timeout(), settings("flash").get_deadline()), (Some(ms(50)), Some(ms(50))));
}

#[rungs::pipeline(error = Bad)]
mod edges {
    use super::*;

    #[step(timeout = ms(0), retries = 2)]
    async fn hangs() -> Result<(), Bad> {
        std::future::pending().await
    }

    #[step(timeout = ms(0))]
    async fn ready() -> Result<(), Bad> {
        Ok(())
    }

    #[step(timeout = Duration::MAX, deadline = Duration::MAX, expected = Duration::MAX)]
    async fn far() -> Result<(), Bad> {
        futures_lite::future::yield_now().await;
        Ok(())
    }

    /// A delay that would reach the deadline never begins.
    #[step(retries = 9, backoff = fixed(Duration::MAX), deadline = ms(50))]
    async fn refused() -> Result<(), Bad> {
        Err(Bad("its own"))
    }
}

#[test]
fn a_limit_may_be_nothing_or_beyond_all_time() {
    let sim = Sim::new();
    let clock = sim.clock();
    let report = run(&sim, edges::runner().deadline(Duration::MAX).run((), &clock));
    let [hangs, ready, far, refused] = ["hangs", "ready", "far", "refused"].map(|name| report.get(name).unwrap());
    assert_eq!((hangs.error(), hangs.attempts()), (Some(StepError::TimedOut), 3));
    assert_eq!((ready.status(), far.status()), (Status::Success, Status::Success));
    assert_eq!((refused.error(), refused.attempts()), (Some(StepError::Failed(&Bad("its own"))), 1));
    assert_eq!(report.duration(), ms(0));
}
