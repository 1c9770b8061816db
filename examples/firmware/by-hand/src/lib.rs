//! The rivals: the boots of the board written by hand, as well as it can be done, and without rungs.
//!
//! - [`joined`]: nested `join`s and loops of retries. No time limits, no record; an attempt that hangs hangs the boot.
//! - [`recorded`]: with time limits, backoff, deadlines, a record of each step, and the root cause for steps whose needs
//!   failed.
//! - [`workload`]: both again for a boot whose steps do next to nothing, to measure what running them costs.
#![no_std]

pub mod joined;
pub mod recorded;
pub mod workload;
