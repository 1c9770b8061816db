//! Timeouts, deadlines, and who wins a tie.

use std::{task::Poll, time::Duration};

use rungs::{Backoff, Instant, Pipeline, Retry, Status, StepError, Timer};

use crate::support::{Count, Counted, Hand, Sim, drive, fates, give_way, ms};

#[test]
fn a_timeout_is_for_each_attempt() {
    let sim = Sim::new();
    let clock = sim.clock();
    let alive = Count::new();
    let mut p = Pipeline::with_error::<&str>("timeouts");
    p.step("once").timeout(ms(10)).run(|| async { Ok(clock.sleep(ms(11)).await) });
    let good = p.step("good").timeout(ms(10)).retries(5).backoff(Backoff::fixed(ms(3))).run_with(|cx| {
        let (clock, guard) = (clock.clone(), alive.guard());
        async move {
            clock.sleep(ms(30 / u64::from(cx.attempt()))).await;
            drop(guard);
            Ok(cx.attempt())
        }
    });
    p.step("no retry").timeout(ms(10)).retries(5).retry_on_timeout(false).run(|| async {
        clock.sleep(ms(20)).await;
        Ok(())
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        ["once failed 0..10: timed out", "good success x3 0..36", "no retry failed 0..10: timed out"],
    );
    assert_eq!(*report.output(good).unwrap(), 3);
    assert_eq!(report.get("once").unwrap().error(), Some(StepError::TimedOut));
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_result_in_the_poll_of_its_timeout_counts() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("ties");
    p.step("exact").timeout(ms(10)).run(|| async { Ok(clock.sleep(ms(10)).await) });
    p.step("error").timeout(ms(10)).run(|| async {
        clock.sleep(ms(10)).await;
        Err::<(), _>("its own")
    });
    p.step("deadline").deadline(ms(10)).run(|| async { Ok(clock.sleep(ms(10)).await) });
    let report = drive(&sim, p.runner().deadline(ms(10)).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["exact success 0..10", "error failed 0..10: its own", "deadline success 0..10"]);
}

#[test]
fn a_result_that_is_ready_but_was_not_woken_counts_too() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("lazy");
    p.step("lazy").timeout(ms(10)).run(|| {
        let clock = &clock;
        // Never wakes: polled again only because its time is up.
        std::future::poll_fn(
            move |_| if clock.now() >= Instant::ZERO + ms(10) { Poll::Ready(Ok(())) } else { Poll::Pending },
        )
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["lazy success 0..10"]);
}

#[test]
fn a_deadline_goes_through_retries() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("deadlines");
    p.step("in flight").deadline(ms(25)).retries(9).run(|| async {
        clock.sleep(ms(10)).await;
        Err::<(), _>("no")
    });
    p.step("in backoff").deadline(ms(25)).retries(9).backoff(Backoff::fixed(ms(20))).run(|| async {
        clock.sleep(ms(5)).await;
        Err::<(), _>("its last error")
    });
    p.step("just in time").deadline(ms(26)).retries(1).backoff(Backoff::fixed(ms(20))).run_with(|cx| {
        let clock = &clock;
        async move {
            clock.sleep(ms(5)).await;
            if cx.attempt() == 1 { Err("no") } else { Ok(()) }
        }
    });
    p.step("too long a wait")
        .deadline(ms(25))
        .retries(9)
        .retry_if(|_| Retry::After(ms(25)))
        .run(|| async { Err::<(), _>("come back later") });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "in flight failed x3 0..25: deadline exceeded (attempt 2: no)",
            "in backoff failed 0..5: its last error",
            "just in time failed x2 0..26: deadline exceeded (attempt 1: no)",
            "too long a wait failed 0..0: come back later",
        ],
    );
    assert_eq!(report.get("in flight").unwrap().error(), Some(StepError::Deadline));
}

#[test]
fn a_deadline_counts_from_the_first_attempts_start() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("late");
    let first = p.step("first").run(|| async { Ok(clock.sleep(ms(100)).await) });
    p.step("second").needs(first).deadline(ms(10)).run(|_| async { Ok(clock.sleep(ms(9)).await) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["first success 0..100", "second success 100..109"]);
}

#[test]
fn a_deadline_goes_on_while_the_step_waits_for_a_place_again() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("crowded");
    p.step("again").deadline(ms(30)).retries(1).backoff(Backoff::fixed(ms(1))).run(|| async { Err::<(), _>("first") });
    p.step("long").run(|| async { Ok(clock.sleep(ms(100)).await) });
    let report = drive(&sim, p.runner().max_concurrent(1).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["again failed 0..30: first", "long success 0..100"]);
}

#[test]
fn a_step_learns_its_limit() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("limits");
    let told = p.step("told").timeout(ms(20)).deadline(ms(30)).retries(1).run_with(|cx| {
        let clock = &clock;
        async move {
            assert_eq!(cx.started_at(), clock.now());
            clock.sleep(ms(15)).await;
            if cx.attempt() == 1 { Err("again") } else { Ok((cx.deadline(), cx.time_left(Instant::ZERO + ms(20)))) }
        }
    });
    let none = p.step("none").run_with(|cx| async move { Ok((cx.deadline(), cx.time_left(Instant::ZERO))) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(*report.output(none).unwrap(), (None, None));
    assert_eq!(*report.output(told).unwrap(), (Some(Instant::ZERO + ms(30)), Some(ms(10))));
}

#[test]
fn a_sleep_that_ends_early_is_armed_again() {
    let sim = Sim::new();
    let clock = Counted::new(sim.clock(), 5);
    let mut p = Pipeline::with_error::<&str>("early");
    p.step("slow").timeout(ms(10)).run(std::future::pending::<Result<(), _>>);
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["slow failed 0..10: timed out"]);
    assert_eq!(clock.sleeps(), 6);
}

#[test]
fn one_sleep_stands_for_all() {
    let sim = Sim::new();
    let clock = Counted::new(sim.clock(), 0);
    let mut p = Pipeline::with_error::<&str>("one sleep");
    for n in 0..100 {
        p.step(&n.to_string()).timeout(ms(100 + n)).run(std::future::pending::<Result<(), _>>);
    }
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(clock.sleeps(), 100, "one for each time at which something is due");
    assert_eq!(report.duration(), ms(199));
}

#[test]
fn limits_beyond_all_time_are_no_limits() {
    for far in FAR {
        let sim = Sim::new();
        let clock = sim.clock();
        let mut p = Pipeline::with_error::<&str>("far");
        p.step("a").timeout(far).deadline(far).expected(far).retries(1).run_with(|cx| {
            let clock = &clock;
            async move {
                clock.sleep(ms(5)).await;
                if cx.attempt() == 1 { Err("no") } else { Ok(()) }
            }
        });
        p.step("b").expected(far).retries(1).backoff(Backoff::fixed(far)).run(|| async { Ok(()) });
        let report = drive(&sim, p.runner().deadline(far).max_concurrent(1).run(&clock)).unwrap();
        assert_eq!(fates(&report), ["a success x2 0..10", "b success 10..10"]);
    }
}

/// Spans that no clock of 64 bits can count in nanoseconds, those that it just can, and one of centuries.
const FAR: [Duration; 5] = [
    Duration::MAX,
    Duration::from_secs(u64::MAX),
    Duration::from_nanos(u64::MAX),
    Duration::from_nanos(u64::MAX - 1),
    Duration::from_secs(300 * 365 * 24 * 60 * 60),
];

#[test]
fn a_delay_of_centuries_is_cut_off_by_a_nearer_limit_or_never_begins() {
    // The later one so late that each delay would be over after the end of the clock.
    let begins = [Duration::ZERO, Duration::from_secs(400 * 365 * 24 * 60 * 60)];
    for (far, begin) in FAR.into_iter().flat_map(|far| begins.map(|begin| (far, begin))) {
        let sim = Sim::new();
        let clock = sim.clock();
        clock.advance(begin);
        let mut p = Pipeline::with_error::<&str>("centuries");
        p.step("fixed").retries(9).backoff(Backoff::fixed(far)).run(|| async { Err::<(), _>("no") });
        p.step("told").retries(9).retry_if(move |_| Retry::After(far)).run(|| async { Err::<(), _>("no") });
        let late = p.step("late").deadline(ms(9)).retries(9);
        late.backoff(Backoff::fixed(far)).run(|| async { Err::<(), _>("no") });
        let report = drive(&sim, p.runner().deadline(ms(5)).run(&clock)).unwrap();
        for step in &report {
            assert_eq!((step.attempts(), step.own_error()), (1, Some((1, &"no"))), "{far:?}: {report}");
        }
        let is_over_in_time = far < Duration::from_nanos(u64::MAX) - begin;
        let expected = if is_over_in_time { [Status::Cancelled; 2] } else { [Status::Failed; 2] };
        assert_eq!(["fixed", "told"].map(|name| report.get(name).unwrap().status()), expected, "{far:?}");
        assert_eq!(report.get("late").unwrap().duration(), ms(0), "it fails at once");
    }
}

#[test]
fn of_a_limit_in_a_step_and_one_of_the_step_the_nearer_one_passes() {
    let sim = Sim::new();
    let clock = sim.clock();
    let within = |limit| {
        let hangs = futures_lite::future::pending::<Result<(), &str>>();
        let clock = &clock;
        futures_lite::future::or(hangs, async move {
            clock.sleep(ms(limit)).await;
            Err("its own limit")
        })
    };
    let mut p = Pipeline::with_error::<&str>("nested");
    p.step("inner").timeout(ms(20)).run(|| within(5));
    p.step("outer").timeout(ms(5)).run(|| within(20));
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["inner failed 0..5: its own limit", "outer failed 0..5: timed out"]);
}

#[test]
fn a_message_that_comes_as_a_timeout_passes_is_not_lost() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (sender, receiver) = smol::channel::bounded(1);
    let mut p = Pipeline::with_error::<&str>("messages");
    let got = p.step("waits").timeout(ms(10)).retries(1).run(|| async { receiver.recv().await.map_err(|_| "closed") });
    let mut run = std::pin::pin!(p.run(&clock));
    let hand = Hand::new();
    assert!(hand.poll(run.as_mut()).is_pending());
    sender.try_send(7).unwrap();
    clock.advance(ms(10));
    let Poll::Ready(report) = hand.poll(run.as_mut()) else { panic!("the message was lost") };
    let report = report.unwrap();
    assert_eq!((fates(&report), *report.output(got).unwrap()), (vec!["waits success 0..10".to_string()], 7));
}

/// One that is no longer polled, and is not dropped either, would keep the lock for ever.
#[test]
fn a_lock_that_a_cut_off_attempt_holds_comes_free() {
    let sim = Sim::new();
    let clock = sim.clock();
    let lock = smol::lock::Mutex::new(0);
    let mut p = Pipeline::with_error::<&str>("locked");
    p.step("holds").timeout(ms(10)).optional().run(|| async {
        let _held = lock.lock().await;
        std::future::pending::<Result<(), _>>().await
    });
    p.step("waits").run(|| async {
        clock.sleep(ms(1)).await;
        Ok(*lock.lock().await += 1)
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["holds failed 0..10: timed out", "waits success 0..10"]);
}

#[test]
fn a_timeout_of_nothing_still_takes_what_is_ready() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("zero");
    p.step("ready").timeout(ms(0)).run(|| async { Ok(()) });
    p.step("waits").timeout(ms(0)).run(|| async { Ok(clock.sleep(ms(1)).await) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["ready success 0..0", "waits failed 0..0: timed out"]);
}

#[test]
fn a_limit_that_passes_while_woken_steps_are_polled_is_noticed_in_the_same_poll() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("prompt");
    p.step("hangs").timeout(ms(5)).run(std::future::pending::<Result<(), _>>);
    p.step("computes").run(async || {
        for _ in 0..3 {
            give_way().await;
            clock.advance(ms(6));
        }
        Ok(())
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["hangs failed 0..6: timed out", "computes success 0..18"]);
}

#[test]
fn a_sleep_that_has_ended_is_not_polled_again() {
    // The only limit passes between the reading of the clock and the poll of the sleep: the other step computes that long.
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("late");
    p.step("hangs").timeout(ms(5)).run(std::future::pending::<Result<(), _>>);
    p.step("computes").run(async || {
        clock.advance(ms(6));
        Ok(clock.sleep(ms(6)).await)
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["hangs failed 0..6: timed out", "computes success 0..12"]);
}
