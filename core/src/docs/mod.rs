//! Pages on one subject each.

#[cfg(feature = "alloc")]
#[doc = include_str!("results_and_ownership.md")]
pub mod results_and_ownership {}
