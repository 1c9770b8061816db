//! A board with two sensors on one bus, a radio modem and a watchdog: the steps of its boot, the drivers that they call,
//! and models of its devices for machines that do not have them.
#![no_std]

pub mod cases;
pub mod drivers;
mod fault;
pub mod model;
pub mod plan;
mod steps;
pub mod workload;

pub use fault::Fault;
pub use steps::{Clock, bring_up};
