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

/// What steps themselves said, by step. How a step ended beyond that is in its state.
pub(crate) type Errors<E> = BTreeMap<u32, OwnErrors<E>>;

/// What one step itself said.
pub(crate) struct OwnErrors<E> {
    /// The error that it last returned, and the attempt that did.
    pub(crate) returned: Option<(u32, Arc<StepError<E>>)>,
    /// The message of its panic, with which it ended.
    pub(crate) panicked: Option<Arc<StepError<E>>>,
}

impl<E> OwnErrors<E> {
    /// Notes how an attempt ended, if it said so itself. Only the last error counts, and a panic ends the step. Returns what
    /// that replaces.
    pub(crate) fn note(&mut self, attempt: u32, error: StepError<E>) -> Option<Arc<StepError<E>>> {
        match error {
            StepError::Panicked(_) => self.panicked.replace(Arc::new(error)),
            _ => self.returned.replace((attempt, Arc::new(error))).map(|(_, error)| error),
        }
    }

    /// The error with which the step ended, or its last attempt, unless that follows from its state.
    pub(crate) fn last(&self, state: &StepState) -> Option<&Arc<StepError<E>>> {
        if StepError::<E>::of(state).is_some() {
            return None;
        }
        self.panicked.as_ref().or(self.returned.as_ref().map(|(_, error)| error))
    }

    /// The error that the step last returned, and the attempt that did.
    pub(crate) fn returned(&self) -> Option<(u32, &E)> {
        let (attempt, error) = self.returned.as_ref()?;
        Some((*attempt, error.returned()?))
    }
}

impl<E> Default for OwnErrors<E> {
    fn default() -> Self {
        Self { returned: None, panicked: None }
    }
}

impl<E> Clone for OwnErrors<E> {
    fn clone(&self) -> Self {
        Self { returned: self.returned.clone(), panicked: self.panicked.clone() }
    }
}
