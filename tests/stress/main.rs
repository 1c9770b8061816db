//! Races of real threads: timeouts, cancels, failures, panics and dropped runs meet completions on executors of four threads. A
//! run follows at once on every other one that was dropped.
//!
//! `RUNGS_STRESS=10000 cargo test --release -p rungs-tests --test stress -- --nocapture` makes ten thousand runs on each
//! executor; `RUNGS_SEED=n` begins at another seed. Without these a share of 400 is made. What the threads do differs from one
//! time to the next, so a seed gives the same cases and not the same races.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

mod board;
mod case;
mod play;
mod shared;

use async_executor::Executor;
use board::Progress;
use rungs_smol::Smol;
use rungs_tokio::Tokio;
use std::{env, sync::Arc, thread};
use tokio::runtime::Builder;

const THREADS: usize = 4;

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// The seeds of each of four tasks, which make runs one after the other.
fn shares() -> [Vec<u64>; THREADS] {
    let (first, runs) = (number("RUNGS_SEED", 1), number("RUNGS_STRESS", 400));
    [0, 1, 2, 3].map(|task| (first..first + runs).skip(task).step_by(THREADS).collect())
}

#[test]
fn on_async_executor() {
    let progress = Progress::watched("async-executor");
    let executor = Arc::new(Executor::new());
    let (stop, stopped) = smol::channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| futures_lite::future::block_on(executor.run(stopped.recv())));
        }
        let on = rungs_async_executor::On(executor.clone());
        let tasks = shares().map(|seeds| executor.spawn(play::all(seeds, Smol, on.clone(), progress.clone())));
        for task in tasks {
            futures_lite::future::block_on(task);
        }
        drop(stop);
    });
    progress.finish();
}

#[test]
fn on_tokio() {
    let progress = Progress::watched("tokio");
    let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_time().build().unwrap();
    let tasks = shares().map(|seeds| runtime.spawn(play::all(seeds, Tokio, Tokio, progress.clone())));
    for task in tasks {
        runtime.block_on(task).unwrap();
    }
    progress.finish();
}
