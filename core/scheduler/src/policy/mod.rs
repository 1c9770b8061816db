//! What may fail, how often and for how long: pure data.

mod backoff;
mod config;
#[cfg(feature = "serde")]
mod data;
pub(crate) mod limit;
mod readers;
mod retry;
mod settings;
mod when;

#[cfg(test)]
pub(crate) use backoff::random;
pub use backoff::{Backoff, Delays, Jitter};
pub use config::{Config, OnFailure, Order};
pub use retry::Retry;
pub use settings::Settings;
pub use when::When;
