//! Steps without their types: names, handles, results, attempts. The dynamic API makes them; the driver and the reports know
//! steps by nothing else.

mod attempt;
mod cell;
mod closest;
mod dependents;
mod handle;
mod kind;
mod names;
mod run_record;
mod unmet;
mod warnings;
mod work;

pub use attempt::Attempt;
pub use cell::{Cell, LocalCell, Out, ResultSlot, SharedCell};
pub use handle::Handle;
pub use kind::{Holds, HoldsResult, Kind, Local, Shared};
pub use unmet::Unmet;
pub use warnings::{PlanWarning, Warnings};
pub use work::{AttemptError, Work};

pub(crate) use cell::{OtherType, slot};
pub(crate) use closest::Suggestions;
pub(crate) use dependents::Dependents;
pub(crate) use names::Names;
pub(crate) use run_record::{Errors, OwnErrors, RunRecord};
pub(crate) use work::RetryPredicate;
