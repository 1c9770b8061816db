//! Runs on tokio's clock, held: it jumps when nothing else is left to do.

use std::{pin::pin, thread, time::Duration};

use rungs::{Backoff, BoxError, InPlace, LocalPipeline, NoClock, Pipeline, Status, StepCx, Timer};
use rungs_tokio::{On, Tokio, TokioLocal};
use tokio::{
    runtime::{Builder, Runtime},
    task::{LocalSet, yield_now},
    time::{Instant, sleep},
};

use crate::support::{Count, Hand, fates, ms};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A runtime of one thread whose clock is held.
pub(crate) fn held() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[test]
fn a_day_of_backoff_is_exact_and_takes_no_time() {
    let runtime = held();
    // The epoch of the adapter may be later than the time at which a clock is held.
    thread::sleep(ms(5));
    assert!(Tokio.now().as_nanos() > 0);
    runtime.block_on(async {
        let began = Instant::now();
        let mut p = Pipeline::new("a day");
        for (name, spawned) in [("in place", false), ("spawned", true)] {
            let step = p.step(name).retries(4).backoff(Backoff::fixed(6 * HOUR));
            let body = |cx: StepCx| async move { if cx.attempt() < 5 { Err("not yet".into()) } else { Ok(()) } };
            if spawned {
                step.spawn_on(Tokio).run_with(body);
            } else {
                step.run_with(body);
            }
        }
        let report = p.run(&Tokio).await.unwrap();
        assert!(report.is_success(), "{report}");
        assert_eq!((report.duration(), began.elapsed()), (24 * HOUR, 24 * HOUR));
    });
}

#[test]
fn limits_are_exact() {
    held().block_on(async {
        let mut p = Pipeline::new("limits").spawn_on(Tokio);
        let slow = |span| move || async move { Ok(sleep(span).await) };
        p.step("timeout").timeout(ms(20)).retries(1).run(slow(HOUR));
        p.step("deadline")
            .deadline(ms(70))
            .retries(9)
            .backoff(Backoff::fixed(ms(30)))
            .run(|| async { Err::<(), _>("no".into()) });
        p.step("in time").timeout(ms(21)).run(slow(ms(20)));
        // A result wins a tie against a timeout, where the run polls the step itself.
        p.step("tie").timeout(ms(20)).spawn_on(InPlace).run(slow(ms(20)));
        let began = Tokio.now();
        let report = p.runner().deadline(HOUR).run(&Tokio).await.unwrap();
        let spans: Vec<_> = report
            .steps()
            .map(|step| (step.name(), step.attempts(), step.status() == Status::Success, step.duration()))
            .collect();
        assert_eq!(
            spans,
            [
                ("timeout", 2, false, ms(40)),
                ("deadline", 3, false, ms(60)),
                ("in time", 1, true, ms(20)),
                ("tie", 1, true, ms(20)),
            ]
        );
        assert_eq!(Tokio.now() - began, ms(60));
    });
}

#[test]
fn a_step_that_gives_way_is_not_timed_out() {
    held().block_on(async {
        let mut p = Pipeline::new("gives way");
        p.step("busy").timeout(ms(1)).run(|| async {
            for _ in 0..1_000 {
                yield_now().await;
            }
            Ok(())
        });
        assert!(p.run(&Tokio).await.unwrap().is_success());
    });
}

#[test]
fn a_runs_deadline_of_centuries_does_not_stop_a_held_clock() {
    held().block_on(async {
        let mut p = Pipeline::new("far").spawn_on(Tokio);
        p.step("nap").timeout(Duration::MAX).run(|| async { Ok(sleep(ms(3)).await) });
        let report = p.runner().deadline(Duration::MAX).run(&Tokio).await.unwrap();
        assert_eq!((report.is_success(), report.duration()), (true, ms(3)));
    });
}

#[test]
fn a_select_that_drops_the_run_leaves_nothing_behind() {
    held().block_on(async {
        let alive = Count::new();
        let mut p = Pipeline::new("select");
        for n in 0..20_u64 {
            let alive = alive.clone();
            let name = n.to_string();
            let step = p.step(&name).timeout(ms(500)).retries(2).retry_delay(ms(3));
            let body = move |cx: StepCx| {
                let guard = alive.guard();
                async move {
                    let _guard = guard;
                    sleep(ms(n)).await;
                    if cx.attempt() == 1 { Err("once".into()) } else { Ok(()) }
                }
            };
            if n % 2 == 0 {
                step.spawn_on(Tokio).run_with(body);
            } else {
                step.run_with(body);
            }
        }
        for cut in 0..41 {
            tokio::select! {
                _ = p.run(&Tokio) => panic!("ended within {cut} ms"),
                () = sleep(ms(cut)) => {}
            }
            // What was spawned ends when the runtime has dropped it.
            yield_now().await;
            assert_eq!(alive.get(), 0, "alive after {cut} ms");
        }
        assert!(p.run(&Tokio).await.unwrap().is_success());
    });
}

#[test]
fn local_steps_sleep_on_a_held_clock() {
    let local = LocalSet::new();
    local.block_on(&held(), async {
        let mut p = LocalPipeline::new("local").spawn_on(TokioLocal::new());
        p.step("cut off").timeout(ms(5)).run(|| async { Ok::<_, BoxError>(sleep(HOUR).await) });
        let report = p.run(&Tokio).await.unwrap();
        assert_eq!(report.get("cut off").unwrap().duration(), ms(5));
    });
}

#[test]
fn a_run_outside_of_its_runtime_uses_its_clock() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let on = On(runtime.handle().clone());
    let mut p = Pipeline::new("outside").spawn_on(on.clone());
    p.step("cut off").timeout(ms(2)).run(|| async { Ok(sleep(HOUR).await) });
    p.step("third time")
        .spawn_on(InPlace)
        .retries(2)
        .retry_delay(ms(1))
        .run_with(|cx| async move { if cx.attempt() < 3 { Err("not yet".into()) } else { Ok(()) } });
    let report = smol::block_on(p.run(&on)).unwrap();
    let counts: Vec<_> = report.steps().map(|step| (step.attempts(), step.status() == Status::Success)).collect();
    assert_eq!(counts, [(1, false), (3, true)]);
}

#[test]
fn a_sleep_outside_of_a_runtime_says_what_is_missing() {
    let panics = std::panic::catch_unwind(|| drop(Tokio.sleep_until(Tokio.now())));
    let message = *panics.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("must be called from the context of a Tokio 1.x runtime"), "{message}");
    // A run without limits sleeps never, and needs no runtime.
    let mut p = Pipeline::new("no limits");
    p.step("quick").run(|| async { Ok(()) });
    assert!(smol::block_on(p.run(&Tokio)).unwrap().is_success());
    // A step that is spawned without a runtime fails by itself.
    let mut p = Pipeline::new("no runtime");
    p.step("spawned").retries(2).spawn_on(Tokio).run(|| async { Ok(()) });
    p.step("local").spawn_on(TokioLocal).run(|| async { Ok(()) });
    p.step("here").run(|| async { Ok(()) });
    let mut run = pin!(p.run(&NoClock));
    let std::task::Poll::Ready(report) = Hand::new().poll(run.as_mut()) else { panic!("the run waits") };
    let fates = fates(&report.unwrap());
    assert!(fates[0].starts_with("spawned failed 0..0: panicked: there is no reactor running"), "{fates:?}");
    assert_eq!(fates[2], "here success 0..0");
}
