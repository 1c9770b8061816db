//! A poll of a run gives way: other tasks of its thread have their turn, whatever its steps do.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    task::Poll,
};

use rungs::{Backoff, CancelToken, Config, LocalPipeline, NoClock, Pipeline, Retry, Status, Timer};

use crate::support::{Clock, Count, Hand, Log, Sim, drive, fates, give_way, ms};

/// Polls to the end, and moves the clock if the run does not wake itself. Returns the most attempts that one poll made, and
/// the number of polls.
fn longest_poll<T: Timer>(timer: &T, sim: &Sim, p: &mut LocalPipeline<'_, &str>, attempts: &Cell<u32>) -> (u32, u32) {
    let mut run = pin!(p.run(timer));
    let (mut longest, mut polls) = (0, 0);
    let report = drive(
        sim,
        poll_fn(|cx| {
            let before = attempts.get();
            let polled = run.as_mut().poll(cx);
            polls += 1;
            longest = longest.max(attempts.get() - before);
            polled
        }),
    );
    assert!(report.unwrap().is_success());
    (longest, polls)
}

/// A step that succeeds at its 10,000th attempt.
async fn at_last(attempts: &Cell<u32>) -> Result<(), &'static str> {
    attempts.set(attempts.get() + 1);
    if attempts.get() < 10_000 { Err("not ready") } else { Ok(()) }
}

#[test]
fn retries_without_a_delay_are_spread_over_polls() {
    let (sim, attempts) = (Sim::new(), Cell::new(0));
    let mut p = LocalPipeline::with_error("at once");
    p.step("busy").retry_forever().run(|| at_last(&attempts));
    assert_eq!(longest_poll(&NoClock, &sim, &mut p, &attempts), (128, 79));
}

#[test]
fn delays_of_nothing_are_spread_over_polls() {
    let sim = Sim::new();
    let clock = sim.clock();
    let attempts = Cell::new(0);
    let mut p = LocalPipeline::with_error("no delay");
    p.step("busy").retry_forever().backoff(Backoff::fixed(ms(0))).run(|| at_last(&attempts));
    assert!(longest_poll(&clock, &sim, &mut p, &attempts).0 <= 128);

    let attempts = Cell::new(0);
    let mut p = LocalPipeline::with_error("after nothing");
    p.step("busy").retry_forever().retry_if(|_| Retry::After(ms(0))).run(|| at_last(&attempts));
    assert!(longest_poll(&clock, &sim, &mut p, &attempts).0 <= 128);
}

#[test]
fn timeouts_of_nothing_are_spread_over_polls() {
    let (sim, attempts) = (Sim::new(), Cell::new(0));
    let clock = sim.clock();
    let mut p = LocalPipeline::with_error("hung");
    p.step("hung").timeout(ms(0)).retry_forever().run(|| {
        attempts.set(attempts.get() + 1);
        let is_last = attempts.get() == 10_000;
        async move { if is_last { Ok(()) } else { std::future::pending().await } }
    });
    assert!(longest_poll(&clock, &sim, &mut p, &attempts).0 <= 128);
}

#[test]
fn a_wide_start_is_spread_over_polls() {
    let (sim, attempts) = (Sim::new(), Cell::new(0));
    let mut p = LocalPipeline::with_error("wide");
    for n in 0..1_000 {
        let attempts = &attempts;
        p.step(&n.to_string()).run(move || async move { Ok(attempts.set(attempts.get() + 1)) });
    }
    assert_eq!(longest_poll(&NoClock, &sim, &mut p, &attempts), (128, 8));
}

#[test]
fn the_budget_is_an_option_of_the_run_and_of_the_pipeline() {
    let most = |budget: u32, of_pipeline: bool| {
        let attempts = Cell::new(0);
        let mut p: LocalPipeline<'_, &str> = LocalPipeline::with_error("budget");
        for n in 0..1_000 {
            let attempts = &attempts;
            p.step(&n.to_string()).run(move || async move { Ok(attempts.set(attempts.get() + 1)) });
        }
        if of_pipeline {
            p.config(Config::DEFAULT.poll_budget(budget));
        }
        let hand = Hand::new();
        let runner = p.runner();
        let mut run = pin!(if of_pipeline { runner } else { runner.poll_budget(budget) }.run(&NoClock));
        assert!(hand.poll(run.as_mut()).is_pending());
        attempts.get()
    };
    for of_pipeline in [false, true] {
        assert_eq!([0, 1, 2, 7, 999].map(|budget| most(budget, of_pipeline)), [1, 1, 2, 7, 999]);
    }
}

#[test]
fn a_step_gets_its_turn_between_the_attempts_of_its_neighbour() {
    // The neighbour sets the flag, and is polled again although the busy step never gives way.
    let is_set = AtomicBool::new(false);
    let mut p = Pipeline::with_error("flag");
    p.step("busy")
        .retries(70_000)
        .run(|| async { if is_set.load(Ordering::Relaxed) { Ok(()) } else { Err("not set") } });
    p.step("neighbour").run(|| async {
        give_way().await;
        is_set.store(true, Ordering::Relaxed);
        Ok(())
    });
    let report = drive(&Sim::new(), p.run(&NoClock)).unwrap();
    assert!(report.is_success());
    assert_eq!(report.get("busy").unwrap().attempts(), 128);
}

#[test]
fn a_timeout_around_a_busy_run_passes() {
    for gives_way in [false, true] {
        let mut p = Pipeline::with_error("busy");
        p.step("busy").retry_forever().run(|| async {
            if gives_way {
                give_way().await;
            }
            Err::<(), _>("not ready")
        });
        let timeout = async { smol::Timer::after(ms(20)).await };
        smol::block_on(smol::future::or(async { _ = timeout.await }, async {
            _ = p.run(&NoClock).await.unwrap();
            panic!("the run has no end");
        }));
    }
}

#[test]
fn a_timeout_around_a_hundred_thousand_ready_steps_passes() {
    let started = AtomicU32::new(0);
    let mut p = Pipeline::with_error::<&str>("wide");
    for n in 0..100_000 {
        p.step(&n.to_string()).run(|| async { Ok(started.fetch_add(1, Ordering::Relaxed)) });
    }
    // The other future of the task needs ten turns.
    let turns = async {
        for _ in 0..10 {
            give_way().await;
        }
    };
    smol::block_on(smol::future::or(turns, async { drop(p.run(&NoClock).await) }));
    assert!(started.load(Ordering::Relaxed) <= 11 * 128);
}

#[test]
fn a_token_that_a_task_of_the_same_thread_uses_is_seen() {
    let executor = smol::LocalExecutor::new();
    let token = CancelToken::new();
    let mut p = Pipeline::with_error("busy");
    p.step("busy").retry_forever().run(|| async { Err::<(), _>("not ready") });
    let report = smol::block_on(executor.run(async {
        let other = executor.spawn({
            let token = token.clone();
            async move {
                give_way().await;
                token.cancel();
            }
        });
        let report = p.runner().cancel(&token).run(&NoClock).await.unwrap();
        other.await;
        report
    }));
    assert_eq!(report.get("busy").unwrap().status(), Status::Cancelled);
}

#[test]
fn the_dependents_of_one_failure_are_not_one_poll() {
    let mut p = Pipeline::with_error("fan");
    let root = p.step("root").run(|| async { Err::<(), _>("down") });
    for n in 0..1_000_000 {
        p.step(&n.to_string()).needs(root).run(|_| async { Ok(()) });
    }
    let ended = Count::new();
    let hand = Hand::new();
    let on_event = |event: &rungs::Event<'_, &str>| {
        if matches!(event.kind, rungs::EventKind::Ended { .. }) {
            ended.raise();
        }
    };
    let mut run = pin!(p.runner().on_event(on_event).run(&NoClock));
    loop {
        let before = ended.get();
        let polled = hand.poll(run.as_mut());
        assert!(ended.get() - before <= 128);
        match polled {
            Poll::Ready(report) => return assert_eq!(report.unwrap().count(Status::Failed), 1_000_001),
            Poll::Pending => assert!(hand.flag.take()),
        }
    }
}

/// Steps that wake themselves at each poll, more than one poll polls; each notes its polls.
fn restless<'c>(polls: &'c [Count], then: &'c AtomicBool) -> Pipeline<'c, &'static str> {
    let mut p = Pipeline::with_error("restless");
    for (n, polls) in polls.iter().enumerate() {
        p.step(&n.to_string()).run(move || {
            poll_fn(move |cx| {
                polls.raise();
                cx.waker().wake_by_ref();
                if then.load(Ordering::Relaxed) { Poll::Ready(Ok(())) } else { Poll::Pending }
            })
        });
    }
    p
}

#[test]
fn woken_steps_take_turns_whatever_the_budget_is() {
    for budget in [1, 2, 3, 63, 64, 65, 199, 200, 201] {
        let (polls, then) = ((0..200).map(|_| Count::new()).collect::<Vec<_>>(), AtomicBool::new(false));
        let hand = Hand::new();
        let mut p = restless(&polls, &then);
        let token = CancelToken::new();
        let mut run = pin!(p.runner().poll_budget(budget).cancel(&token).run(&NoClock));
        let counts = || polls.iter().map(Count::get).collect::<Vec<_>>();
        let mut poll = || {
            let before: usize = counts().iter().sum();
            assert!(hand.poll(run.as_mut()).is_pending());
            assert!(hand.flag.take());
            assert!(counts().iter().sum::<usize>() - before <= budget as usize);
        };
        while counts().contains(&0) {
            poll();
        }
        let all_started = counts();
        (0..200 * 10_u32.div_ceil(budget)).for_each(|_| poll());
        let turns = || counts().into_iter().zip(&all_started).map(|(now, before)| now - before);
        let (least, most) = (turns().min().unwrap(), turns().max().unwrap());
        assert!(least > 0 && most - least <= 1, "{budget}: {least} to {most}");
        // None of the wakes was lost.
        then.store(true, Ordering::Relaxed);
        let Poll::Ready(report) = hand.poll_to_rest(run.as_mut()) else { panic!("{budget}: a wake was lost") };
        assert!(report.unwrap().is_success());
    }
}

#[test]
fn steps_that_always_wake_themselves_do_not_hold_up_stops_and_starts() {
    for budget in [1, 7, 20, 21, 128] {
        let (polls, then) = ((0..20).map(|_| Count::new()).collect::<Vec<_>>(), AtomicBool::new(false));
        let token = CancelToken::new();
        let hand = Hand::new();
        let mut p = restless(&polls, &then);
        let short = p.step("short").run(|| async { Ok(give_way().await) });
        p.step("later").after(short).run(|| async { Ok(token.cancel()) });
        let mut run = pin!(p.runner().poll_budget(budget).cancel(&token).run(&NoClock));
        let Some(report) = (0..500).find_map(|_| match hand.poll(run.as_mut()) {
            Poll::Ready(report) => Some(report.unwrap()),
            Poll::Pending => None,
        }) else {
            panic!("a budget of {budget}: the token is not seen")
        };
        assert_eq!(report.count(Status::Cancelled), 20);
    }
}

#[test]
fn woken_steps_that_are_left_over_win_over_a_limit_that_passes_meanwhile() {
    let (sim, set) = (Sim::new(), AtomicBool::new(false));
    let clock = sim.clock();
    let wakers = std::sync::Mutex::new(Vec::new());
    let mut p = Pipeline::with_error::<&str>("left over");
    for n in 0..10 {
        p.step(&n.to_string()).timeout(ms(25)).run(|| {
            poll_fn(|cx| {
                wakers.lock().unwrap().push(cx.waker().clone());
                // Each computes for a while.
                clock.advance(ms(1));
                if set.load(Ordering::Relaxed) { Poll::Ready(Ok(())) } else { Poll::Pending }
            })
        });
    }
    let log = Log::new();
    let report = {
        let hand = Hand::new();
        let mut run = pin!(p.runner().poll_budget(4).observe(log.clone()).run(&clock));
        // Three polls start ten steps.
        for _ in 0..3 {
            assert!(hand.poll(run.as_mut()).is_pending());
        }
        set.store(true, Ordering::Relaxed);
        for waker in std::mem::take(&mut *wakers.lock().unwrap()) {
            waker.wake();
        }
        let report = (0..3).find_map(|_| {
            // Four are polled while there is time; the limits of the others pass before they are.
            let polled = hand.poll(run.as_mut());
            clock.advance(ms(100));
            if let Poll::Ready(report) = polled { Some(report.unwrap()) } else { None }
        });
        report.unwrap()
    };
    assert_eq!(report.count(Status::Success), 10, "{:?}", fates(&report));
}

#[test]
fn a_sleep_that_ends_at_once_gives_way_each_time() {
    /// A clock whose sleeps never last.
    struct Early(Clock, Count);

    impl Timer for Early {
        type Sleep = std::future::Ready<()>;

        fn now(&self) -> rungs::Instant {
            self.0.now()
        }

        fn sleep_until(&self, _: rungs::Instant) -> Self::Sleep {
            self.1.raise();
            std::future::ready(())
        }
    }

    let timer = Early(Sim::new().clock(), Count::new());
    let mut p = Pipeline::with_error::<&str>("early");
    p.step("hangs").timeout(ms(5)).run(std::future::pending::<Result<(), _>>);
    let hand = Hand::new();
    let mut run = pin!(p.run(&timer));
    for polls in 1..=100 {
        assert!(hand.poll(run.as_mut()).is_pending());
        assert!(hand.flag.take());
        assert_eq!(timer.1.get(), polls);
    }
    timer.0.advance(ms(5));
    assert!(hand.poll(run.as_mut()).is_ready());
}

#[test]
fn the_same_budget_gives_the_same_trace() {
    let trace = |budget: u32| {
        let (sim, log) = (Sim::new(), Log::new());
        let clock = sim.clock();
        let mut p = Pipeline::with_error("trace");
        let mut before = Vec::new();
        for n in 0..40_u64 {
            let clock = &clock;
            let step = p.step(&n.to_string()).retries(2).run_with(move |cx| async move {
                clock.sleep(ms(n % 7)).await;
                give_way().await;
                if u64::from(cx.attempt()) <= n % 3 { Err("again") } else { Ok(()) }
            });
            before.push(step);
        }
        p.step("last").needs(before).run(|_| async { Ok(()) });
        _ = drive(&sim, p.runner().poll_budget(budget).observe(log.clone()).run(&clock)).unwrap();
        log.lines()
    };
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let whole = sorted(trace(1_000));
    for budget in 1..=128 {
        assert_eq!(trace(budget), trace(budget));
        // The clock stands still during polls, so that the budget changes the order at most.
        assert_eq!(sorted(trace(budget)), whole);
    }
}
