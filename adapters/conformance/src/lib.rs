#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a rule that is broken is a panic")]

mod alive;
mod rule;
mod suite;
mod table;

#[doc(hidden)]
pub mod local;
#[doc(hidden)]
pub mod meanings;
#[doc(hidden)]
pub mod spawner;
#[doc(hidden)]
pub mod threads;
#[doc(hidden)]
pub mod timer;

pub use rule::Rule;
pub use table::Table;

#[doc(hidden)]
pub mod __private {
    pub use crate::rule::{check_by_name, find};
    pub use rungs::InPlace;
}
