//! Steps that are taken back after their run.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(clippy::unit_arg, reason = "a step that only waits: `Ok(sleep.await)`")]

mod declared;
mod failing;
mod later;
mod meaning;
mod stored;

use rungs::{Report, sim::Sim};
use std::{fmt::Display, future::Future, sync::Mutex, time::Duration};

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Runs to the end, without a clock.
fn block<T>(future: impl Future<Output = T>) -> T {
    futures_lite::future::block_on(future)
}

/// Runs to the end, in the simulation.
#[track_caller]
fn drive<T>(sim: &Sim, future: impl Future<Output = T>) -> T {
    sim.block_on(future).unwrap()
}

/// What steps and undos do, in the order in which they do it.
#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn write(&self, line: impl Display) {
        self.0.lock().unwrap().push(line.to_string());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A line for each step: its name, its status and why.
fn fates<E: Display, C: rungs::dynamic::Cell + ?Sized>(report: &Report<E, C>) -> Vec<String> {
    let fate = |step: rungs::StepResult<'_, E>| {
        let reason = step.reason().map_or(String::new(), |reason| format!(": {reason:#}"));
        format!("{} {}{reason}", step.name(), step.status())
    };
    report.steps().map(fate).collect()
}
