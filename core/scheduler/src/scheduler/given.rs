//! How steps may have ended before their run begins.

use super::cause::Cause;

/// How a step has ended before the run begins; see [`Scheduler::resume`](super::Scheduler::resume).
///
/// ```
/// use rungs_scheduler::{Cause, Given};
///
/// assert_eq!(Given::NotSelected.cause(), Some(Cause::NotSelected));
/// assert_eq!(Given::Success.cause(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
#[non_exhaustive]
pub enum Given {
    /// It has succeeded: its result is there.
    Success = 1,
    /// It has skipped itself.
    SkippedItself,
    /// The run is not asked for it. It is skipped with the cause [`NotSelected`](crate::Cause::NotSelected).
    NotSelected,
    /// Only steps that have ended need its result. It is skipped with the cause [`UpToDate`](crate::Cause::UpToDate).
    UpToDate,
    /// A check before the run has returned an error: the step fails without an attempt.
    Failed,
    /// A check before the run has panicked: the step fails without an attempt.
    Panicked,
    /// A check before the run has taken too long: the step fails without an attempt.
    TimedOut,
}

impl Given {
    const ALL: [Self; 7] = [
        Self::Success,
        Self::SkippedItself,
        Self::NotSelected,
        Self::UpToDate,
        Self::Failed,
        Self::Panicked,
        Self::TimedOut,
    ];

    /// The cause with which the step ends; `None` for a success.
    pub const fn cause(self) -> Option<Cause> {
        Some(match self {
            Self::Success => return None,
            Self::SkippedItself => Cause::SkippedItself,
            Self::NotSelected => Cause::NotSelected,
            Self::UpToDate => Cause::UpToDate,
            Self::Failed => Cause::Failed,
            Self::Panicked => Cause::Panicked,
            Self::TimedOut => Cause::TimedOut,
        })
    }

    /// What a doomed step keeps, which is 0 for one that its needs have doomed.
    pub(super) const fn to_mark(self) -> u64 {
        self as u64
    }

    pub(super) fn from_mark(mark: u64) -> Option<Self> {
        Self::ALL.get((mark as usize).checked_sub(1)?).copied()
    }
}
