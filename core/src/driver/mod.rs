//! The only asynchronous part: polls the attempts of a run, and keeps one sleep armed.

mod apart;
mod attempt;
mod claims;
mod ends;
mod lacking;
mod look_ahead;
#[cfg(rungs_loom)]
mod loom_waker;
#[cfg(all(test, rungs_loom))]
mod models;
mod polled_run;
mod rare;
mod releases;
mod run;
mod run_end;
mod slots;
mod told_steps;
mod traced;
mod waiting;
mod wakes;

pub use traced::PanicSource;

pub(crate) use attempt::{poll_cancel, poll_to_end};
pub(crate) use claims::Wants;
pub(crate) use rare::Rare;
pub(crate) use run::{Driver, DriverParts};
pub(crate) use run_end::{RunEnd, RunRest};
pub(crate) use slots::WakerSlots;
pub(crate) use traced::{RunPanic, TracedObservers};
