//! Seeing what happens: what travels with attempts, where their time goes, timelines and traces of both APIs.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(clippy::unit_arg, reason = "a step that only waits: `Ok(sleep.await)`")]

mod lacking;
mod polls;
mod scopes;
mod timelines;
mod traces;

use rungs::sim::Sim;
use std::{future::Future, time::Duration};

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Runs to the end, in the simulation.
#[track_caller]
fn drive<T>(sim: &Sim, future: impl Future<Output = T>) -> T {
    sim.block_on(future).unwrap()
}
