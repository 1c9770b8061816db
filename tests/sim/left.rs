//! What goes on when a run is gone: attempts that had not ended when it was dropped, or that it gave up.

use crate::{lingering::Lingering, tasks::Alive};
use rungs::{
    AttemptSpawner, Cause, Pipeline, PipelineError, Report, Status, StepError,
    sim::{Clock, Sim, explore},
};
use std::{
    future::{Future, pending, poll_fn},
    mem,
    pin::Pin,
    task::Poll,
    time::Duration,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// One step on this spawner, whose attempts hang; and what is alive of them.
fn hangs<S>(spawner: S, timeout: Duration) -> (Pipeline<'static, &'static str, S>, Alive)
where
    S: AttemptSpawner<Hang, Handle: Send> + Clone + Send + 'static,
{
    let alive = Alive::default();
    let counts = alive.clone();
    let mut p = Pipeline::with_error("left").spawn_on(spawner);
    p.resource("licence", 1);
    p.step("hangs").uses("licence", 1).timeout(timeout).run(move || -> Hang {
        let guard = counts.guard();
        Box::pin(async move {
            let guard = guard;
            assert_eq!(guard.alive(), 1, "two attempts of one step overlap");
            pending().await
        })
    });
    (p, alive)
}

type Hang = Pin<Box<dyn Future<Output = Result<(), &'static str>> + Send>>;

/// Polls a run until its attempt is alive.
async fn begin(run: &mut (impl Future<Output = Result<Report<&'static str>, PipelineError>> + Unpin), alive: &Alive) {
    poll_fn(|cx| {
        assert!(Pin::new(&mut *run).poll(cx).is_pending());
        cx.waker().wake_by_ref();
        if alive.get() == 1 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

async fn begin_and_drop<S>(p: &mut Pipeline<'static, &'static str, S>, clock: &Clock, alive: &Alive) {
    begin(&mut Box::pin(p.run(clock)), alive).await;
}

#[test]
fn the_next_run_waits_for_the_attempts_of_a_dropped_or_forgotten_one() {
    for forgets in [false, true] {
        explore(0..20, |sim| {
            let clock = sim.clock();
            let (mut p, alive) = hangs(Lingering::new(sim, MS(40)), Duration::MAX);
            let ended = sim.block_on(async {
                let mut run = Box::pin(p.run(&clock));
                begin(&mut run, &alive).await;
                if forgets {
                    mem::forget(run)
                } else {
                    drop(run)
                }
                assert_eq!(alive.get(), 1, "its executor has not ended it yet");
                p.runner().deadline(MS(5)).run(&clock).await
            });
            let report = ended.unwrap().unwrap();
            assert_eq!(report.get("hangs").unwrap().started_at().unwrap(), rungs::Instant::ZERO + MS(40));
            assert_eq!((report.exit_code(), alive.get()), (2, 0));
        });
    }
}

/// Also if a run that waits is dropped in turn.
#[test]
fn a_run_that_waits_may_be_dropped_and_leaves_what_it_found() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (mut p, alive) = hangs(Lingering::new(&sim, MS(40)), Duration::MAX);
    sim.block_on(async {
        begin_and_drop(&mut p, &clock, &alive).await;
        for _ in 0..3 {
            let mut waits = Box::pin(p.run(&clock));
            poll_fn(|cx| Poll::Ready(assert!(waits.as_mut().poll(cx).is_pending()))).await;
        }
        assert_eq!(p.runner().deadline(MS(5)).run(&clock).await.unwrap().exit_code(), 2);
    })
    .unwrap();
    assert_eq!((alive.get(), sim.now()), (0, rungs::Instant::ZERO + MS(40 + 5 + 40)));
}

#[test]
fn a_pipeline_that_is_dropped_drops_what_was_left() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (mut p, alive) = hangs(Lingering::new(&sim, MS(40)), Duration::MAX);
    sim.block_on(async {
        begin_and_drop(&mut p, &clock, &alive).await;
        drop(p);
        clock.sleep(MS(1)).await;
    })
    .unwrap();
    assert_eq!(alive.get(), 0);
}

/// A plan that is wrong is told at once.
#[test]
fn a_wrong_plan_does_not_wait() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (mut p, alive) = hangs(Lingering::new(&sim, MS(40)), Duration::MAX);
    let error = sim.block_on(async {
        begin_and_drop(&mut p, &clock, &alive).await;
        p.runner().max_concurrent(0).run(&clock).await.err()
    });
    assert!(matches!(error, Ok(Some(PipelineError::Plan(_)))));
    assert_eq!(sim.now(), rungs::Instant::ZERO);
}

#[test]
fn an_attempt_is_given_up_after_its_grace_and_the_next_run_waits_for_it() {
    explore(0..20, |sim| {
        let (mut p, alive) = hangs(Lingering::new(sim, MS(100)), Duration::MAX);
        let report = sim.run(p.runner().deadline(MS(10)).grace(MS(20))).unwrap();
        let hangs = report.get("hangs").unwrap();
        assert_eq!((hangs.status(), hangs.cause()), (Status::Cancelled, Some(Cause::RunDeadline)));
        assert_eq!((hangs.is_still_running(), alive.get(), report.duration()), (true, 1, MS(30)));
        let report = sim.run(p.runner().deadline(MS(10))).unwrap();
        let hangs = report.get("hangs").unwrap();
        assert_eq!(hangs.started_at().unwrap(), rungs::Instant::ZERO + MS(10 + 100));
        assert_eq!((hangs.is_still_running(), alive.get()), (false, 0));
    });
}

/// Once what only a given-up attempt holds up is all that is left, it fails; if the attempt ends before, it runs.
#[test]
fn a_resource_of_a_given_up_attempt_is_free_when_it_ends() {
    for (lingers, others) in [(100, 10), (100, 200)] {
        explore(0..20, |sim| {
            let (mut p, alive) = hangs(Lingering::new(sim, MS(lingers)), MS(10));
            let clock = sim.clock();
            p.step("next").uses("licence", 1).spawn_on(rungs::InPlace).run(|| async { Ok(()) });
            p.step("other").spawn_on(rungs::InPlace).run(move || {
                let done = clock.sleep(MS(others));
                async move { Ok(done.await) }
            });
            let report = sim.run(p.runner().grace(MS(5))).unwrap();
            let next = report.get("next").unwrap();
            if lingers > others {
                let by = report.get("hangs").unwrap().id();
                assert_eq!(
                    (next.error(), next.cause()),
                    (Some(StepError::Blocked { by }), Some(Cause::Blocked { by }))
                );
                assert_eq!(alive.get(), 1);
            } else {
                assert_eq!((next.status(), alive.get()), (Status::Success, 0));
            }
        });
    }
}

/// Each attempt that is given up keeps its waker, and there may be many more of them than permits.
#[test]
fn more_attempts_are_given_up_than_there_are_permits() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("many").spawn_on(Lingering::new(&sim, MS(1_000)));
    let hangs: Vec<_> =
        (0..200).map(|n| p.step(&n.to_string()).timeout(MS(1)).run(|| -> Hang { Box::pin(pending()) })).collect();
    p.step("last").after(hangs).when_all_done().spawn_on(rungs::InPlace).run(move || {
        let done = clock.sleep(MS(5));
        async move {
            done.await;
            Ok(())
        }
    });
    let report = sim.run(p.runner().max_concurrent(1).grace(MS(1))).unwrap();
    assert_eq!(report.get("last").unwrap().status(), Status::Success);
    assert_eq!(report.steps().filter(|step| step.is_still_running()).count(), 200);
}
