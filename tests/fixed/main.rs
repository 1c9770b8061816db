//! The static API: the modules that `#[pipeline]` expands, run in a simulation.
#![allow(clippy::unwrap_used, clippy::panic, unnameable_types, unreachable_pub, missing_docs, reason = "tests")]

#[path = "../dynamic/support/clock.rs"]
mod clock;

mod boots;
mod borrowed;
mod branches;
mod checkpoints;
mod clocks;
mod conditions;
mod defaults;
mod drives;
mod dropped;
mod fast_path;
mod fields;
mod generics;
mod infallible;
mod limits;
mod outcomes;
mod ownership;
mod panics;
mod settings;
mod signals;
mod sizes;
mod stops;
mod texts;
mod turns;
mod undo;
mod unmet;

use clock::Counted;
use rungs::sim::{Clock, Sim};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// Runs to the end, in the simulation.
#[track_caller]
fn run<T>(sim: &Sim, run: impl Future<Output = T>) -> T {
    sim.block_on(run).unwrap_or_else(|error| panic!("{error}"))
}

/// Polls a run by hand.
struct Hand {
    woken: Arc<Woken>,
    waker: Waker,
}

impl Hand {
    fn new() -> Self {
        let woken = Arc::new(Woken::default());
        Self { waker: Waker::from(woken.clone()), woken }
    }

    fn poll<T>(&self, run: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Poll<T> {
        run.poll(&mut Context::from_waker(&self.waker))
    }

    /// Whether it was woken since the last call.
    fn was_woken(&self) -> bool {
        self.woken.0.swap(false, Ordering::Relaxed)
    }
}

/// Whether the run has been woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An event as one line of text, with its time in milliseconds.
fn line<E: std::fmt::Display>(event: &rungs::Event<'_, E>) -> String {
    format!("{} {event}", event.at.as_nanos() / 1_000_000)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad(&'static str);

impl std::fmt::Display for Bad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

const fn ms(millis: u64) -> std::time::Duration {
    std::time::Duration::from_millis(millis)
}
