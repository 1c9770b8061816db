//! The record of a run, the same for both APIs.

use crate::{diagram::StepNames, error::StepError, exit_code::OptionalSteps, reason::Origin};
use core::error::Error;
#[cfg(feature = "macros")]
use rungs_scheduler::Plan;
use rungs_scheduler::{Instant, Status, StepId, StepState};

/// A view of a run's record: what each step's result is read from.
pub(crate) struct Record<'r, E> {
    pub(crate) names: &'r (dyn StepNames + Sync),
    pub(crate) states: &'r [StepState],
    pub(crate) own: Own<'r, E>,
    /// When the run started.
    pub(crate) started: Instant,
}

/// The errors that steps themselves returned, and which steps are optional.
pub(crate) enum Own<'r, E> {
    /// An entry per step, and the plan.
    #[cfg(feature = "macros")]
    Inline(&'r [Option<E>], &'r Plan<'r>),
    /// An entry per step that returned one, and the optional steps.
    #[cfg(feature = "alloc")]
    Shared(&'r super::RunNotes<E>, &'r alloc::vec::Vec<StepId>),
}

impl<E> Clone for Record<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Record<'_, E> {}

impl<E> Clone for Own<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Own<'_, E> {}

impl<'r, E> Own<'r, E> {
    /// An error as a `dyn Error`, which leads to its sources, where that is possible.
    pub(super) fn as_error(&self, error: &'r E) -> Option<&'r (dyn Error + 'static)> {
        match self {
            #[cfg(feature = "macros")]
            Self::Inline(..) => {
                let _ = error;
                None
            }
            #[cfg(feature = "alloc")]
            Self::Shared(notes, _) => (notes.as_error)(error),
        }
    }

    pub(super) fn optional_steps(&self) -> OptionalSteps<'r> {
        match self {
            #[cfg(feature = "macros")]
            Self::Inline(_, plan) => OptionalSteps::Plan(plan),
            #[cfg(feature = "alloc")]
            Self::Shared(_, steps) => OptionalSteps::List(steps),
        }
    }
}

impl<'r, E> Record<'r, E> {
    pub(super) fn state(&self, step: StepId) -> Option<&'r StepState> {
        self.states.get(step.index())
    }

    /// The error of a step that failed, and the last error of one that was cancelled.
    pub(super) fn error(&self, step: StepId) -> Option<StepError<&'r E>> {
        let state = self.state(step)?;
        match StepError::of(state) {
            None if state.status() != Status::Success => self.own(step),
            derived => derived,
        }
    }

    fn own(&self, step: StepId) -> Option<StepError<&'r E>> {
        match self.own {
            #[cfg(feature = "macros")]
            Own::Inline(errors, _) => errors.get(step.index())?.as_ref().map(StepError::Failed),
            #[cfg(feature = "alloc")]
            Own::Shared(notes, _) => Some(notes.errors.get(&step.number())?.borrowed()),
        }
    }

    pub(super) fn is_required(&self, step: StepId) -> bool {
        !self.own.optional_steps().contain(step)
    }

    /// The steps of a step's cause by name, if it has any.
    pub(super) fn origin(&self, step: StepId) -> Option<Origin<'r>> {
        Origin::of(self.state(step)?.cause()?, self.states, self.names)
    }
}
