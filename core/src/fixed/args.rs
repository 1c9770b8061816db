//! The functions that are in scope in the arguments of `#[pipeline]` and `#[step]`, without an import.
//!
//! ```
//! #[rungs::pipeline(error = &'static str, deadline = mins(1))]
//! mod boot {
//!     #[step(retries = 3, backoff = exponential(ms(10)).cap(secs(1)), timeout = us(500))]
//!     async fn power() -> Result<(), &'static str> {
//!         Ok(())
//!     }
//! }
//! assert!(boot::Pipeline::STATIC_PLAN.plan.needs_clock().is_some());
//! # use rungs::fixed::StaticPipeline;
//! ```

pub use crate::{Backoff, Jitter};
use core::time::Duration;

/// Microseconds.
pub const fn us(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

/// Milliseconds.
pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Seconds.
pub const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Minutes.
pub const fn mins(mins: u64) -> Duration {
    Duration::from_secs(mins.saturating_mul(60))
}

/// The same delay before each retry.
pub const fn fixed(delay: Duration) -> Backoff<'static> {
    Backoff::fixed(delay)
}

/// These delays; the last one repeats.
pub const fn list(delays: &'static [Duration]) -> Backoff<'static> {
    Backoff::list(delays)
}

/// `first`, then each delay twice the one before.
pub const fn exponential(first: Duration) -> Backoff<'static> {
    Backoff::exponential(first)
}

/// `first`, then `first` longer each time.
pub const fn linear(first: Duration) -> Backoff<'static> {
    Backoff::linear(first)
}

/// Before each retry the delay that the function gives for its number, from 1.
pub const fn custom(delay: fn(u32) -> Duration) -> Backoff<'static> {
    Backoff::custom(delay)
}
