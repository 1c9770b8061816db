//! All small graphs, compared with what is found by trying everything.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod apart;
mod cycles;
mod lanes;
mod orders;
mod reversed;
mod runs;
mod scheduler;
mod space;
