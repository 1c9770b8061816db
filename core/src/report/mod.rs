//! Reports: every step's result, and a summary. One view serves both APIs, which store their records in different ways.

#[cfg(feature = "alloc")]
mod as_error;
#[cfg(feature = "alloc")]
mod attempt_times;
mod bar;
#[cfg(feature = "alloc")]
mod chrome_trace;
mod critical_path;
#[cfg(feature = "defmt")]
mod defmt;
#[cfg(feature = "alloc")]
mod durations;
#[cfg(feature = "alloc")]
mod dynamic;
#[cfg(feature = "alloc")]
mod error;
#[cfg(feature = "alloc")]
mod long_poll;
#[cfg(feature = "alloc")]
mod notes;
#[cfg(feature = "alloc")]
mod outputs;
#[cfg(feature = "alloc")]
mod poll_times;
mod record;
mod results;
#[cfg(feature = "serde")]
mod serde;
mod step;
#[cfg(feature = "alloc")]
mod step_polls;
mod table;
mod timeline;

#[cfg(feature = "alloc")]
pub use as_error::{ErrorChain, Holds, HoldsLocal, HoldsSend, IsError, Text};
#[cfg(feature = "alloc")]
pub use attempt_times::AttemptTimes;
#[cfg(feature = "alloc")]
pub use chrome_trace::ChromeTrace;
#[cfg(feature = "alloc")]
pub use durations::Durations;
#[cfg(feature = "alloc")]
pub use dynamic::Report;
#[cfg(feature = "alloc")]
pub use error::{OutputError, OutputErrorKind, RunError};
#[cfg(feature = "alloc")]
pub use long_poll::LongPoll;
#[cfg(feature = "alloc")]
pub use poll_times::PollTimes;
pub use results::StepResults;
pub use step::{Reason, StepResult};
#[cfg(feature = "alloc")]
pub use step_polls::StepPolls;
#[cfg(feature = "alloc")]
pub(crate) use table::Short;
pub use timeline::Timeline;

#[cfg(feature = "macros")]
pub(crate) use crate::exit_code::{OptionalSteps, count, exit_code};
#[cfg(feature = "alloc")]
pub(crate) use as_error::ErrorViews;
#[cfg(feature = "alloc")]
pub(crate) use dynamic::Undoing;
#[cfg(feature = "alloc")]
pub(crate) use notes::RunNotes;
#[cfg(feature = "alloc")]
pub(crate) use notes::{WallClock, wall_clock};
#[cfg(feature = "macros")]
pub(crate) use record::{Own, Record};
#[cfg(feature = "macros")]
pub(crate) use table::{Brief, Table};

#[cfg(all(feature = "defmt", feature = "macros"))]
pub(crate) use defmt::log_report;
