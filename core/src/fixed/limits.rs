//! Time limits of steps that are values of the context.

use super::{
    runner::Runner,
    sealed::Sealed,
    settings::{RunInput, With},
};
use core::time::Duration;
use rungs_scheduler::{__private::nanos, StepId};

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

/// The limits that the context of a run states.
#[derive(Clone, Copy, Debug)]
pub struct StatedLimits<'l>(&'l [ContextLimits]);

impl StatedLimits<'_> {
    /// O(limits), which are few: only steps whose limits are values of the context have some.
    fn of(&self, step: StepId) -> ContextLimits {
        let own = self.0.iter().find(|limits| limits.step == step);
        own.copied().unwrap_or(ContextLimits::new(step))
    }
}

impl Sealed for StatedLimits<'_> {}

impl RunInput for StatedLimits<'_> {
    const HAS_LIMITS: bool = true;

    fn timeout_cap(&self, step: StepId) -> u64 {
        self.of(step).timeout
    }

    fn deadline_cap(&self, step: StepId) -> u64 {
        self.of(step).deadline
    }
}

impl<P, O, S, const SEEDED: bool> Runner<P, O, S, SEEDED> {
    /// Adds the limits that the context states.
    #[doc(hidden)]
    pub fn limited_by(self, limits: &[ContextLimits]) -> Runner<P, O, With<S, StatedLimits<'_>>, SEEDED> {
        self.told(StatedLimits(limits))
    }
}
