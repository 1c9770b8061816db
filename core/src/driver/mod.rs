//! The only asynchronous part: polls the attempts of a run, and keeps one sleep armed.

mod attempt;
mod ends;
mod look_ahead;
mod polled_run;
mod run;
mod traced;
mod wakes;

pub use traced::PanicSource;

pub(crate) use attempt::drop_attempt;
pub(crate) use run::{Driver, DriverParts, RunEnd};
pub(crate) use traced::{RunPanic, TracedObservers};
pub(crate) use wakes::WakerSlots;
