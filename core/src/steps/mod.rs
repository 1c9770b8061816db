//! Steps without their types: names, handles, results, attempts. The dynamic API makes them; the driver and the reports know
//! steps by nothing else.

mod absent;
mod attempt;
mod by_step;
mod cell;
mod closest;
mod dependents;
mod emissions;
mod handle;
mod kind;
mod names;
mod owned;
mod pauses;
mod run_record;
mod undo_run;
mod warnings;
mod watch;
mod work;

pub use attempt::Attempt;
pub use cell::{Cell, LocalCell, Out, ResultSlot, SharedCell, ValueType};
pub use emissions::Emitted;
pub use handle::Handle;
pub use kind::{Holds, HoldsResult, Kind, Local, Shared};
pub use owned::{Owned, OwnedValue, Takes};
pub use warnings::{OutdatedCheckpoint, PlanWarning, Warnings};
pub use watch::{StepWatch, WatchError};
pub use work::{AttemptError, Work};

pub(crate) use attempt::{RunExtras, RunParts};
pub(crate) use by_step::ByStep;
pub(crate) use cell::{OtherType, TakeError, slot, take};
pub(crate) use closest::Suggestions;
pub(crate) use dependents::Dependents;
pub(crate) use emissions::{Emission, Emissions};
pub(crate) use names::{Names, short_list};
pub(crate) use pauses::Pauses;
pub(crate) use run_record::{Errors, OwnErrors, ReportRecord, RunRecord, Shelf, drop_result, record_from};
pub(crate) use undo_run::{TakenBack, UndoRun};
pub(crate) use watch::Watches;
pub(crate) use work::RetryPredicate;
