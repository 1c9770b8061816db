//! A panic is its step's failure, and nobody else's.

use std::{
    fmt,
    panic::panic_any,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
};

use rungs::{Backoff, NoClock, Pipeline, Spawner, Status, StepError, TaskDropped};
use rungs_smol::Smol;

use crate::support::{Count, Sim, block, drive, fates, give_way, ms};

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[test]
fn wherever_it_panics_the_step_fails_and_the_others_go_on() {
    let mut p = Pipeline::with_error::<&str>("panics");
    p.step("before an await").retries(5).run(|| async { if true { panic!("a str") } else { Ok(()) } });
    p.step("after an await").retries(5).run(|| async {
        give_way().await;
        if true { panic!("a String: {}", 42) } else { Ok(()) }
    });
    let closure = p.step("in the closure").retries(5).run(|| {
        if true {
            panic!("in the closure");
        }
        async { Ok(()) }
    });
    p.step("no message").run(|| async { if true { panic_any(42) } else { Ok(()) } });
    p.step("in drop").run(|| async {
        let _bomb = Bomb;
        give_way().await;
        Ok(())
    });
    p.step("in drop of the future").run(|| {
        let bomb = Bomb;
        let mut calls = 0;
        std::future::poll_fn(move |_| {
            let _ = (&bomb, calls += 1);
            Poll::Ready(Ok(calls))
        })
    });
    p.step("behind").needs(closure).run(|_| async { Ok(()) });
    p.step("tidy").needs(closure).when_all_done().run(|closure| async move { Ok(closure.map(|out| *out)) });
    let good = p.step("good").run(|| async {
        give_way().await;
        Ok(1)
    });
    for _ in 0..2 {
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(
            fates(&report),
            [
                "before an await failed 0..0: panicked: a str",
                "after an await failed 0..0: panicked: a String: 42",
                "in the closure failed 0..0: panicked: in the closure",
                "no message failed 0..0: panicked: a panic without a message",
                "in drop failed 0..0: panicked: in drop",
                "in drop of the future failed 0..0: panicked: in drop",
                "behind failed: `in the closure` failed",
                "tidy success 0..0",
                "good success 0..0",
            ],
        );
        assert_eq!(*report.output(good).unwrap(), 1);
        let error = report.get("before an await").unwrap().error();
        assert_eq!(error, Some(StepError::Panicked("a str".into())));
        assert_eq!(report.exit_code(), 1);
    }
}

#[test]
fn what_a_panicking_attempt_held_is_dropped_and_its_place_is_free() {
    let sim = Sim::new();
    let clock = sim.clock();
    let alive = Count::new();
    let mut p = Pipeline::with_error::<&str>("held");
    p.resource("bus", 1);
    for name in ["a", "b"] {
        p.step(name).uses("bus", 1).run(|| async {
            let _alive = alive.guard();
            clock.sleep(ms(5)).await;
            if true { panic!("boom") } else { Ok(()) }
        });
    }
    let report = drive(&sim, p.runner().max_concurrent(1).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a failed 0..5: panicked: boom", "b failed 5..10: panicked: boom"]);
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_panic_while_an_attempt_is_cut_off_ends_it() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("cut off");
    p.step("bomb").timeout(ms(5)).retries(1).run_with(|cx| {
        let clock = &clock;
        async move {
            if cx.attempt() == 1 {
                let _bomb = Bomb;
                clock.sleep(ms(10)).await;
            }
            Ok(())
        }
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["bomb success x2 0..5"]);
}

#[test]
fn a_panic_in_retry_if_is_the_steps() {
    let panics = AtomicBool::new(true);
    let alive = Count::new();
    let mut p = Pipeline::with_error::<&str>("judge");
    p.step("waits").run(|| async {
        let _alive = alive.guard();
        give_way().await;
        Ok(())
    });
    p.step("judged")
        .retries(1)
        .retry_if(|_| if panics.load(Ordering::Relaxed) { panic!("in retry_if") } else { true })
        .run_with(|cx| async move { if cx.attempt() == 1 { Err("no") } else { Ok(()) } });
    let report = block(p.run(&NoClock)).unwrap();
    let judged = report.get("judged").unwrap();
    assert_eq!(judged.error().unwrap().to_string(), "panicked: in retry_if");
    // The error that it judged is not lost.
    assert_eq!(judged.own_error(), Some((1, &"no")));
    assert_eq!(report.get("waits").unwrap().status(), Status::Success);
    assert_eq!(alive.get(), 0);
    panics.store(false, Ordering::Relaxed);
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["waits success 0..0", "judged success x2 0..0"]);
}

/// Keeps what it owns when it panics, at its first poll or its second: an async function drops that while it unwinds.
fn bomb(owned: crate::support::Guard, waits: bool) -> impl Future<Output = Result<(), &'static str>> {
    let mut polled = !waits;
    std::future::poll_fn(move |cx| {
        let _ = &owned;
        assert!(!std::mem::replace(&mut polled, true), "boom");
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

#[test]
fn what_a_panicking_future_owns_is_dropped_at_once() {
    for waits in [false, true] {
        let alive = Count::new();
        let mut p: Pipeline<'_, &str> = Pipeline::with_error("owned");
        let bomb = p.step("bomb").run(|| bomb(alive.guard(), waits));
        let next = p.step("next").after(bomb).when_all_done().run(|| async { Ok(alive.get()) });
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(report.get("bomb").unwrap().error().unwrap().to_string(), "panicked: boom");
        assert_eq!(*report.output(next).unwrap(), 0, "the next step finds none");
    }
}

/// Panics instead of spawning.
#[derive(Clone, Copy)]
struct NoSpawn;

impl<F: Future> Spawner<F> for NoSpawn {
    type Handle = F;

    fn spawn(&self, _: F) -> F {
        panic!("no thread is left")
    }
    fn poll_join(handle: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.poll(cx).map(Ok)
    }
    fn poll_cancel(_: Pin<&mut F>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

#[test]
fn a_panic_before_there_is_a_future_gives_the_resources_back() {
    let alive = Count::new();
    let mut p = Pipeline::with_error::<&str>("no future");
    p.resource("bus", 1);
    let no_future = || -> std::future::Ready<Result<(), &'static str>> { panic!("no future") };
    p.step("in the closure").uses("bus", 1).retries(3).run(no_future);
    p.step("in the closure of a spawned step").uses("bus", 1).retries(3).spawn_on(Smol).run(no_future);
    p.step("in the spawner").uses("bus", 1).retries(3).spawn_on(NoSpawn).run(|| {
        let alive = alive.guard();
        async move { Ok(drop(alive)) }
    });
    p.step("good").uses("bus", 1).run(|| async { Ok(()) });
    for _ in 0..2 {
        let report = block(p.runner().max_concurrent(1).run(&NoClock)).unwrap();
        assert_eq!(
            fates(&report),
            [
                "in the closure failed 0..0: panicked: no future",
                "in the closure of a spawned step failed 0..0: panicked: no future",
                "in the spawner failed 0..0: panicked: no thread is left",
                "good success 0..0",
            ]
        );
        assert_eq!(alive.get(), 0);
    }
}

/// An error without words.
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words")
    }
}

impl fmt::Debug for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words")
    }
}

#[test]
fn an_error_that_cannot_be_shown_has_a_report() {
    let mut p = Pipeline::with_code::<Unspeakable>("unspeakable");
    let bad = p.step("bad").retries(1).run(|| async { Err::<(), _>(Unspeakable) });
    p.step("behind").needs(bad).run(|_| async { Ok(()) });
    p.step("good").run(|| async { Ok(()) });
    for _ in 0..2 {
        let report = block(p.run(&NoClock)).unwrap();
        let statuses: Vec<_> = report.steps().map(|step| step.status()).collect();
        assert_eq!(statuses, [Status::Failed, Status::Failed, Status::Success]);
        assert_eq!(report.exit_code(), 1);
        assert!(matches!(report.get("bad").unwrap().error(), Some(StepError::Failed(Unspeakable))));
        assert!(matches!(report.get("behind").unwrap().error(), Some(StepError::Dependency { .. })));
    }
}

#[test]
fn a_custom_backoff_that_panics_fails_its_step() {
    fn backoff(retry: u32) -> std::time::Duration {
        assert!(retry < 2, "no delay for retry {retry}");
        ms(5)
    }
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("delays");
    p.step("fails").retries(3).backoff(Backoff::custom(backoff)).run(|| async { Err::<(), _>("refused") });
    p.step("hangs").retries(3).backoff(Backoff::custom(backoff)).timeout(ms(1)).run(|| async {
        std::future::pending::<()>().await;
        Ok(())
    });
    p.step("good").run(|| async {
        clock.sleep(ms(50)).await;
        Ok(())
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "fails failed x2 0..5: panicked: no delay for retry 2 (attempt 2: refused)",
            "hangs failed x2 0..7: panicked: no delay for retry 2",
            "good success 0..50",
        ]
    );
}
