//! What may fail, how often and for how long: pure data.

mod backoff;
mod config;
pub(crate) mod settings;

#[cfg(test)]
pub(crate) use backoff::random;
pub use backoff::{Backoff, Jitter};
pub use config::{Config, OnFailure, Order};
pub use settings::{Retry, Settings, When};
