#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "defmt")]
mod log;
mod ticks;
mod timer;

#[cfg(feature = "defmt")]
pub use log::Log;

/// The clock of embassy as a [`Timer`](rungs::Timer).
///
/// ```
/// use core::time::Duration;
/// use rungs::Timer;
/// use rungs_embassy::Embassy;
///
/// let deadline = Embassy.now() + Duration::from_millis(1);
/// futures_lite::future::block_on(Embassy.sleep_until(deadline));
/// assert!(Embassy.now() >= deadline);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "programs write it as a value")]
pub struct Embassy;

impl Embassy {
    /// Equivalent to writing `Embassy`.
    pub const fn new() -> Self {
        Self
    }
}
