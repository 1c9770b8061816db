//! The record of a run: a run hands it to its report, and a report that is dropped hands it back for a later run.

use super::{by_step::ByStep, cell::Cell, warnings::Warnings};
use crate::error::StepError;
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::ops::{Deref, DerefMut};
use rungs_scheduler::{StepId, StepState};
use try_lock::TryLock;

/// One entry of each kind per step. Results have an array of their own, because a step looks up those of
/// its needs anywhere in it.
pub(crate) struct RunRecord<C: ?Sized> {
    pub(crate) states: Vec<StepState>,
    /// An empty cell of a step that ended without a result, or whose result was taken; none where it was released.
    pub(crate) results: Vec<Option<Arc<C>>>,
    /// The steps whose failure does not count, in ascending order.
    pub(crate) optional: Vec<StepId>,
    /// The steps whose results are owned: what nobody takes is dropped with the report.
    pub(crate) owned: Vec<StepId>,
    /// Of the plan, under the configuration of the run.
    pub(crate) warnings: Warnings,
    /// Where it goes when its report is dropped.
    shelf: Option<Shelf<C>>,
}

/// Drops a result, and keeps its memory if nobody shares it.
pub(crate) fn drop_result<C: Cell + ?Sized>(result: &mut Option<Arc<C>>) {
    match result.as_mut().map(Arc::get_mut) {
        Some(Some(cell)) => cell.clear(),
        _ => *result = None,
    }
}

/// Where a report that is dropped puts its record, and the pipeline's next run finds it. Nobody waits for it: a record that
/// cannot be put there is dropped, and a run that finds none makes another.
pub(crate) type Shelf<C> = Arc<TryLock<Option<Box<RunRecord<C>>>>>;

/// The record that was put on the shelf, or a new one.
pub(crate) fn record_from<C: ?Sized>(shelf: &Shelf<C>) -> Box<RunRecord<C>> {
    shelf.try_lock().and_then(|mut place| place.take()).unwrap_or_default()
}

impl<C: Cell + ?Sized> RunRecord<C> {
    /// One entry of each kind for every step.
    pub(crate) fn fit(&mut self, steps: usize) {
        self.states.resize(steps, StepState::default());
        self.results.resize_with(steps, || None);
    }

    /// Drops the owned results that are still there, and keeps their memory.
    fn drop_owned(&mut self) {
        let Self { results, owned, .. } = self;
        for step in owned {
            if let Some(result) = results.get_mut(step.index()) {
                drop_result(result);
            }
        }
    }
}

impl<C: ?Sized> Default for RunRecord<C> {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            results: Vec::new(),
            optional: Vec::new(),
            owned: Vec::new(),
            warnings: Warnings::default(),
            shelf: None,
        }
    }
}

/// The record of a report, which alone owns it; so results can be moved out of it while the pipeline lives.
pub(crate) struct ReportRecord<C: Cell + ?Sized>(Option<Box<RunRecord<C>>>);

impl<C: Cell + ?Sized> ReportRecord<C> {
    /// The record goes to this shelf in the end.
    pub(crate) fn new(mut record: Box<RunRecord<C>>, shelf: &Shelf<C>) -> Self {
        record.shelf = Some(shelf.clone());
        Self(Some(record))
    }
}

impl<C: Cell + ?Sized> Deref for ReportRecord<C> {
    type Target = RunRecord<C>;

    fn deref(&self) -> &RunRecord<C> {
        self.0.as_ref().expect("the record goes with the report")
    }
}

impl<C: Cell + ?Sized> DerefMut for ReportRecord<C> {
    fn deref_mut(&mut self) -> &mut RunRecord<C> {
        self.0.as_mut().expect("the record goes with the report")
    }
}

impl<C: Cell + ?Sized> Drop for ReportRecord<C> {
    fn drop(&mut self) {
        let Some(mut record) = self.0.take() else { return };
        let Some(shelf) = record.shelf.take() else { return };
        record.drop_owned();
        let replaced = shelf.try_lock().and_then(|mut place| place.replace(record));
        // Not while the shelf is locked, as results are the user's.
        drop(replaced);
    }
}

/// What steps themselves said, by step. How a step ended beyond that is in its state.
pub(crate) type Errors<E> = ByStep<OwnErrors<E>>;

/// What one step itself said.
pub(crate) struct OwnErrors<E> {
    /// The error that it last returned, and the attempt that did.
    pub(crate) returned: Option<(u32, Arc<StepError<E>>)>,
    /// What it ended with instead: its panic, or that its result was not stored.
    pub(crate) ended_with: Option<Arc<StepError<E>>>,
}

impl<E> OwnErrors<E> {
    /// Notes how an attempt ended, if it said so itself. Only the last error counts, and a panic ends the step, as does a
    /// result that is not stored. Returns what
    /// that replaces.
    pub(crate) fn note(&mut self, attempt: u32, error: StepError<E>) -> Option<Arc<StepError<E>>> {
        match error {
            StepError::Failed(_) => self.returned.replace((attempt, Arc::new(error))).map(|(_, error)| error),
            _ => self.ended_with.replace(Arc::new(error)),
        }
    }

    /// The error with which the step ended, or its last attempt, unless that follows from its state.
    pub(crate) fn last(&self, state: &StepState) -> Option<&Arc<StepError<E>>> {
        if StepError::<E>::of(state).is_some() {
            return None;
        }
        self.ended_with.as_ref().or(self.returned.as_ref().map(|(_, error)| error))
    }

    /// The error that the step last returned, and the attempt that did.
    pub(crate) fn returned(&self) -> Option<(u32, &E)> {
        let (attempt, error) = self.returned.as_ref()?;
        Some((*attempt, error.returned()?))
    }
}

impl<E> Default for OwnErrors<E> {
    fn default() -> Self {
        Self { returned: None, ended_with: None }
    }
}

impl<E> Clone for OwnErrors<E> {
    fn clone(&self) -> Self {
        Self { returned: self.returned.clone(), ended_with: self.ended_with.clone() }
    }
}
