//! Clocks that jump, as that of a machine that was asleep, or whose time is set.

use std::{pin::pin, task::Poll, time::Duration};

use rungs::{Pipeline, Status, Timer};

use crate::support::{Hand, Jumping, Sim, fates, ms};

const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000_000_000;

/// A run that begins at `first` and finds the clock at `then` when it is polled next; how the steps end.
fn ends_over(first: u64, then: u64) -> Vec<(Status, u32)> {
    let clock = Jumping::at(first);
    let mut p = Pipeline::with_error::<&str>("jump");
    p.step("sleeps")
        .timeout(ms(10))
        .retries(2)
        .retry_delay(ms(5))
        .run(|| async { Ok(clock.sleep_until(clock.now() + ms(1)).await) });
    p.step("hangs").deadline(ms(100)).timeout(ms(30)).retries(50).run(std::future::pending::<Result<(), _>>);
    p.step("fails").retries(3).retry_delay(ms(7)).run(|| async { Err::<(), _>("no") });
    let hand = Hand::new();
    let mut run = pin!(p.run(&clock));
    assert!(hand.poll(run.as_mut()).is_pending());
    clock.set(then);
    for _ in 0..1_000 {
        if let Poll::Ready(report) = hand.poll(run.as_mut()) {
            let report = report.unwrap();
            assert!(!report.to_string().is_empty());
            return report.steps().map(|step| (step.status(), step.attempts())).collect();
        }
        clock.go_on();
    }
    panic!("from {first} to {then}: the run has no end")
}

#[test]
fn a_clock_may_jump_ahead_and_back() {
    use Status::{Failed, Success};
    let ahead = ends_over(50 * YEAR, 60 * YEAR);
    assert_eq!(ahead, [(Success, 1), (Failed, 1), (Failed, 4)]);
    for then in [0, 50 * YEAR - 1] {
        assert_eq!(ends_over(50 * YEAR, then), [(Success, 1), (Failed, 4), (Failed, 4)], "back to {then}");
    }
    // To its end: what waits for a later time waits no more.
    let [sleeps, hangs, fails] = ends_over(1, u64::MAX)[..] else { panic!("three steps") };
    assert_eq!((sleeps, hangs, fails.0), ((Success, 1), (Failed, 1), Failed));
}

#[test]
fn a_result_that_came_while_the_machine_slept_counts() {
    let clock = Sim::new().clock();
    let (sender, receiver) = smol::channel::bounded(1);
    let mut p = Pipeline::with_error::<&str>("asleep");
    p.step("answer").timeout(ms(10)).run(|| async { receiver.recv().await.map_err(|_| "closed") });
    let hand = Hand::new();
    let mut run = pin!(p.runner().deadline(ms(20)).run(&clock));
    assert!(hand.poll(run.as_mut()).is_pending());
    sender.try_send(7).unwrap();
    clock.advance(Duration::from_nanos(10 * YEAR));
    let Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("still running") };
    assert_eq!(fates(&report.unwrap()), [format!("answer success 0..{}", 10 * YEAR / 1_000_000)]);
}
