//! What becomes of a step, and why.

use crate::plan::StepId;
use core::fmt;

/// What has become of a step.
///
/// ```
/// assert_eq!(rungs::Status::Cancelled.to_string(), "cancelled");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Status {
    /// Not started yet.
    Pending,
    /// Started and not ended: an attempt is in flight, or another will follow.
    Running,
    /// Its last attempt succeeded.
    Success,
    /// Its last attempt failed for good, or a need failed.
    Failed,
    /// Never started, and never will.
    Skipped,
    /// Started, and cut short.
    Cancelled,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        })
    }
}

/// Why a step did not succeed.
///
/// ```
/// use rungs::{Cause, StepId};
///
/// let root = StepId::new(0).unwrap();
/// assert_eq!(Cause::Dependency { root, via: root }.to_string(), "a step that it needs did not succeed");
/// assert_eq!(Cause::RunDeadline.to_string(), "the run's deadline fell");
/// ```
///
/// Reports and events say it with the names of the steps: see [`Origin`](crate::Origin).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Cause {
    /// Its own error: the last attempt's.
    Failed,
    /// Its last attempt took longer than its timeout.
    TimedOut,
    /// Its own deadline fell while an attempt was in flight.
    Deadline,
    /// It panicked.
    Panicked,
    /// Its executor dropped the spawned attempt.
    Lost,
    /// A need did not succeed.
    Dependency {
        /// Where it began.
        root: StepId,
        /// The step's own need through which it came.
        via: StepId,
    },
    /// The run was stopped by the failure of a required step.
    Stopped {
        /// The step that failed.
        by: StepId,
    },
    /// The run was stopped from outside.
    Cancelled,
    /// The run's deadline fell.
    RunDeadline,
    /// Nothing that it watches went wrong.
    NotNeeded,
}

/// In a few words, without the names of steps.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
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
        })
    }
}
