//! What may fail, how often and for how long: pure data.

mod backoff;
mod config;
#[cfg(feature = "serde")]
mod data;
pub(crate) mod limit;
mod settings;

#[cfg(test)]
pub(crate) use backoff::random;
pub use backoff::{Backoff, Delays, Jitter};
pub use config::{Config, OnFailure, Order};
pub use settings::{Retry, Settings, When};
