//! What is said of one step.

use super::Backoff;
#[cfg(feature = "macros")]
use crate::time::Instant;
use crate::time::nanos;
use core::time::Duration;

/// The settings of one step, as a plan holds them: all that the scheduler wants to know of it beside its needs.
///
/// Every method can be called in a `const`.
///
/// ```
/// use core::time::Duration;
/// use rungs::{Backoff, Settings};
///
/// const FETCH: Settings<'static> = Settings::DEFAULT
///     .retries(3)
///     .backoff(Backoff::exponential(Duration::from_millis(200)))
///     .timeout(Duration::from_secs(5));
/// assert!(FETCH != Settings::DEFAULT);
/// ```
#[must_use = "settings change nothing until a step has them"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Settings<'a> {
    pub(crate) retries: u32,
    pub(crate) class: u32,
    pub(crate) timeout: u64,
    pub(crate) deadline: u64,
    pub(crate) expected: u64,
    pub(crate) backoff: Backoff<'a>,
    pub(crate) when: When,
    pub(crate) retry_on_timeout: bool,
    pub(crate) optional: bool,
}

/// No limit, or nothing stated: `u64::MAX` saves the tag of an `Option`.
pub(crate) const NONE: u64 = u64::MAX;

impl<'a> Settings<'a> {
    /// One attempt, no time limits, runs when all needs succeeded.
    pub const DEFAULT: Self = Self {
        retries: 0,
        class: 0,
        timeout: NONE,
        deadline: NONE,
        expected: NONE,
        backoff: Backoff::NONE,
        when: When::AllSucceeded,
        retry_on_timeout: true,
        optional: false,
    };

    /// Extra attempts after the first. More than 65,535 are as many as it takes; a report counts up to that.
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The delays before further attempts.
    pub const fn backoff(mut self, backoff: Backoff<'a>) -> Self {
        self.backoff = backoff;
        self
    }

    /// How long one attempt may take.
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = nanos(limit);
        self
    }

    /// Whether an attempt that timed out is tried again; true if not said.
    pub const fn retry_on_timeout(mut self, retry: bool) -> Self {
        self.retry_on_timeout = retry;
        self
    }

    /// How long the step may take from its first attempt's start, retries and waiting included.
    pub const fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = nanos(limit);
        self
    }

    /// How long the step is expected to take: the weight of its path when places are short.
    pub const fn expected(mut self, span: Duration) -> Self {
        self.expected = nanos(span);
        self
    }

    /// What its needs must have come to before it runs.
    pub const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Its failure stops nothing and does not count in the exit code.
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The class of steps that use the same resources; 0 if not said.
    ///
    /// An index into the classes of the plan's numbering.
    pub const fn class(mut self, class: u32) -> Self {
        self.class = class;
        self
    }

    pub(crate) const fn has_deadline(&self) -> bool {
        self.deadline != NONE
    }

    /// Whether an alarm may ever be armed for the step. (A step that may retry may be told to come back after a time.)
    pub(crate) const fn may_wait(&self) -> bool {
        self.retries > 0 || self.timeout != NONE || self.deadline != NONE
    }

    /// Until when a first attempt that starts at `now` may take.
    #[cfg(feature = "macros")]
    pub(crate) fn first_limit(&self, now: Instant) -> Option<Instant> {
        let limit = now.plus(self.timeout.min(self.deadline));
        (limit < Instant::NEVER).then_some(limit)
    }

    /// Whether the step cannot do without a clock.
    pub const fn needs_clock(&self) -> bool {
        self.timeout != NONE || self.deadline != NONE || (self.retries > 0 && self.backoff.waits())
    }

    /// Whether the step draws its delays at random.
    pub const fn needs_seed(&self) -> bool {
        self.retries > 0 && self.backoff.is_random()
    }
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// When a step runs, by what its needs have come to.
///
/// ```
/// use rungs::{Settings, When};
///
/// const TIDY: Settings<'static> = Settings::DEFAULT.when(When::AllDone).optional();
/// # assert_ne!(TIDY, Settings::DEFAULT);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum When {
    /// All needs succeeded. One that failed fails the step; one that was skipped or cancelled skips it.
    #[default]
    AllSucceeded,
    /// All needs succeeded. One that did not skips the step.
    SkipOnError,
    /// All needs have ended, no matter how, and also after a stop: a clean-up step.
    AllDone,
    /// All needs have ended and something went wrong with one of them, and also after a stop: an alarm.
    AnyFailed,
}

/// What is to happen after an attempt that failed.
///
/// ```
/// use rungs::Retry;
///
/// assert_eq!(Retry::from(true), Retry::Yes);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Retry {
    /// Another attempt, after the step's backoff, if it has retries left.
    Yes,
    /// Another attempt after this long instead, if it has retries left: a server's Retry-After.
    After(Duration),
    /// The step has failed.
    No,
}

impl From<bool> for Retry {
    fn from(again: bool) -> Self {
        if again { Self::Yes } else { Self::No }
    }
}
