//! Errors of steps, and of those who ask for an output that is not there.

use super::StepResult;
use crate::{
    pipeline::{Cell, SharedCell},
    plan::StepId,
    scheduler::Cause,
};
use alloc::string::String;
use core::fmt;

/// Why a step failed.
///
/// ```
/// use rungs::{NoClock, Pipeline, StepError};
///
/// let mut p = Pipeline::new("errors");
/// let port = p.step("port").run(|| async { "eighty".parse::<u16>() });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// let Some(StepError::Failed(error)) = report.get("port").unwrap().error() else { unreachable!() };
/// assert_eq!(*error, "eighty".parse::<u16>().unwrap_err());
/// # let _ = port;
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StepError<E> {
    /// Its own error: the last attempt's.
    Failed(E),
    /// Its last attempt took longer than its timeout.
    TimedOut,
    /// Its deadline fell while an attempt was in flight.
    Deadline,
    /// It panicked, with this message.
    Panicked(String),
    /// Its executor dropped the spawned attempt.
    Lost,
    /// A need failed.
    Dependency {
        /// Where it began.
        root: StepId,
        /// The step's own need through which it came.
        via: StepId,
    },
}

impl<E: fmt::Display> fmt::Display for StepError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // `{:#}` is passed on: error types print their sources then.
            Self::Failed(error) => error.fmt(f),
            Self::TimedOut => f.write_str(Cause::TimedOut.in_short()),
            Self::Deadline => f.write_str(Cause::Deadline.in_short()),
            Self::Panicked(message) => write!(f, "panicked: {message}"),
            Self::Lost => f.write_str(Cause::Lost.in_short()),
            Self::Dependency { .. } => f.write_str("a step that it needs failed"),
        }
    }
}

impl<E: core::error::Error + 'static> core::error::Error for StepError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            // It prints as the error itself, so the chain goes on behind that.
            Self::Failed(error) => error.source(),
            _ => None,
        }
    }
}

impl Cause {
    /// In a few words, without names of steps.
    pub fn in_short(self) -> &'static str {
        match self {
            Self::Failed => "it failed",
            Self::TimedOut => "timed out",
            Self::Deadline => "its deadline fell",
            Self::Panicked => "it panicked",
            Self::Lost => "its executor dropped it",
            Self::Dependency { .. } => "a step that it needs did not succeed",
            Self::Stopped { .. } => "stopped after a failure",
            Self::Cancelled => "the run was cancelled",
            Self::RunDeadline => "the run's deadline fell",
            Self::NotNeeded => "not needed: nothing went wrong",
        }
    }
}

/// An output that is not there.
///
/// ```
/// use rungs::{NoClock, NoOutput, Pipeline};
///
/// let mut p: Pipeline = Pipeline::new("outputs");
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
