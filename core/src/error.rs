//! Errors of steps.

use core::fmt;
use rungs_scheduler::{__private::Why, StepId};
#[cfg(any(feature = "alloc", feature = "macros"))]
use rungs_scheduler::{Cause, Status, StepState};

/// Why a step failed.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{NoClock, Pipeline, StepError};
///
/// let mut p = Pipeline::with_error("errors");
/// let port = p.step("port").run(|| async { "eighty".parse::<u16>() });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// let Some(StepError::Failed(error)) = report.get("port").unwrap().error() else { unreachable!() };
/// assert_eq!(*error, "eighty".parse::<u16>().unwrap_err());
/// # let _ = port;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StepError<E> {
    /// Its own error: the last attempt's.
    Failed(E),
    /// Its last attempt took longer than its timeout.
    TimedOut,
    /// Its deadline passed while an attempt was in flight.
    Deadline,
    /// It panicked, with this message.
    #[cfg(feature = "alloc")]
    Panicked(alloc::string::String),
    /// Its result could not be stored, or, in an undo, what is stored of the step could not be removed; with this text of the
    /// store's error: see [`Checkpoints`](crate::Checkpoints).
    #[cfg(feature = "checkpoints")]
    NotStored(alloc::string::String),
    /// Its executor dropped the spawned attempt.
    TaskDropped,
    /// A need failed.
    Dependency {
        /// Where it began.
        root: StepId,
        /// The step's own need through which it came.
        via: StepId,
    },
    /// An attempt that was given up holds the resources that it lacks.
    Blocked {
        /// The step whose attempt was given up.
        by: StepId,
    },
}

#[cfg(any(feature = "alloc", feature = "macros"))]
impl<E> StepError<E> {
    /// The error that follows from a step's state alone. If there is none, it is the step's own last error.
    pub(crate) fn of(state: &StepState) -> Option<Self> {
        match (state.status(), state.cause()) {
            (Status::Success, _) | (_, Some(Cause::Panicked | Cause::SkippedItself)) => None,
            (Status::Failed, Some(Cause::Dependency { root, via })) => Some(Self::Dependency { root, via }),
            (_, Some(Cause::Blocked { by })) => Some(Self::Blocked { by }),
            (_, Some(Cause::Deadline)) => Some(Self::Deadline),
            (_, Some(Cause::TaskDropped)) => Some(Self::TaskDropped),
            _ => state.timed_out_last().then_some(Self::TimedOut),
        }
    }

    /// The step's own error, if it is one.
    #[cfg(feature = "alloc")]
    pub(crate) fn returned(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// The same error by reference.
    #[cfg(feature = "alloc")]
    pub(crate) fn borrowed(&self) -> StepError<&E> {
        match self {
            Self::Failed(error) => StepError::Failed(error),
            Self::TimedOut => StepError::TimedOut,
            Self::Deadline => StepError::Deadline,
            Self::Panicked(message) => StepError::Panicked(message.clone()),
            #[cfg(feature = "checkpoints")]
            Self::NotStored(error) => StepError::NotStored(error.clone()),
            Self::TaskDropped => StepError::TaskDropped,
            &Self::Dependency { root, via } => StepError::Dependency { root, via },
            &Self::Blocked { by } => StepError::Blocked { by },
        }
    }
}

impl<E: fmt::Display> fmt::Display for StepError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            // `{:#}` is passed on: error types print their sources then.
            Self::Failed(error) => return error.fmt(f),
            #[cfg(feature = "alloc")]
            Self::Panicked(message) => return write!(f, "panicked: {message}"),
            #[cfg(feature = "checkpoints")]
            Self::NotStored(error) => return write!(f, "its result was not stored: {error}"),
            Self::TimedOut => Why::TimedOut.text(),
            Self::Deadline => Why::Deadline.text(),
            Self::TaskDropped => Why::TaskDropped.text(),
            Self::Dependency { .. } => "a step that it needs failed",
            Self::Blocked { .. } => Why::Blocked.text(),
        })
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
