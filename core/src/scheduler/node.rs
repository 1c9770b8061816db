//! What the scheduler remembers of one step: 24 bytes.

use crate::plan::StepId;
use crate::policy::When;

/// A step's state during a run.
///
/// [`Verdict`](super::Verdict) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// See [`deadline`](Self::deadline); inverted, so that a node of which nothing is known is all zeros, and a board can
    /// clear many of them at once.
    inverted_deadline: u64,
    /// Of a waiting step, how many needs have not ended; of one that is sealed, the next in that queue; of one that
    /// started, its alarm's place plus one; of one that ended for another's sake, the root of its cause.
    pub(super) link: u32,
    /// The need through which the cause came.
    pub(super) via: u32,
    pub(super) attempts: u32,
    pub(super) phase: Phase,
    pub(super) cause: Why,
    pub(super) flags: u8,
}

const _: () = assert!(size_of::<Node>() == 24, "the design grants 24 bytes a step");

/// The last failed attempt ran out of time.
pub(super) const TIMED_OUT_LAST: u8 = 1 << 0;
/// The step ended because something went wrong, with itself or above it.
pub(super) const WENT_WRONG: u8 = 1 << 2;
pub(super) const OPTIONAL: u8 = 1 << 3;
pub(super) const CLEAN_UP: u8 = 1 << 4;
pub(super) const SKIP_ON_ERROR: u8 = 1 << 5;
pub(super) const ANY_FAILED: u8 = 1 << 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Some need has not ended.
    Waiting,
    /// A need has sealed its fate; it ends when the scheduler is next asked.
    Sealed,
    /// May start: for the first time or again.
    Ready,
    /// Between two attempts.
    Backoff,
    /// An attempt is in flight.
    Running,
    /// An attempt is in flight and has been told to end, for what `cause` says.
    Abandoning,
    Success,
    Failed,
    Skipped,
    Cancelled,
}

/// A [`Cause`] without its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    None,
    Own,
    TimedOut,
    Deadline,
    Panicked,
    Lost,
    Dependency,
    Stopped,
    Token,
    RunDeadline,
    NotNeeded,
}

impl Default for Node {
    fn default() -> Self {
        Self::NEW
    }
}

impl Node {
    /// Nothing is known of the step yet.
    pub(crate) const NEW: Self =
        Self { inverted_deadline: 0, link: 0, via: 0, attempts: 0, phase: Phase::Waiting, cause: Why::None, flags: 0 };

    /// The first attempt has succeeded, if nothing was known of the step before.
    #[cfg(feature = "macros")]
    pub(crate) fn succeed(&mut self) {
        self.attempts = 1;
        self.phase = Phase::Success;
    }

    /// All of them. By fours, because for each alone the loop would cost more than what it does.
    #[cfg(feature = "macros")]
    pub(crate) fn all_succeed(nodes: &mut [Self]) {
        let (fours, rest) = nodes.as_chunks_mut();
        for [a, b, c, d] in fours {
            a.succeed();
            b.succeed();
            c.succeed();
            d.succeed();
        }
        rest.iter_mut().for_each(Self::succeed);
    }

    /// Whether the last attempt that failed ran out of time.
    #[cfg(feature = "macros")]
    pub(crate) fn timed_out_last(&self) -> bool {
        self.has(TIMED_OUT_LAST)
    }

    pub(super) fn flags_for(when: When, optional: bool) -> u8 {
        let rule = match when {
            When::AllSucceeded => 0,
            When::SkipOnError => SKIP_ON_ERROR,
            When::AllDone => CLEAN_UP,
            When::AnyFailed => CLEAN_UP | ANY_FAILED,
        };
        rule | if optional { OPTIONAL } else { 0 }
    }

    /// When the step's own deadline falls, once its first attempt has started; of a step that is sealed, or ended
    /// without success, its wave.
    #[inline]
    pub(super) fn deadline(&self) -> u64 {
        !self.inverted_deadline
    }

    #[inline]
    pub(super) fn set_deadline(&mut self, deadline: u64) {
        self.inverted_deadline = !deadline;
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Success | Phase::Failed | Phase::Skipped | Phase::Cancelled)
    }

    /// What has become of the step.
    pub fn status(&self) -> Status {
        match self.phase {
            Phase::Waiting | Phase::Sealed => Status::Pending,
            Phase::Ready if self.attempts == 0 => Status::Pending,
            Phase::Ready | Phase::Backoff | Phase::Running | Phase::Abandoning => Status::Running,
            Phase::Success => Status::Success,
            Phase::Failed => Status::Failed,
            Phase::Skipped => Status::Skipped,
            Phase::Cancelled => Status::Cancelled,
        }
    }

    /// Why the step did not succeed; `None` while it may yet, and if it did.
    pub fn cause(&self) -> Option<Cause> {
        if !self.has_ended() {
            return None;
        }
        let root = StepId(self.link);
        Some(match self.cause {
            Why::None => return None,
            Why::Own => Cause::Failed,
            Why::TimedOut => Cause::TimedOut,
            Why::Deadline => Cause::Deadline,
            Why::Panicked => Cause::Panicked,
            Why::Lost => Cause::Lost,
            Why::Dependency => Cause::Dependency { root, via: StepId(self.via) },
            Why::Stopped => Cause::Stopped { by: root },
            Why::Token => Cause::Cancelled,
            Why::RunDeadline => Cause::RunDeadline,
            Why::NotNeeded => Cause::NotNeeded,
        })
    }

    /// How many attempts were started.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether its failure counts: it was not declared optional.
    pub fn is_required(&self) -> bool {
        !self.has(OPTIONAL)
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn is_being_abandoned(&self) -> bool {
        self.phase == Phase::Abandoning
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn is_timing_out(&self) -> bool {
        self.phase == Phase::Abandoning && self.cause == Why::TimedOut
    }

    /// Whether an attempt is in flight, told to end or not.
    pub fn is_in_flight(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Abandoning)
    }
}

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

impl core::fmt::Display for Status {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
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
