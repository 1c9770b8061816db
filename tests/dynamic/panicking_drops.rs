//! What panics when it is dropped hurts its own step at most: not the run, nor whoever drops the run, the report or the
//! pipeline.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, panic_any},
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    task::Poll,
};

use rungs::{NoClock, Pipeline, Report, Status};
use rungs_smol::Smol;

use crate::support::{Count, Guard, Hand, Sim, block, drive, fates, give_way, ms};

/// Panics when it is dropped, with itself as the payload as often as it says.
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        match self.0 {
            0 => panic!("in drop"),
            again => panic_any(Self(again - 1)),
        }
    }
}

/// The same, and counted.
struct CountedBomb {
    _bomb: Bomb,
    _counted: Guard,
}

fn counted_bomb(alive: &Count) -> CountedBomb {
    CountedBomb { _bomb: Bomb(0), _counted: alive.guard() }
}

fn explode() -> Result<(), &'static str> {
    panic_any(Bomb(2))
}

/// Of the steps that have to fail it is the message of the panic, of the others that they succeeded.
fn assert_only_bad_failed(report: &Report<&'static str>) {
    for step in report {
        if step.name().starts_with("bad") {
            assert_eq!(step.error().unwrap().to_string(), "panicked: a panic without a message", "{}", step.name());
        } else {
            assert_eq!(step.status(), Status::Success, "{}", step.name());
        }
    }
}

#[test]
fn the_payload_of_a_panic() {
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("payloads");
    p.step("bad at once").run(|| async { explode() });
    p.step("bad later").run(|| async {
        give_way().await;
        explode()
    });
    p.step("bad closure").run(|| {
        let result = explode();
        async move { result }
    });
    p.step("bad spawned").spawn_on(Smol).run(|| async {
        smol::future::yield_now().await;
        explode()
    });
    p.step("bad predicate").retries(3).retry_if(|_| explode().is_ok()).run(|| async { Err::<(), _>("no") });
    p.step("good").run(|| async { Ok(give_way().await) });
    for _ in 0..2 {
        let report = smol::block_on(p.run(&NoClock)).unwrap();
        assert_only_bad_failed(&report);
    }
}

#[test]
fn the_payload_of_a_drop_that_panics() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("cut off");
    p.step("cut off").timeout(ms(5)).retries(1).run_with(|cx| {
        let bomb = (cx.attempt() == 1).then(|| Bomb(2));
        let clock = &clock;
        async move {
            if bomb.is_some() {
                clock.sleep(ms(10)).await;
            }
            Ok(())
        }
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["cut off success x2 0..5"]);
}

/// An error that panics when it is dropped while it is armed.
struct BadError<'a> {
    is_armed: &'a AtomicBool,
    _alive: Guard,
}

impl Drop for BadError<'_> {
    fn drop(&mut self) {
        if self.is_armed.load(Ordering::SeqCst) {
            panic!("drop of an error");
        }
    }
}

#[test]
fn the_error_of_an_earlier_attempt_fails_its_step() {
    let (is_armed, alive) = (AtomicBool::new(true), Count::new());
    let mut p = Pipeline::with_code::<BadError<'_>>("errors");
    p.step("bad").retries(5).run(|| {
        let error = BadError { is_armed: &is_armed, _alive: alive.guard() };
        async { Err::<(), _>(error) }
    });
    p.step("good").run(|| async { Ok(give_way().await) });
    let report = block(p.run(&NoClock)).unwrap();
    let [bad, good] = ["bad", "good"].map(|name| report.get(name).unwrap());
    assert!(matches!(bad.error(), Some(rungs::StepError::Panicked(message)) if message == "drop of an error"));
    assert_eq!((bad.attempts(), good.status()), (2, Status::Success), "a panic is not retried");
    drop(report);
    assert_eq!(alive.get(), 0);
}

#[test]
fn the_error_of_an_earlier_attempt_does_not_outweigh_a_success() {
    let (is_armed, alive) = (AtomicBool::new(true), Count::new());
    let mut p = Pipeline::with_code::<BadError<'_>>("errors");
    p.step("second time").retries(1).run_with(|cx| {
        let (is_armed, alive) = (&is_armed, &alive);
        async move { if cx.attempt() == 1 { Err(BadError { is_armed, _alive: alive.guard() }) } else { Ok(()) } }
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!((report.exit_code(), alive.get()), (0, 0));
}

#[test]
fn the_errors_of_a_report_and_of_a_dropped_run() {
    let (is_armed, is_late, alive) = (AtomicBool::new(true), AtomicBool::new(false), Count::new());
    let mut p = Pipeline::with_code::<BadError<'_>>("errors");
    for name in ["a", "b", "c"] {
        p.step(name).run(|| {
            let error = BadError { is_armed: &is_armed, _alive: alive.guard() };
            async { Err::<(), _>(error) }
        });
    }
    p.step("late").run(|| async {
        while is_late.load(Ordering::Relaxed) {
            give_way().await;
        }
        Ok(())
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(alive.get(), 3);
    drop(report);
    assert_eq!(alive.get(), 0, "the report is dropped to its end");
    is_late.store(true, Ordering::Relaxed);
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        assert_eq!(alive.get(), 3);
    }
    assert_eq!(alive.get(), 0, "and so is the run");
}

#[test]
fn results_that_nobody_took() {
    let alive = Count::new();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("results");
    for name in ["a", "b", "c"] {
        p.step(name).run(|| async { Ok(counted_bomb(&alive)) });
    }
    let used = p.step("used").run(|| async { Ok(counted_bomb(&alive)) });
    p.step("user").needs(used).run(|_| async { Ok(()) });
    for _ in 0..3 {
        drop(block(p.run(&NoClock)).unwrap());
        assert_eq!(alive.get(), 4, "those of the run before are dropped when the next begins");
    }
    let report = block(p.run(&NoClock)).unwrap();
    drop(p);
    assert_eq!(alive.get(), 4);
    let taken = report.output(used).ok();
    drop(report);
    assert_eq!(alive.get(), 1);
    drop(taken);
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_pipeline_drops_all_that_its_closures_hold() {
    let alive = Count::new();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("closures");
    for name in ["a", "b", "c"] {
        let (held, judge, alive) = (counted_bomb(&alive), counted_bomb(&alive), &alive);
        p.step(name)
            .retries(1)
            .retry_if(move |_| {
                let _ = &judge;
                true
            })
            .run(move || {
                let _ = &held;
                async move { Ok(counted_bomb(alive)) }
            });
    }
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    assert_eq!(alive.get(), 9);
    drop(p);
    assert_eq!(alive.get(), 0);
}

/// Attempts in flight that all panic when they are dropped.
fn hung_bombs(alive: &Count) -> Pipeline<'_, &'static str> {
    let mut p = Pipeline::with_error("bombs");
    for name in ["a", "b", "c"] {
        p.step(name).run(|| async {
            let _held = counted_bomb(alive);
            std::future::pending::<Result<(), &str>>().await
        });
    }
    p
}

#[test]
fn a_run_drops_every_attempt_also_while_a_panic_unwinds() {
    let alive = Count::new();
    let mut p = hung_bombs(&alive);
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        assert_eq!(alive.get(), 3);
    }
    assert_eq!(alive.get(), 0);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut run = pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        panic!("of the program");
    }));
    assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"of the program"));
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_forgotten_run_and_the_pipeline_after_it() {
    let alive = Count::new();
    let mut p = hung_bombs(&alive);
    for _ in 0..2 {
        let mut run = Box::pin(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        std::mem::forget(run);
        assert_eq!(alive.get(), 3, "those of the forgotten run before were dropped");
    }
    drop(p);
    assert_eq!(alive.get(), 0);
}

/// The executor holds the output until somebody takes it, and nobody does.
#[test]
fn a_spawned_output_that_the_run_did_not_take() {
    let alive = Count::new();
    let executor = async_executor::Executor::new();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("outputs");
    let spawn = rungs_async_executor::On(&executor);
    for name in ["a", "b"] {
        let alive = alive.clone();
        p.step(name).spawn_on(spawn).run(move || {
            let output = counted_bomb(&alive);
            async move { Ok(output) }
        });
    }
    p.step("hung").run(|| async {
        let _alive = alive.guard();
        std::future::poll_fn(|_| Poll::<Result<(), &str>>::Pending).await
    });
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        while executor.try_tick() {}
        assert_eq!(alive.get(), 3);
    }
    assert_eq!(alive.get(), 0);
}
