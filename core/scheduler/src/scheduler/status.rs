//! What becomes of a step.

use super::StepState;
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

/// A number of attempts as text: `262,143+` for the highest, which stands for all that are higher.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct AttemptCount(pub u32);

const HIGHEST: &str = "262,143+";

impl AttemptCount {
    const fn is_highest(self) -> bool {
        self.0 >= StepState::MAX_ATTEMPTS
    }
}

impl fmt::Display for AttemptCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_highest() { f.pad_integral(true, "", HIGHEST) } else { self.0.fmt(f) }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for AttemptCount {
    fn format(&self, f: defmt::Formatter<'_>) {
        if self.is_highest() {
            defmt::write!(f, "{=str}", HIGHEST);
        } else {
            defmt::write!(f, "{=u32}", self.0);
        }
    }
}
