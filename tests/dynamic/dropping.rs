//! Dropping a run at any point, and forgetting one.

use std::{
    pin::pin,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use rungs::{NoClock, Pipeline};

use crate::support::{Clock, Count, Hand, Log, Sim, drive, fates, give_way, ms, poll_at_most};

/// Ten steps of several polls each, with retries, sleeps and a clean-up step; every attempt and every result is counted.
fn busy<'c>(clock: &'c Clock, attempts: &'c Count, results: &'c Count) -> Pipeline<'c, &'static str> {
    let mut p = Pipeline::with_error("busy");
    let mut before = p.step("first").run(|| step(clock, attempts, results, 0));
    let mut all = vec![before];
    for n in 1..5_u64 {
        let side = p.step(&format!("side {n}")).needs(before).run(move |_| step(clock, attempts, results, n));
        before =
            p.step(&format!("main {n}")).needs(before).retries(1).timeout(ms(50)).run_with(move |cx, _| async move {
                let result = step(clock, attempts, results, n).await;
                if cx.attempt() == 1 { Err("once more") } else { result }
            });
        all.extend([side, before]);
    }
    p.step("tidy").needs(all).when_all_done().run(|_| step(clock, attempts, results, 1));
    p
}

async fn step(clock: &Clock, attempts: &Count, results: &Count, n: u64) -> Result<crate::support::Guard, &'static str> {
    let _alive = attempts.guard();
    give_way().await;
    let result = results.guard();
    if n > 0 {
        clock.sleep(ms(n)).await;
    }
    Ok(result)
}

#[test]
fn dropped_after_any_poll_nothing_stays_and_it_runs_again() {
    let (sim, attempts, results) = (Sim::new(), Count::new(), Count::new());
    let clock = sim.clock();
    let mut cut_short = 0;
    for k in 0.. {
        let mut p = busy(&clock, &attempts, &results);
        let ended = poll_at_most(&sim, k, pin!(p.run(&clock))).is_some();
        assert_eq!(attempts.get(), 0, "attempts live on after poll {k}");
        // Each step has one result at most, kept for its pipeline.
        assert!(results.get() <= 10);
        let report = drive(&sim, p.run(&clock)).unwrap();
        assert!(report.is_success(), "after poll {k}: {:?}", fates(&report));
        assert_eq!((attempts.get(), results.get()), (0, 10));
        drop(p);
        assert_eq!(results.get(), 10, "the report owns them");
        drop(report);
        assert_eq!(results.get(), 0, "results leaked after poll {k}");
        if ended {
            break;
        }
        cut_short += 1;
    }
    assert!(cut_short > 10);
}

#[test]
fn dropped_again_and_again_the_same_pipeline_goes_on() {
    let (sim, attempts, results) = (Sim::new(), Count::new(), Count::new());
    let clock = sim.clock();
    let mut p = busy(&clock, &attempts, &results);
    let mut k = 0;
    let report = loop {
        if let Some(report) = poll_at_most(&sim, k, pin!(p.run(&clock))) {
            break report.unwrap();
        }
        assert_eq!(attempts.get(), 0);
        k += 1;
    };
    assert!(report.is_success());
    assert_eq!(results.get(), 10);
}

#[test]
fn a_run_that_was_never_polled_starts_nothing() {
    let calls = Count::new();
    let mut p = Pipeline::new("never");
    p.step("a").run(|| {
        calls.raise();
        async { Ok(()) }
    });
    drop(p.run(&NoClock));
    drop(p);
    assert_eq!(calls.get(), 0);
}

#[test]
fn a_forgotten_run_is_ended_by_the_next() {
    let (sim, attempts, results) = (Sim::new(), Count::new(), Count::new());
    let clock = sim.clock();
    for k in 1..12 {
        let mut p = busy(&clock, &attempts, &results);
        {
            let mut run = Box::pin(p.run(&clock));
            assert!(poll_at_most(&sim, k, run.as_mut()).is_none());
            std::mem::forget(run);
        }
        let report = drive(&sim, p.run(&clock)).unwrap();
        assert!(report.is_success(), "forgotten after poll {k}: {:?}", fates(&report));
        assert_eq!((attempts.get(), results.get()), (0, 10));
        drop((p, report));
        assert_eq!((attempts.get(), results.get()), (0, 0));
    }
}

#[test]
fn a_forgotten_runs_attempts_end_with_the_pipeline() {
    let (sim, attempts, results) = (Sim::new(), Count::new(), Count::new());
    let clock = sim.clock();
    let mut p = busy(&clock, &attempts, &results);
    {
        let mut run = Box::pin(p.run(&clock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        std::mem::forget(run);
    }
    assert_ne!(attempts.get(), 0);
    drop(p);
    assert_eq!(attempts.get(), 0);
}

#[test]
fn a_drop_that_panics_keeps_no_other_from_being_dropped() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    let alive = Count::new();
    let armed = AtomicBool::new(true);
    let mut p = Pipeline::new("bombs");
    for name in ["a", "b", "c"] {
        p.step(name).run(|| async {
            let _guard = alive.guard();
            if armed.load(Ordering::Relaxed) {
                let _bomb = Bomb;
                std::future::pending::<()>().await;
            }
            Ok(())
        });
    }
    assert!(Hand::new().poll(pin!(p.run(&NoClock))).is_pending());
    assert_eq!(alive.get(), 0);
    armed.store(false, Ordering::Relaxed);
    assert!(crate::support::block(p.run(&NoClock)).unwrap().is_success());
}

#[test]
fn attempts_of_a_forgotten_run_end_before_the_next_run_starts() {
    let (attempts, seen, wakers) = (Count::new(), Log::new(), Mutex::new(Vec::new()));
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("forgotten");
    let look = p.step("look").run(|| async { Ok(seen.write(format!("{} alive", attempts.get()))) });
    for name in ["a", "b"] {
        p.step(name).after(look).run(|| async {
            let _alive = attempts.guard();
            std::future::poll_fn(|cx| {
                wakers.lock().unwrap().push(cx.waker().clone());
                Poll::<Result<(), &str>>::Pending
            })
            .await
        });
    }
    for _ in 0..3 {
        let mut run = Box::pin(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        std::mem::forget(run);
        assert_eq!(attempts.get(), 2);
    }
    assert_eq!(seen.lines(), ["0 alive"; 3]);
    let wakers = wakers.lock().unwrap();
    let are_new = (2..6).filter(|&nth| !wakers[nth].will_wake(&wakers[nth % 2])).count();
    assert_eq!(are_new, 0, "the next run has the waker slots of the forgotten one");
}

/// Also if so many steps are added meanwhile that a check of the plan has to make room for them.
#[test]
fn a_plan_that_grew_after_a_forgotten_run_still_ends_what_that_left() {
    let (attempts, seen) = (Count::new(), Log::new());
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("grown");
    let look = p.step("look").run(|| async { Ok(seen.write(format!("{} alive", attempts.get()))) });
    p.step("waits").after(look).run(|| async {
        let _alive = attempts.guard();
        std::future::pending::<Result<(), &str>>().await
    });
    let forget = |p: &mut Pipeline<'_, &str>| {
        let mut run = Box::pin(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        std::mem::forget(run);
    };
    forget(&mut p);
    for n in 0..200 {
        p.step(&format!("more {n}")).after(look).run(|| async { Ok(()) });
    }
    p.check().unwrap();
    forget(&mut p);
    assert_eq!(seen.lines(), ["0 alive"; 2]);
}
