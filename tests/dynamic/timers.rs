//! The rules of `Timer`, for every adapter alike, by its runtime's own clock; and a run as a task of embassy's.

use std::{future::pending, sync::mpsc, thread, time::Duration};

use embassy_executor::Executor;
use rungs::{Backoff, BoxError, Instant, Pipeline, Timer};
use rungs_embassy::Embassy;
use rungs_smol::Smol;
use rungs_tokio::{On, Tokio};

use crate::support::ms;

#[test]
fn every_timer_keeps_the_rules() {
    keeps_the_rules(&Smol::new());
    keeps_the_rules(&Embassy::new());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    keeps_the_rules(&On(runtime.handle().clone()));
    let _within = runtime.enter();
    keeps_the_rules(&Tokio::new());
}

fn keeps_the_rules(timer: &(impl Timer + Sync)) {
    never_goes_back(timer);
    smol::block_on(every_sleep_ends(timer));
    smol::block_on(far_deadlines_wait(timer));
}

fn never_goes_back(timer: &(impl Timer + Sync)) {
    let watch = || {
        let mut last = Instant::ZERO;
        for _ in 0..100_000 {
            let now = timer.now();
            assert!(now >= last, "{now} after {last}");
            last = now;
        }
        last
    };
    let last = thread::scope(|scope| [scope.spawn(watch), scope.spawn(watch)].map(|thread| thread.join().unwrap()));
    assert!(last.iter().all(|&last| timer.now() >= last));
}

/// Sleeps until the time has come: a sleep may end early, but it ends.
async fn until(timer: &impl Timer, deadline: Instant) {
    while timer.now() < deadline {
        timer.sleep_until(deadline).await;
    }
}

async fn every_sleep_ends(timer: &impl Timer) {
    timer.sleep_until(Instant::ZERO).await;
    timer.sleep_until(timer.now()).await;
    for nanos in [1, 999, 1_000, 1_001, 1_234_567] {
        until(timer, timer.now() + Duration::from_nanos(nanos)).await;
    }
}

/// Far deadlines neither panic nor wrap around into the past, nor stand in the way of near ones.
async fn far_deadlines_wait(timer: &impl Timer) {
    let now = timer.now();
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let saturating = [now + year, now + 100 * year, now + Duration::MAX, Instant::NEVER];
    let edges = [i64::MAX as u64, 1 << 63, u64::MAX - 1].map(Instant::from_nanos);
    for far in saturating.into_iter().chain(edges) {
        let far_first = async {
            timer.sleep_until(far).await;
            true
        };
        let near_first = async {
            until(timer, timer.now() + ms(1)).await;
            false
        };
        assert!(!smol::future::or(far_first, near_first).await, "{far} came within a millisecond");
    }
}

#[embassy_executor::task]
async fn task(result: mpsc::Sender<Result<u32, String>>) {
    let mut p = Pipeline::new("on embassy");
    let third = p.step("third time").retries(2).backoff(Backoff::fixed(ms(1))).run_with(|cx| async move {
        embassy_time::Timer::after_millis(1).await;
        if cx.attempt() < 3 { Err("not yet".into()) } else { Ok(cx.attempt()) }
    });
    p.step("cut off").timeout(ms(1)).optional().run(pending::<Result<(), BoxError>>);
    let report = p.run(&Embassy).await.unwrap();
    result.send(report.output(third).map(|third| *third).map_err(|error| error.to_string())).unwrap();
}

#[test]
fn a_run_is_a_task_of_embassys() {
    let (result, results) = mpsc::channel();
    // embassy's executor never returns: its thread ends with the process.
    thread::spawn(|| {
        let executor = Box::leak(Box::new(Executor::new()));
        executor.run(|spawner| spawner.spawn(task(result).unwrap()));
    });
    assert_eq!(results.recv().unwrap(), Ok(3));
}
