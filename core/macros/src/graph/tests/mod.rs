//! All small graphs, against what can be found by trying everything.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod apart;
mod cycles;
mod orders;
mod paths;
mod runs;
mod scheduler;
mod space;
