//! What the attempts of an undo note.

#[cfg(feature = "checkpoints")]
use super::by_step::ByStep;
use alloc::sync::Arc;
#[cfg(feature = "checkpoints")]
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};
use rungs_scheduler::StepId;

/// Which steps of a run have been taken back. The report of the run and all undos of it share it.
#[derive(Clone)]
pub(crate) struct TakenBack(Arc<[AtomicBool]>);

impl TakenBack {
    /// None of so many steps.
    pub(crate) fn none(steps: usize) -> Self {
        Self((0..steps).map(|_| AtomicBool::new(false)).collect())
    }

    pub(crate) fn contains(&self, step: StepId) -> bool {
        self.0.get(step.index()).is_some_and(|is| is.load(Ordering::Acquire))
    }

    fn insert(&self, step: StepId) {
        if let Some(is) = self.0.get(step.index()) {
            is.store(true, Ordering::Release);
        }
    }
}

/// What the attempts of an undo note.
pub(crate) struct UndoRun {
    /// Of the report that is undone, if there is one.
    pub(crate) taken_back: Option<TakenBack>,
    /// The steps that are removed from the store with a step, in this order.
    #[cfg(feature = "checkpoints")]
    pub(crate) removes: ByStep<Vec<StepId>>,
}

impl UndoRun {
    /// The step has been taken back.
    pub(crate) fn note(&self, step: StepId) {
        if let Some(taken_back) = &self.taken_back {
            taken_back.insert(step);
        }
    }
}
