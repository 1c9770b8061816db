#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

mod ticks;
mod timer;

pub use timer::Sleep;

use core::{fmt, marker::PhantomData};

/// A monotonic of RTIC as a [`Timer`](rungs::Timer).
///
/// `M` is the type that a macro of rtic-monotonics makes, such as `systick_monotonic!(Mono, 1_000)`. Its ticks must have 64 bits
/// (of SysTick: the feature `systick-64bit`), because a clock of 32 bits starts anew after some hours or days.
///
/// # Panics
/// A sleep on a monotonic that was not started panics; the message is rtic-time's.
pub struct Rtic<M>(PhantomData<fn() -> M>);

impl<M> Rtic<M> {
    /// The clock of that monotonic.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

// Derived, these would ask the same of `M`.

impl<M> Clone for Rtic<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Rtic<M> {}

impl<M> Default for Rtic<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> fmt::Debug for Rtic<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rtic")
    }
}
