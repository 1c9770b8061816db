//! Limits and stops of whole runs.

use crate::{Bad, Clock, Counted, Hand, Sim, ms, run};
use rungs::{Cause, Instant, OnFailure, Status, Timer, fixed::StopSignal, sim::SimError};
use std::{pin::pin, task::Poll};

#[rungs::pipeline(error = Bad, max_concurrent = 2, on_failure = cancel)]
mod busy {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
        pub(super) fails: bool,
    }

    async fn work(clock: &Clock, millis: u64) -> Result<(), Bad> {
        clock.sleep(ms(millis)).await;
        Ok(())
    }

    #[step]
    async fn short(clock: &Clock, fails: &bool) -> Result<(), Bad> {
        work(clock, 2).await?;
        if *fails { Err(Bad("short circuit")) } else { Ok(()) }
    }

    #[step(expected = ms(50))]
    async fn long(clock: &Clock) -> Result<(), Bad> {
        work(clock, 50).await
    }

    #[step(expected = ms(20))]
    async fn middling(clock: &Clock) -> Result<(), Bad> {
        work(clock, 20).await
    }

    #[step(after(long, short), when_all_done)]
    async fn tidy(clock: &Clock) -> Result<(), Bad> {
        work(clock, 1).await
    }
}

fn board(clock: &Clock, fails: bool) -> busy::Board {
    busy::Board { clock: clock.clone(), fails }
}

#[test]
fn under_a_limit_the_longest_path_goes_first() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = board(&clock, false);
    let report = run(&sim, busy::run(&mut board, &clock));
    let started = |name| report.get(name).unwrap().started_at().unwrap() - Instant::ZERO;
    assert_eq!(["long", "middling", "short", "tidy"].map(started), [ms(0), ms(0), ms(20), ms(50)]);

    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = busy::Board { clock: clock.clone(), fails: false };
    let one = 1;
    let report = run(&sim, busy::runner().max_concurrent(one).run(&mut board, &clock));
    assert_eq!(report.duration(), ms(73));
}

#[test]
fn a_failure_cancels_and_clean_up_still_runs() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = board(&clock, true);
    let report = run(&sim, busy::run(&mut board, &clock));
    let ended = |name| (report.get(name).unwrap().status(), report.get(name).unwrap().cause());
    let stopped = Some(Cause::Stopped { by: busy::step_ids::SHORT });
    assert_eq!(ended("short"), (Status::Failed, Some(Cause::Failed)));
    assert_eq!(ended("long"), (Status::Cancelled, stopped));
    assert_eq!(ended("tidy"), (Status::Success, None));
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn a_signal_drains_and_cancels() {
    for (stop, long, code) in
        [(StopSignal::drain as fn(&StopSignal), Status::Success, 0), (StopSignal::cancel, Status::Cancelled, 2)]
    {
        static STOP: StopSignal = StopSignal::new();
        STOP.reset();
        let sim = Sim::new();
        let clock = sim.clock();
        let mut board = board(&clock, false);
        let mut given = false;
        let runner = busy::runner().on_failure(OnFailure::GoOn).cancel(&STOP).on_event(|event| {
            if event.step == Some(busy::step_ids::SHORT) && !std::mem::replace(&mut given, true) {
                // Only once: a second cancel would prevent the clean-up.
                stop(&STOP);
            }
        });
        let one = 3;
        let report = run(&sim, runner.max_concurrent(one).run(&mut board, &clock));
        assert_eq!(report.get("long").unwrap().status(), long);
        assert_eq!(report.get("tidy").unwrap().status(), Status::Success, "{report}");
        assert_eq!(report.exit_code(), code);
    }
}

#[test]
fn any_of_several_signals_stops_the_run() {
    for stops in [0, 1, 2] {
        let signals = [StopSignal::new(), StopSignal::new(), StopSignal::new()];
        let sim = Sim::new();
        let clock = sim.clock();
        let mut board = board(&clock, false);
        // Given while the run sleeps, so it must wake it.
        let stop = async {
            clock.sleep(ms(5)).await;
            signals[stops].cancel();
        };
        let [one, two, three] = &signals;
        // Settings before, between and after.
        let runner = busy::runner().on_failure(OnFailure::GoOn).cancel(one).seed(1).cancel(two).cancel(three);
        let run_all = runner.max_concurrent(3).run(&mut board, &clock);
        let (report, ()) = run(&sim, futures_lite::future::zip(run_all, stop));
        let long = report.get("long").unwrap();
        assert_eq!((long.status(), long.duration()), (Status::Cancelled, ms(5)), "{report}");
        assert_eq!(report.get("tidy").unwrap().status(), Status::Success, "{report}");
        assert_eq!(report.exit_code(), 2);
    }
}

#[test]
fn clean_up_is_prevented_by_the_second_cancel_of_one_signal_only() {
    for (cancels, tidy) in [([1, 1], Status::Success), ([2, 0], Status::Skipped), ([0, 2], Status::Skipped)] {
        let signals = [StopSignal::new(), StopSignal::new()];
        let sim = Sim::new();
        let clock = sim.clock();
        let mut board = board(&clock, false);
        let mut given = false;
        let runner = busy::runner().cancel(&signals[0]).cancel(&signals[1]).on_event(|event| {
            if event.step == Some(busy::step_ids::SHORT) && !std::mem::replace(&mut given, true) {
                for (signal, cancels) in signals.iter().zip(cancels) {
                    (0..cancels).for_each(|_| signal.cancel());
                }
            }
        });
        let report = run(&sim, runner.run(&mut board, &clock));
        assert_eq!(report.get("tidy").unwrap().status(), tidy, "{cancels:?}: {report}");
    }
}

#[test]
fn the_runs_deadline_cancels() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = board(&clock, false);
    let report = run(&sim, busy::runner().deadline(ms(10)).run(&mut board, &clock));
    assert_eq!(report.get("long").unwrap().cause(), Some(Cause::RunDeadline));
    assert_eq!(report.duration(), ms(11), "the clean-up step still runs");
    assert_eq!(report.exit_code(), 2);
}

#[test]
fn a_dropped_run_drops_its_steps() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = board(&clock, false);
    let mut running = Box::pin(busy::run(&mut board, &clock));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(running.as_mut().poll(&mut cx).is_pending());
    drop(running);
    let nothing = sim.block_on(std::future::pending::<()>());
    assert!(matches!(nothing, Err(SimError::Stuck { at: Instant::ZERO, .. })), "a sleep is left");
}

#[rungs::pipeline(error = Bad, order = levels)]
mod lock_step {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
    }

    #[step]
    async fn quick(clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(1)).await;
        Ok(())
    }

    #[step]
    async fn slow(clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(9)).await;
        Ok(())
    }

    #[step(after(quick))]
    async fn next() -> Result<(), Bad> {
        Ok(())
    }
}

#[test]
fn levels_are_a_barrier() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = lock_step::Board { clock: clock.clone() };
    let report = run(&sim, lock_step::run(&mut board, &clock));
    assert_eq!(report.get("next").unwrap().started_at(), Some(Instant::ZERO + ms(9)));
}

#[rungs::pipeline(error = Bad, resources(line = 2))]
mod shared {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
    }

    #[step(uses(line = 1))]
    async fn one(clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(4)).await;
        Ok(())
    }

    #[step(uses(line = 2))]
    async fn both(clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(4)).await;
        Ok(())
    }

    #[step(uses(line = 1))]
    async fn other(clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(4)).await;
        Ok(())
    }

    #[step]
    async fn none(clock: &Clock) -> Result<(), Bad> {
        clock.sleep(ms(4)).await;
        Ok(())
    }
}

#[test]
fn a_step_that_lacks_a_resource_is_passed_over() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = shared::Board { clock: clock.clone() };
    let report = run(&sim, shared::run(&mut board, &clock));
    let started = |name| report.get(name).unwrap().started_at().unwrap() - Instant::ZERO;
    assert_eq!(["one", "both", "other", "none"].map(started), [ms(0), ms(4), ms(0), ms(0)]);
}

#[rungs::pipeline(error = Bad)]
mod asleep {
    use super::*;

    #[step(retries = 1, retry_delay = ms(50))]
    async fn backoff() -> Result<(), Bad> {
        Err(Bad("no"))
    }

    #[step(after(backoff))]
    async fn next() -> Result<(), Bad> {
        Ok(())
    }
}

#[test]
fn a_signal_wakes_a_run_that_sleeps() {
    type Request = fn(&StopSignal);
    let stops: [(Request, Cause); 2] = [(StopSignal::drain, Cause::Drained), (StopSignal::cancel, Cause::Cancelled)];
    for (stop, cause) in stops {
        let (sim, signal, hand) = (Sim::new(), StopSignal::new(), Hand::new());
        let clock = sim.clock();
        let mut running = pin!(asleep::runner().cancel(&signal).run((), &clock));
        assert!(hand.poll(running.as_mut()).is_pending());
        clock.advance(ms(10));
        assert!(!hand.was_woken(), "only the signal wakes it");
        stop(&signal);
        assert!(hand.was_woken());
        let Poll::Ready(report) = hand.poll(running.as_mut()) else { panic!("still running") };
        let ended = |name| (report.get(name).unwrap().status(), report.get(name).unwrap().cause());
        assert_eq!(ended("backoff"), (Status::Cancelled, Some(cause)));
        assert_eq!(ended("next"), (Status::Skipped, Some(cause)));
        assert_eq!((report.duration(), report.exit_code()), (ms(10), 2));
    }
}

#[rungs::pipeline(error = Bad)]
pub(crate) mod hanging {
    use super::*;

    #[step]
    async fn hangs() -> Result<(), Bad> {
        std::future::pending().await
    }

    #[step(after(hangs), when_all_done)]
    async fn tidy() -> Result<(), Bad> {
        std::future::pending().await
    }
}

#[test]
fn a_signal_wakes_the_run_each_time() {
    let (sim, signal, hand) = (Sim::new(), StopSignal::new(), Hand::new());
    let clock = sim.clock();
    let mut running = pin!(hanging::runner().cancel(&signal).run((), &clock));
    assert!(hand.poll(running.as_mut()).is_pending());
    for stop in [StopSignal::drain, StopSignal::cancel] {
        stop(&signal);
        assert!(hand.was_woken());
        assert!(hand.poll(running.as_mut()).is_pending());
    }
    signal.cancel();
    assert!(hand.was_woken());
    let Poll::Ready(report) = hand.poll(running.as_mut()) else { panic!("still running") };
    assert_eq!(report.count(Status::Cancelled), 2);
}

#[rungs::pipeline(error = Bad)]
mod timed {
    use super::*;

    #[step(retries = 1, retry_delay = ms(3), timeout = ms(5))]
    async fn hangs() -> Result<(), Bad> {
        std::future::pending().await
    }

    #[step(after(hangs), when_all_done, timeout = ms(5))]
    async fn tidy() -> Result<(), Bad> {
        std::future::pending().await
    }

    #[step]
    async fn endless() -> Result<(), Bad> {
        std::future::pending().await
    }
}

#[test]
fn the_clock_decides_and_not_the_end_of_a_sleep() {
    // The run sleeps for a timeout, a backoff, two more timeouts, and its own deadline.
    for early in 0..9 {
        let sim = Sim::new();
        let clock = Counted::new(sim.clock(), early);
        let report = run(&sim, timed::runner().deadline(ms(20)).run((), &clock));
        let span = |name| {
            let step = report.get(name).unwrap();
            [step.started_at(), step.finished_at()].map(|at| at.unwrap() - Instant::ZERO)
        };
        assert_eq!(["hangs", "tidy", "endless"].map(span), [[ms(0), ms(13)], [ms(13), ms(18)], [ms(0), ms(20)]],);
        assert_eq!(report.get("endless").unwrap().cause(), Some(Cause::RunDeadline));
        assert_eq!(clock.now() - Instant::ZERO, ms(20));
        assert_eq!(clock.sleeps(), early + 5, "each sleep that ended early is made up for by another");
    }
}

#[rungs::pipeline(error = Bad)]
mod late {
    use super::*;

    pub struct Board {
        pub(super) clock: Clock,
    }

    #[step(timeout = ms(5))]
    async fn hangs() -> Result<(), Bad> {
        std::future::pending().await
    }

    #[step]
    async fn computes(clock: &Clock) -> Result<(), Bad> {
        let mut polls = 0;
        std::future::poll_fn(|cx| {
            polls += 1;
            clock.advance(ms(6));
            cx.waker().wake_by_ref();
            if polls < 3 { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
        .await
    }
}

#[test]
fn a_sleep_that_has_ended_is_not_polled_again() {
    // The only limit passes between the reading of the clock and the poll of the sleep: the other step computes that long.
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = late::Board { clock: clock.clone() };
    let report = run(&sim, late::run(&mut board, &clock));
    let ends = ["hangs", "computes"].map(|name| report.get(name).unwrap().finished_at().unwrap() - Instant::ZERO);
    assert_eq!(ends, [ms(12), ms(18)]);
    assert_eq!(report.get("hangs").unwrap().cause(), Some(Cause::TimedOut));
}
