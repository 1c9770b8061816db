//! Steps as tasks of tokio: of runtimes with one thread and with several, and of local sets.

use std::{
    cell::Cell,
    future::pending,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Barrier, mpsc},
    thread,
};

use rungs::{BoxError, CancelToken, LocalPipeline, NoClock, Pipeline, Spawner, StepError};
use rungs_tokio::{On, Tokio, TokioLocal};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinSet, LocalSet, yield_now},
};

use crate::{
    executors::{Attempt, keeps_the_rules},
    support::{Count, Hand, fates, ms},
    tokio_time::held,
};

pub(crate) fn threads(workers: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(workers).enable_time().build().unwrap()
}

#[test]
fn every_spawner_keeps_the_rules() {
    let runtime = held();
    let gives_way = || async {
        for _ in 0..8 {
            yield_now().await;
        }
        false
    };
    let tick = || runtime.block_on(gives_way());
    keeps_the_rules(On(runtime.handle().clone()), tick);
    let within = runtime.enter();
    keeps_the_rules(Tokio, tick);
    drop(within);

    let local = Rc::new(LocalSet::new());
    let tick = || local.block_on(&runtime, gives_way());
    keeps_the_rules(On(&*local), tick);
    keeps_the_rules(On(local.clone()), tick);
    let _within = local.enter();
    keeps_the_rules(TokioLocal, tick);
}

#[test]
fn an_attempt_is_dropped_with_its_runtime() {
    let (started, starts) = mpsc::channel();
    let runtime = threads(1);
    let mut p = Pipeline::new("lost").spawn_on(On(runtime.handle().clone()));
    p.step("lost").retries(5).run(|| {
        let started = started.clone();
        async move {
            started.send(()).unwrap();
            pending::<Result<(), BoxError>>().await
        }
    });
    let mut run = Box::pin(p.run(&NoClock));
    let hand = Hand::new();
    assert!(hand.poll(run.as_mut()).is_pending());
    starts.recv().unwrap();
    drop(runtime);
    assert!(hand.flag.take());
    let report = smol::block_on(run).unwrap();
    assert!(matches!(report.get("lost").unwrap().error(), Some(StepError::TaskDropped)), "{report}");
    // A runtime that has been shut down drops what it is given.
    let report = smol::block_on(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["lost failed 0..0: its executor dropped the task"]);
}

#[test]
fn a_panic_is_the_steps_failure() {
    for runtime in [held(), threads(2)] {
        let mut p = Pipeline::new("panics").spawn_on(On(runtime.handle().clone()));
        p.step("str").run(|| async { if true { panic!("a str") } else { Ok(()) } });
        p.step("string").retries(3).run(|| async {
            yield_now().await;
            if true { panic!("number {}", 7) } else { Ok(()) }
        });
        p.step("good").run(|| async { Ok(()) });
        let report = runtime.block_on(p.run(&NoClock)).unwrap();
        let expected =
            ["str failed 0..0: panicked: a str", "string failed 0..0: panicked: number 7", "good success 0..0"];
        assert_eq!(fates(&report), expected);
    }
}

#[test]
fn a_thousand_steps_are_tasks_of_several_threads() {
    let runtime = threads(2);
    let mut p = Pipeline::new("many").spawn_on(On(runtime.handle().clone()));
    let steps: Vec<_> = (0..1_000_u64)
        .map(|n| {
            p.step(&n.to_string()).run(move || async move {
                yield_now().await;
                Ok(n)
            })
        })
        .collect();
    let sum = p.step("sum").needs(steps).run(|all| async move { Ok(all.iter().map(|n| **n).sum::<u64>()) });
    let report = runtime.block_on(p.run(&Tokio)).unwrap();
    assert_eq!(*report.output(sum).unwrap(), 499_500);
}

#[test]
fn runs_are_tasks_that_change_threads() {
    let total = threads(2).block_on(async {
        let mut set = JoinSet::new();
        for k in 0..10_u64 {
            set.spawn(async move {
                let mut p = Pipeline::new("hops");
                let mut last = p.step("first").timeout(ms(60_000)).run(|| async { Ok(1_u64) });
                for n in 1..30_u64 {
                    let name = n.to_string();
                    let step = p.step(&name).timeout(ms(60_000)).retries(2);
                    let body = move |before: rungs::Out<u64>| async move {
                        yield_now().await;
                        tokio::time::sleep(ms((n + k) % 2)).await;
                        Ok(*before + 1)
                    };
                    last = match n % 3 {
                        0 => step.spawn_on(Tokio).needs(last).run(body),
                        _ => step.needs(last).run(body),
                    };
                }
                let mut sum = 0;
                for _ in 0..3 {
                    sum += *p.run(&Tokio).await.unwrap().output(last).unwrap();
                }
                sum
            });
        }
        set.join_all().await.into_iter().sum::<u64>()
    });
    assert_eq!(total, 10 * 3 * 30);
}

#[test]
fn a_run_returns_only_when_cancelled_attempts_have_ended() {
    let runtime = threads(2);
    let (alive, token) = (Count::new(), CancelToken::new());
    let mut p = Pipeline::new("cancelled").spawn_on(On(runtime.handle().clone()));
    let (counted, canceller) = (alive.clone(), token.clone());
    p.step("slow").run_with(move |cx| {
        let (guard, token) = (counted.guard(), canceller.clone());
        async move {
            let _guard = guard;
            token.cancel();
            while !cx.is_cancelled() {
                thread::yield_now();
            }
            // Busy on its thread when it is cut off.
            thread::sleep(ms(30));
            pending::<Result<(), BoxError>>().await
        }
    });
    let report = runtime.block_on(p.runner().cancel(&token).run(&Tokio)).unwrap();
    assert_eq!((alive.get(), report.exit_code()), (0, 2));
}

#[test]
fn cpu_bound_steps_run_in_parallel() {
    let both = Arc::new(Barrier::new(2));
    let runtime = threads(2);
    let mut p = Pipeline::new("parallel").spawn_on(On(runtime.handle().clone()));
    for name in ["a", "b"] {
        let both = both.clone();
        // Each blocks its thread until the other has come as far: one thread would never pass.
        p.step(name).run(move || {
            let both = both.clone();
            async move { Ok(both.wait().is_leader()) }
        });
    }
    assert!(smol::block_on(p.run(&NoClock)).unwrap().is_success());
}

#[test]
fn local_steps_share_what_stays_on_its_thread() {
    let local = LocalSet::new();
    let calls = Rc::new(Cell::new(0));
    let inner = calls.clone();
    local.spawn_local(async move {
        let mut p = LocalPipeline::new("local").spawn_on(TokioLocal);
        for n in 0..10 {
            let calls = inner.clone();
            p.step(&n.to_string()).timeout(ms(50)).run(move || {
                let calls = calls.clone();
                async move {
                    // Tasks of the same set inside of a step.
                    let inner = calls.clone();
                    tokio::task::spawn_local(async move { inner.set(inner.get() + 1) }).await?;
                    Ok(Rc::new(()))
                }
            });
        }
        assert!(p.run(&Tokio).await.unwrap().is_success());
        inner.set(inner.get() + 100);
    });
    held().block_on(local);
    assert_eq!(calls.get(), 110);
}

#[test]
fn an_attempt_that_another_aborts_is_dropped() {
    /// Aborts each task at once.
    #[derive(Clone)]
    struct Hostile;
    impl Spawner<Attempt> for Hostile {
        type Handle = <Tokio as Spawner<Attempt>>::Handle;

        fn spawn(&self, future: Attempt) -> Self::Handle {
            let task = tokio::spawn(future);
            task.abort();
            task.into()
        }
        fn poll_join(
            handle: Pin<&mut Self::Handle>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<<Attempt as Future>::Output, rungs::TaskDropped>> {
            handle.get_mut().poll_join(cx)
        }
        fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            handle.get_mut().poll_cancel(cx)
        }
    }
    held().block_on(async {
        let alive = Count::new();
        let guard = alive.guard();
        let mut handle = Box::pin(Hostile.spawn(Box::pin(async { guard })));
        let end = std::future::poll_fn(|cx| Hostile::poll_join(handle.as_mut(), cx)).await;
        assert!(end.is_err());
        assert_eq!(alive.get(), 0);
    });
}

#[test]
fn a_block_on_within_a_runtime_is_the_steps_failure() {
    let runtime = held();
    let mut p = Pipeline::new("nested");
    p.step("blocks").retries(3).run(|| async { Ok(tokio::runtime::Handle::current().block_on(async { 7 })) });
    p.step("good").run(|| async { Ok(()) });
    let report = runtime.block_on(p.run(&NoClock)).unwrap();
    let fates = fates(&report);
    assert!(fates[0].starts_with("blocks failed 0..0: panicked: Cannot start a runtime from within"), "{fates:?}");
    assert_eq!(fates[1], "good success 0..0");
}
