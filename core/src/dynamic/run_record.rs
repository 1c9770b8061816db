//! What a run leaves behind: shared between the pipeline and the report, and used again if no report holds it.

use super::cell::Cell;
use alloc::{sync::Arc, vec::Vec};
use rungs_scheduler::StepState;

/// One entry of each kind a step. Results by themselves: steps look those of their needs up here and there.
pub(crate) struct RunRecord<C: ?Sized> {
    pub(crate) states: Vec<StepState>,
    /// An empty cell of a step that ended without a result.
    pub(crate) results: Vec<Option<Arc<C>>>,
}

impl<C: Cell + ?Sized> RunRecord<C> {
    /// One entry of each kind for every step.
    pub(super) fn fit(&mut self, steps: usize) {
        self.states.resize(steps, StepState::default());
        self.results.resize_with(steps, || None);
    }
}

impl<C: ?Sized> Default for RunRecord<C> {
    fn default() -> Self {
        Self { states: Vec::new(), results: Vec::new() }
    }
}
