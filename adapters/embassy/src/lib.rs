#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "defmt")]
mod log;
mod ticks;
mod timer;

#[cfg(feature = "defmt")]
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
