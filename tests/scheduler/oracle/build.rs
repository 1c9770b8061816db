//! A short notation for cases; also the one in which they print themselves.

use super::{Attempt, Case, Ends, Given, OnFailure, Rule, Spec, StopRequest};

/// A case of these steps: no limit, no stop, no deadline, as early as possible.
pub fn case(steps: impl Into<Vec<Spec>>) -> Case {
    Case { steps: steps.into(), ..Case::default() }
}

/// A required step with this script: no needs, no retries, no time limits; with retries, a timeout is retried.
pub fn step(script: impl Into<Vec<Attempt>>) -> Spec {
    Spec { script: script.into(), retry_on_timeout: true, ..Spec::default() }
}

/// An attempt that succeeds after this time.
pub fn ok(takes: u64) -> Attempt {
    Attempt { takes, ends: Ends::Ok }
}

/// An attempt that fails after this time.
pub fn err(takes: u64) -> Attempt {
    Attempt { takes, ends: Ends::Err }
}

/// An attempt that fails after this time and must not be retried.
pub fn err_final(takes: u64) -> Attempt {
    Attempt { takes, ends: Ends::ErrFinal }
}

/// An attempt that fails after this time, to be retried after that delay.
pub fn err_after(takes: u64, delay: u64) -> Attempt {
    Attempt { takes, ends: Ends::ErrAfter(delay) }
}

/// An attempt that skips its step after this time.
pub fn skips(takes: u64) -> Attempt {
    Attempt { takes, ends: Ends::Skips }
}

/// An attempt that panics after this time.
pub fn panics(takes: u64) -> Attempt {
    Attempt { takes, ends: Ends::Panic }
}

/// An attempt that hangs.
pub fn never() -> Attempt {
    Attempt { takes: 0, ends: Ends::Never }
}

/// An abandoned attempt that ends after this time, without a result.
pub fn gone(takes: u64) -> Attempt {
    Attempt { takes, ends: Ends::Never }
}

/// An abandoned attempt that does not end while the run lasts.
pub fn stuck() -> Attempt {
    gone(u64::MAX)
}

impl Spec {
    /// Sets [`Spec::lingers`].
    pub fn lingers(self, lingers: Attempt) -> Self {
        Self { lingers: Some(lingers), ..self }
    }

    /// Sets [`Spec::needs`].
    pub fn needs(self, needs: impl Into<Vec<usize>>) -> Self {
        Self { needs: needs.into(), ..self }
    }

    /// Sets [`Spec::order`].
    pub fn order(self, order: impl Into<Vec<usize>>) -> Self {
        Self { order: order.into(), ..self }
    }

    /// Sets [`Rule::SkipOnError`].
    pub fn skip_on_error(self) -> Self {
        Self { rule: Rule::SkipOnError, ..self }
    }

    /// Sets [`Rule::AllDone`].
    pub fn all_done(self) -> Self {
        Self { rule: Rule::AllDone, ..self }
    }

    /// Sets [`Rule::AnyFailed`].
    pub fn any_failed(self) -> Self {
        Self { rule: Rule::AnyFailed, ..self }
    }

    /// Sets [`Rule::NoneFailed`].
    pub fn none_failed(self) -> Self {
        Self { rule: Rule::NoneFailed, ..self }
    }

    /// Sets [`Spec::after_all`].
    pub fn after_all(self) -> Self {
        Self { after_all: true, ..self }
    }

    /// Sets [`Spec::never_cancel`].
    pub fn never_cancel(self) -> Self {
        Self { never_cancel: true, ..self }
    }

    /// Sets [`Spec::optional`].
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Sets [`Spec::retries`].
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// Sets [`Spec::delay`].
    pub fn delay(self, delay: u64) -> Self {
        Self { delay, ..self }
    }

    /// Sets [`Spec::timeout`].
    pub fn timeout(self, timeout: u64) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Sets [`Spec::retry_on_timeout`].
    pub fn retry_on_timeout(self, retry_on_timeout: bool) -> Self {
        Self { retry_on_timeout, ..self }
    }

    /// Sets [`Spec::deadline`].
    pub fn deadline(self, deadline: u64) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Sets [`Spec::given`].
    pub fn given(self, given: Given) -> Self {
        Self { given: Some(given), ..self }
    }

    /// Sets [`Spec::uses`].
    pub fn uses(self, uses: impl Into<Vec<(usize, u32)>>) -> Self {
        Self { uses: uses.into(), ..self }
    }

    /// Sets [`Spec::put_off`].
    pub fn put_off(self, put_off: u64) -> Self {
        Self { put_off: Some(put_off), ..self }
    }

    /// Sets [`Spec::expected`].
    pub fn expected(self, expected: u64) -> Self {
        Self { expected: Some(expected), ..self }
    }
}

impl Case {
    /// Sets [`Case::limit`].
    pub fn limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Sets [`Case::capacities`].
    pub fn capacities(self, capacities: impl Into<Vec<u32>>) -> Self {
        Self { capacities: capacities.into(), ..self }
    }

    /// Sets [`Case::levels`].
    pub fn levels(self) -> Self {
        Self { levels: true, ..self }
    }

    /// Sets [`OnFailure::Drain`].
    pub fn drain_on_failure(self) -> Self {
        Self { on_failure: OnFailure::Drain, ..self }
    }

    /// Sets [`OnFailure::Cancel`].
    pub fn cancel_on_failure(self) -> Self {
        Self { on_failure: OnFailure::Cancel, ..self }
    }

    /// Sets [`Case::run_deadline`].
    pub fn run_deadline(self, deadline: u64) -> Self {
        Self { run_deadline: Some(deadline), ..self }
    }

    /// Sets [`Case::grace`].
    pub fn grace(self, grace: u64) -> Self {
        Self { grace: Some(grace), ..self }
    }

    /// Sets [`Case::clean_up_deadline`].
    pub fn clean_up_deadline(self, deadline: u64) -> Self {
        Self { clean_up_deadline: Some(deadline), ..self }
    }

    /// The token requests a drain at this time; in the order of time.
    pub fn drain_at(mut self, time: u64) -> Self {
        self.stops.push((time, StopRequest::Drain));
        self
    }

    /// The token requests a cancel at this time; in the order of time.
    pub fn cancel_at(mut self, time: u64) -> Self {
        self.stops.push((time, StopRequest::Cancel));
        self
    }
}
