//! The boots of the board written by hand, as well as we can and without rungs, for comparison.
//!
//! - [`joined`]: nested `join`s and retry loops. No time limits, no record; if an attempt hangs, the boot hangs.
//! - [`recorded`]: with time limits, backoff, deadlines, a record of each step, and the root cause for steps whose needs
//!   failed.
//! - [`workload`]: both again for a boot whose steps do next to nothing, to measure what running them costs.
#![no_std]

pub mod joined;
pub mod recorded;
pub mod workload;
