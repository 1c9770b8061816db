//! The rules of a spawner of futures that are `Send`.

use crate::{
    alive::{Alive, give_way, ms},
    meanings::{Job, Spawns},
};
use rungs::{Pipeline, Status, StepError, Timer};
use std::{
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    task::Poll,
    thread,
};

fn pipeline<S>(spawner: S) -> Pipeline<'static, &'static str, S> {
    Pipeline::with_error("conformance").spawn_on(spawner)
}

pub async fn a_thousand_spawned_steps_end<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    let parts: Vec<_> = (0..1_000)
        .map(|n| {
            p.step(&format!("s{n}")).run(move || -> Job {
                Box::pin(async move {
                    if n % 3 == 0 {
                        give_way().await;
                    }
                    Ok(n)
                })
            })
        })
        .collect();
    let sum = p.step("sum").needs(parts).run(|parts| -> Job {
        let sum = parts.iter().map(|part| **part).sum();
        Box::pin(async move { Ok(sum) })
    });
    assert_eq!(*p.run(timer).await.unwrap().output(sum).unwrap(), 499_500);
}

/// Even if what the attempt holds takes long to drop.
pub async fn an_abandoned_attempt_has_ended_before_the_next_begins<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let alive = Alive::default();
    let held = alive.clone();
    let mut p = pipeline(spawner);
    p.step("slow to end").timeout(ms(10)).retries(3).run(move || -> Job {
        let alive = held.clone();
        Box::pin(async move {
            let _guard = alive.slow_guard(ms(30));
            pending().await
        })
    });
    let report = p.run(timer).await.unwrap();
    assert_eq!(report.get("slow to end").unwrap().attempts(), 4);
    assert_eq!((alive.now(), alive.most().min(1)), (0, alive.most()), "attempts of one step overlap");
}

pub async fn a_dropped_run_ends_its_attempts<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let alive = Alive::default();
    let mut p = pipeline(spawner);
    for n in 0..8 {
        let alive = alive.clone();
        p.step(&format!("s{n}")).run(move || -> Job {
            let alive = alive.clone();
            Box::pin(async move {
                let _guard = alive.guard();
                pending().await
            })
        });
    }
    {
        let mut run = pin!(p.run(timer));
        // Until all have begun.
        poll_fn(|cx| {
            assert!(run.as_mut().poll(cx).is_pending());
            cx.waker().wake_by_ref();
            if alive.ever() == 8 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    while alive.now() > 0 {
        give_way().await;
    }
}

/// Each attempt is woken from four threads, many times, and ends when it has seen all.
pub async fn wakes_from_other_threads_are_not_lost<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    for n in 0..8 {
        p.step(&format!("s{n}")).run(move || -> Job {
            Box::pin(async move {
                let (left, mut has_begun) = (Arc::new(AtomicU32::new(4)), false);
                poll_fn(|cx| {
                    if !std::mem::replace(&mut has_begun, true) {
                        for _ in 0..4 {
                            let (left, waker) = (left.clone(), cx.waker().clone());
                            thread::spawn(move || {
                                (0..100).for_each(|_| waker.wake_by_ref());
                                left.fetch_sub(1, SeqCst);
                                waker.wake();
                            });
                        }
                    }
                    if left.load(SeqCst) == 0 { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                Ok(n)
            })
        });
    }
    assert_eq!(p.run(timer).await.unwrap().count(Status::Success), 8);
}

pub async fn a_panic_of_a_task_is_carried_on<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let mut p = pipeline(spawner);
    p.step("bad").run(|| -> Job { Box::pin(async { std::panic::resume_unwind(Box::new("carried on")) }) });
    let report = p.run(timer).await.unwrap();
    match report.get("bad").unwrap().error() {
        Some(StepError::Panicked(message)) => assert!(message.contains("carried on"), "{message}"),
        error => panic!("{error:?}"),
    }
}

/// The attempts of an executor that goes away have failed, also those that are given to it later, and the run ends. What shuts
/// the executor down is called on a thread of its own, because it may block.
pub async fn an_executor_that_goes_away_ends_its_attempts<T: Timer, S: Spawns>(
    timer: &T,
    (spawner, shut_down): (S, impl FnOnce() + Send + 'static),
) {
    let alive = Alive::default();
    let mut p = pipeline(spawner);
    let endless: Vec<_> = (0..8)
        .map(|n| {
            let alive = alive.clone();
            p.step(&format!("s{n}")).retries(3).run(move || -> Job {
                let alive = alive.clone();
                Box::pin(async move {
                    let _guard = alive.guard();
                    pending().await
                })
            })
        })
        .collect();
    p.step("late").after(endless).when_all_done().run(|| -> Job { Box::pin(async { Ok(0) }) });
    let mut run = pin!(p.run(timer));
    poll_fn(|cx| {
        assert!(run.as_mut().poll(cx).is_pending());
        cx.waker().wake_by_ref();
        if alive.ever() == 8 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    thread::spawn(shut_down).join().unwrap();
    let report = run.await.unwrap();
    for step in report.steps() {
        let (error, attempts) = (step.error(), step.attempts());
        assert!(matches!(error, Some(StepError::TaskDropped)) && attempts == 1, "{}: {error:?}", step.name());
    }
    assert_eq!(alive.now(), 0, "an attempt lives on");
}

/// The run is polled only after the attempt has ended and its timeout has passed.
pub async fn an_attempt_that_is_done_counts_though_its_timeout_has_passed<T: Timer, S: Spawns>(timer: &T, spawner: S) {
    let done = Arc::new(AtomicBool::new(false));
    let tells = done.clone();
    let mut p = pipeline(spawner);
    p.step("quick").timeout(ms(200)).run(move || -> Job {
        let tells = tells.clone();
        Box::pin(async move {
            tells.store(true, SeqCst);
            Ok(7)
        })
    });
    let mut run = pin!(p.run(timer));
    let early = poll_fn(|cx| match run.as_mut().poll(cx) {
        Poll::Ready(report) => Poll::Ready(Some(report)),
        Poll::Pending if done.load(SeqCst) => Poll::Ready(None),
        Poll::Pending => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
    let report = match early {
        Some(report) => report,
        None => {
            thread::sleep(ms(250));
            run.await
        }
    };
    assert!(report.unwrap().is_success());
}
