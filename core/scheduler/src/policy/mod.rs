//! What may fail, how often and for how long: pure data.

mod backoff;
mod config;
#[cfg(feature = "serde")]
mod data;
mod delays;
pub(crate) mod limit;
mod readers;
mod retry;
mod settings;
mod when;

#[cfg(test)]
pub(crate) use backoff::random;
pub use backoff::{Backoff, Jitter};
pub use config::{Config, OnFailure, Order};
pub use delays::Delays;
pub use retry::Retry;
pub use settings::Settings;
pub use when::When;
