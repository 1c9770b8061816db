//! What settings state, for those who ask.

use super::{Backoff, Settings, When, limit::span, settings::FOREVER};
use core::time::Duration;

/// Readers: see [`Settings`] for their names.
impl<'a> Settings<'a> {
    /// How many attempts are made after the first one at most; `u32::MAX` if the step is
    /// [retried forever](Self::retry_forever).
    pub const fn get_retries(&self) -> u32 {
        self.retries
    }

    /// Whether attempts are made until one succeeds.
    pub const fn get_retry_forever(&self) -> bool {
        self.retries == FOREVER
    }

    /// The delays before further attempts.
    pub const fn get_backoff(&self) -> Backoff<'a> {
        self.backoff
    }

    /// How long one attempt may take; `None` if there is no limit.
    pub const fn get_timeout(&self) -> Option<Duration> {
        span(self.timeout)
    }

    /// Whether an attempt that timed out is tried again.
    pub const fn get_retry_on_timeout(&self) -> bool {
        self.retry_on_timeout
    }

    /// How long the step may take with all its attempts; `None` if there is no limit.
    pub const fn get_deadline(&self) -> Option<Duration> {
        span(self.deadline)
    }

    /// How long the step is expected to take, if that is stated.
    pub const fn get_expected(&self) -> Option<Duration> {
        span(self.expected)
    }

    /// What its needs must have come to before it runs.
    pub const fn get_when(&self) -> When {
        self.when
    }

    /// Whether its failure stops nothing and does not count.
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// Whether no time limit and no stop ends an attempt of the step.
    pub const fn get_never_cancel(&self) -> bool {
        self.never_cancel
    }

    /// The class of steps that use the same resources.
    pub const fn get_class(&self) -> u32 {
        self.class
    }
}
