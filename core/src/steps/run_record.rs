//! The record of a run: shared between the pipeline and the report, and reused by the next run if no report holds it.

use super::{cell::Cell, warnings::Warnings};
use crate::error::StepError;
use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};
use rungs_scheduler::{StepId, StepState};

/// One entry of each kind per step. Results have an array of their own, because a step looks up those of
/// its needs anywhere in it.
pub(crate) struct RunRecord<C: ?Sized> {
    pub(crate) states: Vec<StepState>,
    /// An empty cell of a step that ended without a result.
    pub(crate) results: Vec<Option<Arc<C>>>,
    /// The steps whose failure does not count, in ascending order.
    pub(crate) optional: Vec<StepId>,
    /// Of the plan, under the configuration of the run.
    pub(crate) warnings: Warnings,
}

impl<C: Cell + ?Sized> RunRecord<C> {
    /// One entry of each kind for every step.
    pub(crate) fn fit(&mut self, steps: usize) {
        self.states.resize(steps, StepState::default());
        self.results.resize_with(steps, || None);
    }
}

impl<C: ?Sized> Default for RunRecord<C> {
    fn default() -> Self {
        Self { states: Vec::new(), results: Vec::new(), optional: Vec::new(), warnings: Warnings::default() }
    }
}

/// The errors that steps themselves returned, and the messages of their panics, by step. How a step ended beyond that is in
/// its state.
pub(crate) type Errors<E> = BTreeMap<u32, Arc<StepError<E>>>;
