//! The simulation that users get: what it promises of itself, and random runs in it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod errors;
mod left;
mod lingering;
mod order;
mod random;
mod scripts;
mod tasks;
