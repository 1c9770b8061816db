//! The simulation that users get: what it promises of itself, and random runs in it.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]
#![allow(clippy::unit_arg, reason = "a step that only waits: `Ok(sleep.await)`")]

mod errors;
mod left;
mod lingering;
mod order;
mod random;
mod scripts;
mod tasks;
