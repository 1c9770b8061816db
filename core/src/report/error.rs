//! The error of those who ask for an output that is not there.

use super::StepResult;
use crate::pipeline::{Cell, SharedCell};
use core::fmt;

/// An output that is not there.
///
/// ```
/// use rungs::{NoClock, NoOutput, Pipeline};
///
/// let mut p = Pipeline::new("outputs");
/// p.step("one").run(|| async { Ok(1_u8) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert!(matches!(report.output_named::<u8>("two"), Err(NoOutput::NoSuchStep)));
/// assert!(matches!(report.output_named::<u64>("one"), Err(NoOutput::OtherType)));
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub enum NoOutput<'r, E, C: ?Sized = SharedCell> {
    /// What became of the step instead.
    NoSuccess(StepResult<'r, E, C>),
    /// The step's result has another type.
    OtherType,
    /// There is no such step.
    NoSuchStep,
}

impl<E: fmt::Display, C: Cell + ?Sized> fmt::Display for NoOutput<'_, E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuccess(step) => {
                write!(f, "`{}` has no result", step.name())?;
                step.reason().map_or(Ok(()), |reason| write!(f, ": {reason}"))
            }
            Self::OtherType => f.write_str("the step's result has another type"),
            Self::NoSuchStep => f.write_str("there is no such step"),
        }
    }
}

impl<E: fmt::Debug, C: Cell + ?Sized> fmt::Debug for NoOutput<'_, E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuccess(step) => f.debug_tuple("NoSuccess").field(step).finish(),
            Self::OtherType => f.write_str("OtherType"),
            Self::NoSuchStep => f.write_str("NoSuchStep"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display, C: Cell + ?Sized> core::error::Error for NoOutput<'_, E, C> {}
