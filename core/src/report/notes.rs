//! What a report holds beside the states of the steps.

use super::as_error::AsError;
use crate::steps::{Errors, Pauses};
use rungs_scheduler::Instant;

/// What is kept of a run beside the states of its steps.
pub(crate) struct RunNotes<E> {
    pub(crate) errors: Errors<E>,
    pub(crate) pauses: Pauses,
    /// Gives an error as a `dyn Error`, which leads to its sources.
    pub(crate) as_error: AsError<E>,
    pub(crate) started: Instant,
    pub(crate) finished: Instant,
    #[cfg_attr(not(feature = "std"), expect(dead_code, reason = "there is none"))]
    pub(crate) wall_clock: WallClock,
}

/// A time by the wall clock, where there is one.
#[cfg(feature = "std")]
pub(crate) type WallClock = std::time::SystemTime;
#[cfg(not(feature = "std"))]
pub(crate) struct WallClock;

/// The time by the wall clock; the Unix epoch on the one target whose std panics instead of telling it.
#[cfg(feature = "std")]
pub(crate) fn wall_clock() -> std::time::SystemTime {
    if cfg!(all(target_family = "wasm", target_os = "unknown")) {
        return std::time::UNIX_EPOCH;
    }
    std::time::SystemTime::now()
}

#[cfg(not(feature = "std"))]
pub(crate) fn wall_clock() -> WallClock {
    WallClock
}
