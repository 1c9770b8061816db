//! The boot that is measured, both ways.

pub mod joined;
pub mod recorded;
