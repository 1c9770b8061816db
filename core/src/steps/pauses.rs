//! How long steps have waited between their attempts.

use super::by_step::ByStep;
use core::time::Duration;
use rungs_scheduler::{Instant, StepId};

/// The time between the attempts of each step that was retried: backoff, and the wait for a permit or for resources. A step's
/// state has room for one start and one end, between which these lie.
#[derive(Default)]
pub(crate) struct Pauses(ByStep<Pause>);

#[derive(Default)]
struct Pause {
    began: Instant,
    total: Duration,
}

impl Pauses {
    /// An attempt has ended, and another will follow.
    pub(crate) fn begin(&mut self, step: StepId, now: Instant) {
        self.0.get_or_default(step).began = now;
    }

    /// The other attempt starts.
    pub(crate) fn end(&mut self, step: StepId, now: Instant) {
        if let Some(pause) = self.0.get_mut(step) {
            pause.total = pause.total.saturating_add(now - pause.began);
        }
    }

    /// How long the step has waited.
    pub(crate) fn total(&self, step: StepId) -> Duration {
        self.0.get(step).map_or(Duration::ZERO, |pause| pause.total)
    }
}
