//! Which results are owned, which steps take them, and which results are dropped before the end of the run.

use alloc::vec::Vec;
use rungs_scheduler::StepId;

/// What a draft knows of owned and released results. Most pipelines have neither. All lists are in the order of the steps.
#[derive(Default)]
pub(super) struct Ownership {
    /// The steps whose results are owned.
    pub(super) owned: Vec<StepId>,
    pub(super) takers: Vec<Taker>,
    /// The steps whose results are dropped when their last reader has ended.
    pub(super) released: Vec<StepId>,
}

/// A step that takes an owned result, and the step that made it.
pub(super) struct Taker {
    pub(super) step: StepId,
    pub(super) need: StepId,
}

impl Ownership {
    /// Forgets what was stated of steps from this one on.
    pub(super) fn forget(&mut self, next: StepId) {
        self.owned.truncate(self.owned.partition_point(|step| *step < next));
        self.takers.truncate(self.takers.partition_point(|taker| taker.step < next));
        self.released.truncate(self.released.partition_point(|step| *step < next));
    }
}
