#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(all(feature = "defmt", feature = "alloc"))]
mod log;
mod ticks;
mod timer;

#[cfg(all(feature = "defmt", feature = "alloc"))]
pub use log::Log;

/// embassy: its clock as a [`Timer`](rungs::Timer).
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a word, used as a value")]
pub struct Embassy;

impl Embassy {
    /// The same as the bare word.
    pub const fn new() -> Self {
        Self
    }
}
