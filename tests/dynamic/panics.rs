//! A panic is its step's failure, and nobody else's.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, panic_any},
    sync::atomic::{AtomicBool, Ordering},
    task::Poll,
};

use rungs::{NoClock, Pipeline, StepError};

use crate::support::{Clock, Count, block, drive, fates, give_way, ms};

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
    let clock = Clock::new();
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
    let report = drive(&clock, p.runner().max_concurrent(1).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a failed 0..5: panicked: boom", "b failed 5..10: panicked: boom"]);
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_panic_while_an_attempt_is_cut_off_ends_it() {
    let clock = Clock::new();
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
    let report = drive(&clock, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["bomb success x2 0..5"]);
}

#[test]
fn a_panicking_observer_is_the_runs_panic_and_the_pipeline_can_be_run_again() {
    let alive = Count::new();
    let mut p = Pipeline::with_error::<&str>("observer");
    p.step("a").run(|| async {
        let _alive = alive.guard();
        give_way().await;
        Ok(())
    });
    p.step("b").run(|| async { Ok(()) });
    let run = p.runner().on_event(|event| assert_ne!(event.name, "b"));
    assert!(catch_unwind(AssertUnwindSafe(|| block(run.run(&NoClock)))).is_err());
    assert_eq!(alive.get(), 0);
    assert!(block(p.run(&NoClock)).unwrap().is_success());
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
    let error = report.get("judged").unwrap().error().unwrap().to_string();
    assert_eq!(error, "panicked: in retry_if");
    assert_eq!(report.get("waits").unwrap().status(), rungs::Status::Success);
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
