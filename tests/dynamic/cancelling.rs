//! A token that stops a run from outside.

use std::pin::pin;

use rungs::{Backoff, CancelToken, Cause, Pipeline, Status};

use crate::support::{Count, Hand, Sim, drive, fates, ms};

/// Runs to `at`, does it, and runs on to the end.
fn stopped_at(at: u64, what: fn(&CancelToken)) -> Vec<String> {
    let (sim, token, alive) = (Sim::new(), CancelToken::new(), Count::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("stopped");
    let slow = p.step("slow").run(|| async {
        let _alive = alive.guard();
        clock.sleep(ms(20)).await;
        Ok(())
    });
    p.step("backoff").retries(1).backoff(Backoff::fixed(ms(50))).run(|| async { Err::<(), _>("its last") });
    let next = p.step("next").needs(slow).run(|_| async { Ok(()) });
    p.step("tidy").needs(next).when_all_done().run(|_| async { Ok(clock.sleep(ms(5)).await) });
    p.step("bell").optional().run(|| async {
        clock.sleep(ms(at)).await;
        what(&token);
        Ok(())
    });
    let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
    assert_eq!(alive.get(), 0);
    assert_eq!(report.exit_code(), 2);
    let mut fates = fates(&report);
    fates.pop();
    fates
}

#[test]
fn a_drain() {
    assert_eq!(
        stopped_at(10, CancelToken::drain),
        [
            "slow success 0..20",
            "backoff cancelled 0..10: the run was drained; last error: its last",
            "next skipped: the run was drained",
            "tidy success 10..15",
        ],
    );
}

#[test]
fn a_cancel() {
    assert_eq!(
        stopped_at(10, CancelToken::cancel),
        [
            "slow cancelled 0..10: the run was cancelled",
            "backoff cancelled 0..10: the run was cancelled; last error: its last",
            "next skipped: the run was cancelled",
            "tidy success 10..15",
        ],
    );
}

#[test]
fn a_second_cancel_prevents_clean_up() {
    let twice = |token: &CancelToken| {
        token.cancel();
        token.clone().cancel();
    };
    assert_eq!(
        stopped_at(10, twice),
        [
            "slow cancelled 0..10: the run was cancelled",
            "backoff cancelled 0..10: the run was cancelled; last error: its last",
            "next skipped: the run was cancelled",
            "tidy skipped: the run was cancelled",
        ],
    );
}

#[test]
fn a_second_cancel_ends_clean_up_in_flight() {
    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("impatient");
    let slow = p.step("slow").run(std::future::pending::<Result<(), _>>);
    p.step("tidy").after(slow).when_all_done().run(std::future::pending::<Result<(), _>>);
    let hand = Hand::new();
    let mut run = pin!(p.runner().cancel(&token).run(&clock));
    assert!(hand.poll(run.as_mut()).is_pending());
    clock.advance(ms(10));
    token.cancel();
    assert!(hand.flag.take(), "a cancel wakes the run");
    assert!(hand.poll(run.as_mut()).is_pending());
    token.drain();
    assert!(hand.poll(run.as_mut()).is_pending(), "a drain does nothing any more");
    clock.advance(ms(10));
    hand.flag.take();
    token.cancel();
    assert!(hand.flag.take());
    let std::task::Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("still running") };
    assert_eq!(
        fates(&report.unwrap()),
        ["slow cancelled 0..10: the run was cancelled", "tidy cancelled 10..20: the run was cancelled"],
    );
}

#[test]
fn drain_then_cancel() {
    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("both");
    let slow = p.step("slow").run(std::future::pending::<Result<(), _>>);
    p.step("next").after(slow).run(|| async { Ok(()) });
    let hand = Hand::new();
    let mut run = pin!(p.runner().cancel(&token).run(&clock));
    assert!(hand.poll(run.as_mut()).is_pending());
    token.drain();
    assert!(token.is_stopping() && !token.is_cancelled());
    assert!(hand.flag.take());
    assert!(hand.poll(run.as_mut()).is_pending(), "what is in flight ends by itself");
    token.cancel();
    assert!(hand.flag.take(), "a token wakes the run each time");
    let std::task::Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("still running") };
    assert_eq!(
        fates(&report.unwrap()),
        ["slow cancelled 0..0: the run was cancelled", "next skipped: the run was drained"],
    );
}

#[test]
fn a_token_that_was_used_before_stops_the_run_at_once() {
    let (sim, token, calls) = (Sim::new(), CancelToken::new(), Count::new());
    let clock = sim.clock();
    token.cancel();
    assert!(token.is_cancelled() && token.is_stopping());
    let mut p = Pipeline::with_error::<&str>("too late");
    p.step("never").run(|| async { Ok(calls.raise()) });
    for _ in 0..2 {
        let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
        assert_eq!(report.get("never").unwrap().cause(), Some(Cause::Cancelled));
        assert_eq!(report.count(Status::Skipped), 1);
        assert_eq!(report.exit_code(), 2);
    }
    assert!(drive(&sim, p.run(&clock)).unwrap().is_success());
    drop(p);
    assert_eq!(calls.get(), 1);
}

#[test]
fn one_token_for_several_runs_and_from_another_thread() {
    let token = CancelToken::new();
    let waiting = || {
        let mut p: Pipeline<'static, &str> = Pipeline::with_error("waits");
        p.step("waits").run(std::future::pending::<Result<(), _>>);
        p
    };
    let (mut a, mut b) = (waiting(), waiting());
    let reports = std::thread::scope(|scope| {
        let runs = [&mut a, &mut b].map(|p| {
            let token = token.clone();
            scope.spawn(move || smol::block_on(p.runner().cancel(&token).run(&rungs::NoClock)).unwrap())
        });
        scope.spawn(|| token.cancel());
        runs.map(|run| run.join().unwrap().exit_code())
    });
    assert_eq!(reports, [2, 2]);
}

#[test]
fn a_result_in_the_poll_of_a_cancel_counts() {
    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("tie");
    p.step("cancels").run(|| async {
        clock.sleep(ms(10)).await;
        token.cancel();
        Ok(())
    });
    p.step("same moment").run(|| async { Ok(clock.sleep(ms(10)).await) });
    p.step("later").run(|| async { Ok(clock.sleep(ms(11)).await) });
    let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        ["cancels success 0..10", "same moment success 0..10", "later cancelled 0..10: the run was cancelled"],
    );
}

#[test]
fn any_of_several_tokens_stops_the_run() {
    for stops in [0, 1, 2] {
        let tokens = [CancelToken::new(), CancelToken::new(), CancelToken::new()];
        let sim = Sim::new();
        let clock = sim.clock();
        let mut p = Pipeline::with_error::<&str>("several");
        // One is used while the run sleeps, so it must wake it.
        let stop = async {
            clock.sleep(ms(2)).await;
            tokens[stops].cancel();
        };
        p.step("waits").timeout(ms(50)).run(std::future::pending::<Result<(), _>>);
        let run = tokens.iter().fold(p.runner(), |runner, token| runner.cancel(token)).run(&clock);
        let (report, ()) = drive(&sim, futures_lite::future::zip(run, stop));
        assert_eq!(fates(&report.unwrap()), ["waits cancelled 0..2: the run was cancelled"]);
    }
}

#[test]
fn clean_up_is_prevented_by_the_second_cancel_of_one_token_only() {
    for (cancels, status) in [([1, 1], Status::Success), ([2, 0], Status::Skipped), ([0, 2], Status::Skipped)] {
        let tokens = [CancelToken::new(), CancelToken::new()];
        let mut p = Pipeline::with_error::<&str>("twice");
        let stops = p.step("stops").run(|| async {
            for (token, cancels) in tokens.iter().zip(cancels) {
                (0..cancels).for_each(|_| token.cancel());
            }
            std::future::pending::<Result<(), _>>().await
        });
        p.step("tidy").after(stops).when_all_done().run(|| async { Ok(()) });
        let run = p.runner().cancel(&tokens[0]).cancel(&tokens[1]).run(&rungs::NoClock);
        let report = drive(&Sim::new(), run).unwrap();
        assert_eq!(report.get("tidy").unwrap().status(), status, "{cancels:?}");
    }
}

#[test]
fn a_drain_wakes_a_run_that_sleeps() {
    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("asleep");
    let backoff = p.step("backoff").retries(1).backoff(Backoff::fixed(ms(50))).run(|| async { Err::<(), _>("no") });
    p.step("next").after(backoff).run(|| async { Ok(()) });
    let hand = Hand::new();
    let mut run = pin!(p.runner().cancel(&token).run(&clock));
    assert!(hand.poll(run.as_mut()).is_pending());
    clock.advance(ms(10));
    assert!(!hand.flag.take(), "nobody but the token wakes it");
    token.drain();
    assert!(hand.flag.take(), "a drain wakes the run");
    let std::task::Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("still running") };
    assert_eq!(
        fates(&report.unwrap()),
        ["backoff cancelled 0..10: the run was drained; last error: no", "next skipped: the run was drained"],
    );
}
