//! What a step costs with rungs, by hand, and with other crates.
//!
//! The program `peers` starts a process for each contestant and workload, so that one that is slow, or wrong, or panics hurts
//! nobody else, and prints tables. `benches/README.md` says how to run it and how to add a contestant.

pub mod body;
pub mod child;
pub mod comparison;
pub mod contestant;
pub mod contestants;
pub mod entry;
pub mod graph;
pub mod life;
pub mod workload;
