//! The only asynchronous part: polls the attempts of a run, and keeps one sleep armed.

mod attempt;
mod ends;
mod look_ahead;
#[cfg(all(test, rungs_loom))]
mod models;
mod run;
mod wakes;

pub(crate) use run::{Driver, DriverParts};
pub(crate) use wakes::WakerSlots;
