//! Runs as tasks of embassy's. The rules of its timer are checked by `tests/adapters`.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use embassy_executor::Executor;
use rungs::{Backoff, BoxError, NoClock, Pipeline};
use rungs_embassy::Embassy;

use crate::support::{give_way, ms};

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

/// A task beside a run: it notes each of its turns.
#[embassy_executor::task(pool_size = 2)]
async fn neighbour(turns: Arc<AtomicU32>) {
    for _ in 0..200 {
        turns.fetch_add(1, Ordering::SeqCst);
        give_way().await;
    }
}

/// Succeeds once the neighbour has had a hundred turns.
fn after_a_hundred(turns: &AtomicU32) -> Result<(), &'static str> {
    if turns.load(Ordering::SeqCst) < 100 { Err("not yet") } else { Ok(()) }
}

#[allow(unreachable_pub, reason = "as programs write it")]
#[rungs::pipeline(error = &'static str)]
mod spinning {
    use super::*;

    pub struct Context {
        pub turns: Arc<AtomicU32>,
    }

    #[step(retry_forever)]
    async fn spins(turns: &Arc<AtomicU32>) -> Result<(), &'static str> {
        after_a_hundred(turns)
    }
}

#[embassy_executor::task]
async fn dynamic_run(turns: Arc<AtomicU32>, exit_codes: mpsc::Sender<u8>) {
    let mut p = Pipeline::with_error("spinning");
    p.step("spins").retry_forever().run(|| async { after_a_hundred(&turns) });
    let report = p.run(&NoClock).await.unwrap();
    exit_codes.send(report.exit_code()).unwrap();
}

#[embassy_executor::task]
async fn static_run(turns: Arc<AtomicU32>, exit_codes: mpsc::Sender<u8>) {
    let report = spinning::run(&mut spinning::Context { turns }, &NoClock).await;
    exit_codes.send(report.exit_code()).unwrap();
}

#[test]
fn other_tasks_have_their_turns_while_a_run_spins_on_retries() {
    for is_static in [false, true] {
        let (exit_code, exit_codes) = mpsc::channel();
        thread::spawn(move || {
            let executor = Box::leak(Box::new(Executor::new()));
            let turns = Arc::new(AtomicU32::new(0));
            executor.run(|spawner| {
                spawner.spawn(neighbour(turns.clone()).unwrap());
                match is_static {
                    true => spawner.spawn(static_run(turns, exit_code).unwrap()),
                    false => spawner.spawn(dynamic_run(turns, exit_code).unwrap()),
                }
            });
        });
        assert_eq!(exit_codes.recv(), Ok(0), "static: {is_static}");
    }
}

#[allow(unreachable_pub, reason = "as programs write it")]
#[rungs::pipeline(error = &'static str)]
mod boot {
    pub struct Board {
        pub tries: u32,
    }

    #[step(retries = 3, backoff = fixed(ms(3)), timeout = ms(20))]
    async fn sensor(tries: &mut u32) -> Result<u32, &'static str> {
        *tries += 1;
        if *tries < 3 {
            embassy_time::Timer::after_secs(3_600).await;
        }
        Ok(*tries)
    }

    #[step(when_all_done)]
    async fn tell(sensor: Result<&u32, rungs::Cause>) -> u32 {
        sensor.map_or(0, |tries| *tries)
    }
}

/// Boots, is cut off by a timeout of embassy's, and boots again.
#[embassy_executor::task]
async fn boots(ends: mpsc::Sender<(bool, u8, Option<u32>)>) {
    let mut board = boot::Board { tries: 0 };
    let limit = embassy_time::Duration::from_millis(1);
    let is_cut_off = embassy_time::with_timeout(limit, boot::run(&mut board, &Embassy)).await.is_err();
    let report = boot::run(&mut board, &Embassy).await;
    ends.send((is_cut_off, report.exit_code(), report.outputs.tell)).unwrap();
}

#[test]
fn a_static_run_that_a_task_of_embassys_drops_runs_again() {
    let (end, ends) = mpsc::channel();
    thread::spawn(|| {
        let executor = Box::leak(Box::new(Executor::new()));
        executor.run(|spawner| spawner.spawn(boots(end).unwrap()));
    });
    assert_eq!(ends.recv(), Ok((true, 0, Some(3))));
}
