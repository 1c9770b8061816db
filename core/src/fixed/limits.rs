//! Time limits of steps that are values of the context.

use super::{runner::Runner, sealed::Sealed, settings::RunSettings, signal::StopSignal};
#[cfg(feature = "postcard")]
use crate::observe::Outdated;
use core::time::Duration;
use rungs_scheduler::{__private::nanos, Config, Given, StepId};

/// The limits of one step in one run, which are never longer than those of its plan.
///
/// ```
/// use core::time::Duration;
/// use rungs::__private::{ContextLimits, step_id};
///
/// let limits = ContextLimits::new(step_id(1)).timeout(Duration::from_secs(1));
/// assert!(format!("{limits:?}").contains("timeout: 1000000000"));
/// ```
#[must_use = "limits count once a run has them"]
#[derive(Clone, Copy, Debug)]
pub struct ContextLimits {
    step: StepId,
    /// In nanoseconds, as the deadline is.
    timeout: u64,
    deadline: u64,
}

impl ContextLimits {
    /// No limits beside those of the plan.
    pub const fn new(step: StepId) -> Self {
        Self { step, timeout: u64::MAX, deadline: u64::MAX }
    }

    /// Limits each attempt.
    pub const fn timeout(self, limit: Duration) -> Self {
        Self { timeout: nanos(limit), ..self }
    }

    /// Limits the step with all its attempts.
    pub const fn deadline(self, limit: Duration) -> Self {
        Self { deadline: nanos(limit), ..self }
    }
}

/// Settings of a run with limits that its context states.
#[derive(Clone, Copy, Debug)]
pub struct LimitedBy<'l, S> {
    settings: S,
    limits: &'l [ContextLimits],
}

impl<S> LimitedBy<'_, S> {
    /// O(limits), which are few: only steps whose limits are values of the context have some.
    fn of(&self, step: StepId) -> ContextLimits {
        let own = self.limits.iter().find(|limits| limits.step == step);
        own.copied().unwrap_or(ContextLimits::new(step))
    }
}

impl<S> Sealed for LimitedBy<'_, S> {}

impl<'l, S: RunSettings> RunSettings for LimitedBy<'l, S> {
    const IS_DECLARED: bool = S::IS_DECLARED;
    const HAS_SIGNAL: bool = S::HAS_SIGNAL;
    const HAS_LIMITS: bool = true;
    const HAS_DEADLINE: bool = S::HAS_DEADLINE;
    const HAS_GIVEN: bool = S::HAS_GIVEN;

    type RunOptions = LimitedBy<'l, S::RunOptions>;
    type Timed = LimitedBy<'l, S::Timed>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        self.settings.config(declared)
    }

    fn with(self, declared: &Config, change: impl FnOnce(Config) -> Config) -> Self::RunOptions {
        LimitedBy { settings: self.settings.with(declared, change), limits: self.limits }
    }

    fn with_deadline(self, declared: &Config, limit: Duration) -> Self::Timed {
        LimitedBy { settings: self.settings.with_deadline(declared, limit), limits: self.limits }
    }

    #[inline]
    fn any_signal(&self, is: impl Fn(&StopSignal) -> bool + Copy) -> bool {
        self.settings.any_signal(is)
    }

    fn timeout_cap(&self, step: StepId) -> u64 {
        self.of(step).timeout
    }

    fn deadline_cap(&self, step: StepId) -> u64 {
        self.of(step).deadline
    }

    fn given(&self, step: StepId) -> Option<Given> {
        self.settings.given(step)
    }

    #[cfg(feature = "postcard")]
    fn outdated(&self, step: StepId) -> Option<Outdated> {
        self.settings.outdated(step)
    }
}

impl<P, O, S, const SEEDED: bool> Runner<P, O, S, SEEDED> {
    /// Adds the limits that the context states.
    #[doc(hidden)]
    pub fn limited_by(self, limits: &[ContextLimits]) -> Runner<P, O, LimitedBy<'_, S>, SEEDED> {
        let Self { settings, observers, store, pipeline } = self;
        Runner { settings: LimitedBy { settings, limits }, observers, store, pipeline }
    }
}
