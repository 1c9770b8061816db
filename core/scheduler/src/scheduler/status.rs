//! What becomes of a step.

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
    /// Never started, and never will; or it skipped itself.
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
