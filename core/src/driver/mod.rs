//! The only asynchronous part: polls the attempts of a run, and keeps one sleep armed.

mod attempt;
mod ends;
mod look_ahead;
mod polled_run;
mod run;
mod wakes;

pub(crate) use run::{Driver, DriverParts};
pub(crate) use wakes::WakerSlots;
