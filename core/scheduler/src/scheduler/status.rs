//! What becomes of a step, and why.

use crate::plan::StepId;
use core::fmt;

/// What has become of a step.
///
/// ```
/// assert_eq!(rungs_scheduler::Status::Cancelled.to_string(), "cancelled");
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
/// use rungs_scheduler::{Cause, StepId};
///
/// let root = StepId::new(0).unwrap();
/// assert_eq!(Cause::Dependency { root, via: root }.in_short(), "a step that it needs did not succeed");
/// assert_eq!(Cause::RunDeadline.in_short(), "the run's deadline fell");
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
    TaskDropped,
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

impl Cause {
    /// The cause in three words: which it is, and its steps.
    #[doc(hidden)]
    pub const fn pack(cause: Option<Self>) -> [u32; 3] {
        match cause {
            None => [0; 3],
            Some(Self::Failed) => [1, 0, 0],
            Some(Self::TimedOut) => [2, 0, 0],
            Some(Self::Deadline) => [3, 0, 0],
            Some(Self::Panicked) => [4, 0, 0],
            Some(Self::TaskDropped) => [5, 0, 0],
            Some(Self::Dependency { root, via }) => [6, root.number(), via.number()],
            Some(Self::Stopped { by }) => [7, by.number(), 0],
            Some(Self::Cancelled) => [8, 0, 0],
            Some(Self::RunDeadline) => [9, 0, 0],
            Some(Self::NotNeeded) => [10, 0, 0],
        }
    }

    /// What [`pack`](Self::pack) packed.
    #[doc(hidden)]
    pub const fn unpack([kind, root, via]: [u32; 3]) -> Option<Self> {
        let (root, via) = (StepId::from_number(root), StepId::from_number(via));
        Some(match kind {
            1 => Self::Failed,
            2 => Self::TimedOut,
            3 => Self::Deadline,
            4 => Self::Panicked,
            5 => Self::TaskDropped,
            6 => Self::Dependency { root, via },
            7 => Self::Stopped { by: root },
            8 => Self::Cancelled,
            9 => Self::RunDeadline,
            10 => Self::NotNeeded,
            _ => return None,
        })
    }

    /// Its word in data.
    #[doc(hidden)]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Deadline => "deadline",
            Self::Panicked => "panicked",
            Self::TaskDropped => "lost",
            Self::Dependency { .. } => "dependency",
            Self::Stopped { .. } => "stopped",
            Self::Cancelled => "cancelled",
            Self::RunDeadline => "run_deadline",
            Self::NotNeeded => "not_needed",
        }
    }

    /// In a few words, without names of steps.
    pub fn in_short(self) -> &'static str {
        match self {
            Self::Failed => "it failed",
            Self::TimedOut => "timed out",
            Self::Deadline => "its deadline fell",
            Self::Panicked => "it panicked",
            Self::TaskDropped => "its executor dropped it",
            Self::Dependency { .. } => "a step that it needs did not succeed",
            Self::Stopped { .. } => "stopped after a failure",
            Self::Cancelled => "the run was cancelled",
            Self::RunDeadline => "the run's deadline fell",
            Self::NotNeeded => "not needed: nothing went wrong",
        }
    }
}
