//! Steps on tokio's blocking threads.

use std::{
    future::pending,
    pin::pin,
    sync::{Arc, Barrier, Mutex, mpsc},
    thread,
};

use rungs::{BoxError, CancelToken, Cause, NoClock, Pipeline};
use rungs_tokio::{Blocking, Tokio};
use tokio::{runtime::Builder, time::sleep};

use crate::{
    support::{Count, Hand, fates, ms},
    tokio_tasks::threads,
    tokio_time::held,
};

#[test]
fn blocked_threads_do_not_hold_up_the_run() {
    // One thread for tasks, which the run itself uses.
    held().block_on(async {
        let all = Arc::new(Barrier::new(4));
        let mut p = Pipeline::new("blocking").spawn_on(Blocking(Tokio));
        let steps: Vec<_> = (0..4)
            .map(|n| {
                let all = all.clone();
                p.step(&n.to_string()).run(move || {
                    let all = all.clone();
                    async move {
                        all.wait();
                        Ok(thread::current().id())
                    }
                })
            })
            .collect();
        let report = p.run(&Tokio).await.unwrap();
        assert!(steps.iter().all(|&step| *report.output(step).unwrap() != thread::current().id()));
    });
}

#[test]
fn a_blocking_step_may_await() {
    let runtime = threads(1);
    let mut p = Pipeline::new("both").spawn_on(Blocking(runtime.handle().clone()));
    let answer = p.step("both").timeout(ms(60_000)).run(|| async {
        thread::sleep(ms(1));
        sleep(ms(1)).await;
        Ok(tokio::spawn(async { 42 }).await?)
    });
    let report = runtime.block_on(p.run(&Tokio)).unwrap();
    assert_eq!(*report.output(answer).unwrap(), 42);
}

#[test]
fn an_attempt_that_is_cut_off_ends_at_its_next_await_and_none_starts_before() {
    let runtime = threads(1);
    let alive = Count::new();
    let mut p = Pipeline::new("cut off").spawn_on(Blocking(runtime.handle().clone()));
    let counted = alive.clone();
    let seen = p.step("slow").timeout(ms(10)).retries(2).run_with(move |cx| {
        let alive = counted.clone();
        async move {
            let others = alive.get();
            let _guard = alive.guard();
            if cx.attempt() < 3 {
                thread::sleep(ms(30)); // cannot be cut off
                pending::<()>().await; // here it ends
            }
            Ok(others)
        }
    });
    let report = runtime.block_on(p.run(&Tokio)).unwrap();
    assert_eq!((*report.output(seen).unwrap(), report.get("slow").unwrap().attempts()), (0, 3));
    assert_eq!(alive.get(), 0);
}

#[test]
fn an_attempt_that_no_thread_has_taken_never_starts() {
    let runtime = Builder::new_current_thread().enable_time().max_blocking_threads(1).build().unwrap();
    let (release, released) = mpsc::channel::<()>();
    let started = Count::new();
    let token = CancelToken::new();
    let occupied = runtime.spawn_blocking(move || released.recv());
    let mut p = Pipeline::new("queued").spawn_on(Blocking(runtime.handle().clone()));
    let counted = started.clone();
    p.step("queued").run(move || {
        let started = counted.clone();
        async move { Ok(started.raise()) }
    });
    let mut run = pin!(p.runner().cancel(&token).run(&NoClock));
    let hand = Hand::new();
    assert!(hand.poll(run.as_mut()).is_pending());
    token.cancel();
    assert!(hand.poll(run.as_mut()).is_pending(), "its future is not dropped yet");
    release.send(()).unwrap();
    let report = runtime.block_on(run).unwrap();
    assert_eq!((report.exit_code(), started.get()), (2, 0));
    drop(occupied);
}

#[test]
fn an_attempt_ends_with_a_run_that_is_dropped() {
    let runtime = threads(1);
    let (started, starts) = mpsc::channel();
    let alive = Count::new();
    let mut p = Pipeline::new("dropped").spawn_on(Blocking(runtime.handle().clone()));
    let counted = alive.clone();
    p.step("endless").run(move || {
        let (guard, started) = (counted.guard(), started.clone());
        async move {
            let _guard = guard;
            started.send(()).unwrap();
            pending::<Result<(), BoxError>>().await
        }
    });
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        starts.recv().unwrap();
        assert_eq!(alive.get(), 1);
    }
    // Waits for its blocking threads.
    drop(runtime);
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_panic_on_a_blocking_thread_is_the_steps_failure() {
    let runtime = threads(1);
    let mut p = Pipeline::new("panics").spawn_on(Blocking(runtime.handle().clone()));
    p.step("bad").retries(3).run(|| async { if true { panic!("number {}", 7) } else { Ok(()) } });
    p.step("good").run(|| async { Ok(()) });
    let report = smol::block_on(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["bad failed 0..0: panicked: number 7", "good success 0..0"]);
}

#[test]
fn grace_bounds_the_wait_for_an_attempt_that_blocks() {
    let runtime = threads(1);
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let mut p = Pipeline::new("stuck").spawn_on(Blocking(runtime.handle().clone()));
    p.step("stuck").timeout(ms(10)).retries(2).run(move || {
        let released = released.clone();
        async move { Ok(released.lock().unwrap().recv()?) }
    });
    let report = runtime.block_on(p.runner().grace(ms(20)).run(&Tokio)).unwrap();
    let stuck = report.get("stuck").unwrap();
    assert_eq!((stuck.cause(), stuck.attempts()), (Some(Cause::TimedOut), 1));
    release.send(()).unwrap();
}

/// It goes on, as tokio cannot stop it, and is of no more interest.
#[test]
fn what_a_step_in_place_lets_block_is_not_waited_for() {
    let runtime = threads(1);
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let mut p = Pipeline::new("in place");
    p.step("waits").timeout(ms(10)).run(move || {
        let released = released.clone();
        async move { Ok(tokio::task::spawn_blocking(move || released.lock().unwrap().recv()).await??) }
    });
    let report = runtime.block_on(p.run(&Tokio)).unwrap();
    assert_eq!(report.get("waits").unwrap().cause(), Some(Cause::TimedOut));
    release.send(()).unwrap();
}
