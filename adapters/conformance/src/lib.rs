#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a rule that is broken is a panic")]

extern crate alloc;

mod alive;
mod async_suite;
mod exceptions;
#[cfg(feature = "std")]
mod rule;
#[cfg(feature = "std")]
mod suite;
#[cfg(feature = "std")]
mod table;

#[doc(hidden)]
#[cfg(feature = "std")]
pub mod local;
#[doc(hidden)]
pub mod meanings;
#[doc(hidden)]
#[cfg(feature = "std")]
pub mod spawner;
#[doc(hidden)]
#[cfg(feature = "std")]
pub mod threads;
#[doc(hidden)]
pub mod timer;

#[cfg(feature = "std")]
pub use rule::Rule;
#[cfg(feature = "std")]
pub use table::{Outcome, Table};

#[doc(hidden)]
pub mod __private {
    pub use crate::exceptions::find;
    #[cfg(feature = "std")]
    pub use crate::rule::check_by_name;
    pub use rungs::InPlace;
}
