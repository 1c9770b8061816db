//! Attempts that no time limit and no stop ends.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use rungs::{CancelToken, Cause, Pipeline, Status, StepError, sim::Sim};

use crate::support::{Count, Hand, Log, block, fate, fates, ms};

/// Cancels a run at these times: for a clean-up step, which the first cancel does not end.
async fn cancels(sim: &rungs::sim::Clock, token: &CancelToken, times: &[u64]) -> Result<(), &'static str> {
    let mut now = 0;
    for &at in times {
        sim.sleep(ms(at - now)).await;
        now = at;
        token.cancel();
    }
    Ok(())
}

#[test]
fn a_success_after_a_limit_counts_and_is_marked() {
    let sim = Sim::new();
    let write = sim.script::<_, &str>().succeed_in(ms(30), 4_096);
    let mut p = Pipeline::with_error("flash");
    let timed = p.step("timeout").timeout(ms(10)).retries(5).never_cancel().run(|| write.play());
    let limited = p.step("deadline").deadline(ms(10)).never_cancel().run(|| write.play());
    let early = p.step("early").timeout(ms(40)).never_cancel().run(|| write.play());
    p.step("next").needs(timed).run(async |_| Ok(()));
    let report = sim.run(p.runner()).unwrap();
    let late = |name| report.get(name).unwrap().is_late();
    assert_eq!((late("timeout"), late("deadline"), late("early")), (true, true, false));
    assert!([timed, limited, early].iter().all(|step| *report.output(*step).unwrap() == 4_096));
    assert_eq!(report.get("timeout").unwrap().attempts(), 1);
    assert_eq!((report.exit_code(), write.played()), (0, 3));
    let table = report.to_string();
    assert_eq!(table.lines().filter(|line| line.ends_with("  late")).count(), 2, "{table}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["steps"][0]["late"], &json["steps"][2]["late"]), (&true.into(), &false.into()));
}

/// An error is final after a deadline or a stop, and after a timeout it is retried as any other.
#[test]
fn an_error_after_a_limit() {
    let sim = Sim::new();
    let fails = sim.script::<u8, _>().fail_in(ms(30), "worn out");
    let mut p = Pipeline::with_error("flash");
    p.step("timeout").timeout(ms(10)).retries(1).never_cancel().run(|| fails.play());
    p.step("deadline").deadline(ms(10)).retries(1).never_cancel().run(|| fails.play());
    let report = sim.run(p.runner()).unwrap();
    assert_eq!(fates(&report), ["timeout failed x2 0..60: worn out", "deadline failed 0..30: worn out"]);
    assert!(!report.get("timeout").unwrap().is_late());
}

#[test]
fn a_stop_waits_for_it_and_for_what_cleans_up_after_it() {
    let sim = Sim::new();
    let clock = sim.clock();
    let write = sim.script().succeed_in(ms(30), 1);
    let other = sim.script::<u8, _>().hang();
    for spawned in [false, true] {
        let token = CancelToken::new();
        let mut p = Pipeline::with_error::<&str>("flash");
        let written = if spawned {
            p.step("write").never_cancel().spawn_on(sim.tasks()).run(|| write.play())
        } else {
            p.step("write").never_cancel().run(|| write.play())
        };
        p.step("other").run(|| other.play());
        p.step("verify").needs(written).run(async |_| Ok(()));
        p.step("close").needs(written).when_all_done().run(async |written| Ok(written.is_ok()));
        p.step("stop").run(|| cancels(&clock, &token, &[5]));
        // The grace of a run is for attempts that were told to end.
        let report = sim.run(p.runner().cancel(&token).grace(ms(2))).unwrap();
        let status = |step| report.get(step).unwrap().status();
        assert_eq!((status("write"), report.get("write").unwrap().duration()), (Status::Success, ms(30)));
        assert!(report.get("write").unwrap().is_late());
        assert_eq!(
            (status("other"), status("verify"), status("close")),
            (Status::Cancelled, Status::Skipped, Status::Success)
        );
        assert_eq!(report.exit_code(), 2);
    }
}

#[test]
fn a_drain_lets_it_end_as_any_other() {
    let sim = Sim::new();
    let token = CancelToken::new();
    let write = sim.script::<_, &str>().succeed_in(ms(30), 1);
    let mut p = Pipeline::with_error("flash");
    p.step("write").never_cancel().run(|| write.play());
    p.step("stop").run(async || Ok(token.drain()));
    let report = sim.run(p.runner().cancel(&token)).unwrap();
    assert_eq!(
        (report.get("write").unwrap().status(), report.get("write").unwrap().is_late()),
        (Status::Success, false)
    );
}

/// In place it goes on, as it would end without the run. A spawned one goes on alone.
#[test]
fn a_second_cancel_gives_up_a_spawned_one() {
    for spawned in [false, true] {
        let sim = Sim::new();
        let (clock, token, begun) = (sim.clock(), CancelToken::new(), Arc::new(AtomicU32::new(0)));
        let write = {
            let (clock, begun) = (clock.clone(), begun.clone());
            move || {
                let (clock, begun) = (clock.clone(), begun.clone());
                async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    clock.sleep(ms(50)).await;
                    begun.fetch_add(100, Ordering::Relaxed);
                    Ok::<_, &str>(7)
                }
            }
        };
        let mut p = Pipeline::with_error("flash");
        let written = if spawned {
            p.step("write").never_cancel().spawn_on(sim.tasks()).run(write)
        } else {
            p.step("write").never_cancel().run(write)
        };
        p.step("stop").when_all_done().run(|| cancels(&clock, &token, &[5, 10]));
        let first = sim.block_on(p.runner().cancel(&token).run(&clock)).unwrap().unwrap();
        let write = first.get("write").unwrap();
        if !spawned {
            assert_eq!((write.status(), write.is_late(), write.duration()), (Status::Success, true, ms(50)));
            continue;
        }
        assert_eq!((write.status(), write.cause()), (Status::Cancelled, Some(Cause::Cancelled)));
        assert_eq!((write.is_still_running(), first.duration()), (true, ms(10)));
        assert_eq!(begun.load(Ordering::Relaxed), 1);
        // The next run waits for its end, and does not bring it about.
        let second = sim.block_on(p.runner().run(&clock)).unwrap().unwrap();
        assert_eq!(second.span().0, rungs::Instant::ZERO + ms(50));
        assert_eq!((*second.output(written).unwrap(), begun.load(Ordering::Relaxed)), (7, 202));
        assert!(first.output(written).is_err());
    }
}

/// If it ends before the run does, its resources are free again.
#[test]
fn one_that_was_given_up_may_end_before_the_run() {
    let sim = Sim::new();
    let (clock, token) = (sim.clock(), CancelToken::new());
    let (write, slow) = (sim.script().succeed_in(ms(20), 1), sim.script().succeed_in(ms(60), 2));
    let mut p = Pipeline::with_error::<&str>("flash");
    p.step("write").never_cancel().spawn_on(sim.tasks()).run(|| write.play());
    p.step("in place").never_cancel().run(|| slow.play());
    p.step("stop").when_all_done().run(|| cancels(&clock, &token, &[5, 10]));
    let report = sim.run(p.runner().cancel(&token)).unwrap();
    assert_eq!(fate(report.get("write").unwrap()), "write cancelled 0..10: the run was cancelled");
    assert_eq!(fate(report.get("in place").unwrap()), "in place success 0..60");
    assert!(!report.get("write").unwrap().is_still_running());
}

#[test]
fn dropping_the_run_drops_one_in_place() {
    let alive = Count::new();
    let mut p = Pipeline::with_error::<&str>("flash");
    p.step("write").never_cancel().run(|| {
        let guard = alive.guard();
        async move {
            let _guard = guard;
            std::future::pending::<Result<(), _>>().await
        }
    });
    {
        let run = pin!(p.run(&rungs::NoClock));
        assert!(Hand::new().poll(run).is_pending());
        assert_eq!(alive.get(), 1);
    }
    drop(p);
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_spawned_one_outlives_a_run_that_is_dropped_and_the_next_waits_for_it() {
    let sim = Sim::new();
    let (clock, log) = (sim.clock(), Arc::new(AtomicU32::new(0)));
    let mut p = Pipeline::with_error::<&str>("flash").spawn_on(sim.tasks());
    let (of_step, ends) = (clock.clone(), log.clone());
    p.step("write").never_cancel().run(move || {
        let (clock, ends) = (of_step.clone(), ends.clone());
        async move {
            clock.sleep(ms(50)).await;
            Ok(ends.fetch_add(1, Ordering::Relaxed))
        }
    });
    let report = sim.block_on(async {
        {
            let mut run = pin!(p.run(&clock));
            std::future::poll_fn(|cx| std::task::Poll::Ready(assert!(run.as_mut().poll(cx).is_pending()))).await;
        }
        clock.sleep(ms(10)).await;
        p.run(&clock).await
    });
    let report = report.unwrap().unwrap();
    assert_eq!((report.span().0, log.load(Ordering::Relaxed)), (rungs::Instant::ZERO + ms(50), 2));
}

/// A panic is an end.
#[test]
fn one_that_panics_fails() {
    let mut p = Pipeline::with_error::<&str>("flash");
    p.step("write").never_cancel().run(async || -> Result<(), _> { std::panic::resume_unwind(Box::new("worn out")) });
    let report = block(p.run(&rungs::NoClock)).unwrap();
    assert_eq!(report.get("write").unwrap().error(), Some(StepError::Panicked("worn out".into())));
}

/// Its delays and its waiting end as those of any step.
#[test]
fn a_stop_ends_its_delay() {
    let sim = Sim::new();
    let log = Log::new();
    let mut p = Pipeline::with_error("flash");
    p.step("write").retries(3).retry_delay(ms(100)).never_cancel().run(async || {
        log.write("write");
        Err::<(), _>("busy")
    });
    let report = sim.run(p.runner().deadline(ms(50))).unwrap();
    assert_eq!(fates(&report), ["write cancelled 0..50: the run's deadline passed; last error: busy"]);
}
