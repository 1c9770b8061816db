//! The boot of ready steps, both ways.

pub mod joined;
pub mod recorded;
