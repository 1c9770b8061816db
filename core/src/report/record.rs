//! The record of a run, the same for both APIs.

use crate::{diagram::StepNames, error::StepError, exit_code::OptionalSteps, reason::Origin};
#[cfg(feature = "alloc")]
use core::error::Error;
#[cfg(feature = "macros")]
use rungs_scheduler::Plan;
use rungs_scheduler::{Cause, Instant, Status, StepId, StepState};

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
    /// An entry per step: the error that it last returned, and the attempt that did; and the plan.
    #[cfg(feature = "macros")]
    Inline { errors: &'r [Option<E>], attempts: &'r [u32], plan: &'r Plan<'r> },
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

#[cfg(feature = "alloc")]
impl<'r, E> Own<'r, E> {
    /// An error as a `dyn Error`, which leads to its sources, where that is possible.
    pub(super) fn as_error(&self, error: &'r E) -> Option<&'r (dyn Error + 'static)> {
        match self {
            #[cfg(feature = "macros")]
            Self::Inline { .. } => {
                let _ = error;
                None
            }
            Self::Shared(notes, _) => (notes.as_error)(error),
        }
    }
}

impl<'r, E> Own<'r, E> {
    pub(super) fn optional_steps(&self) -> OptionalSteps<'r> {
        match self {
            #[cfg(feature = "macros")]
            Self::Inline { plan, .. } => OptionalSteps::Plan(plan),
            #[cfg(feature = "alloc")]
            Self::Shared(_, steps) => OptionalSteps::List(steps),
        }
    }
}

impl<'r, E> Record<'r, E> {
    pub(super) fn state(&self, step: StepId) -> Option<&'r StepState> {
        self.states.get(step.index())
    }

    /// The error of a step that failed, or the last error of one that was cancelled; and the error that the step itself
    /// returned before, with the attempt that did.
    pub(super) fn errors(&self, step: StepId) -> (Option<StepError<&'r E>>, Option<(u32, &'r E)>) {
        let Some(state) = self.state(step) else { return (None, None) };
        let own = self.own_error(step);
        match (StepError::of(state), state.cause()) {
            // What its attempts returned before is not why it was skipped.
            (None, Some(Cause::SkippedItself)) => (None, None),
            (None, _) => match self.ended_with(step) {
                Some(error) => (Some(error), own),
                None => (own.map(|(_, error)| StepError::Failed(error)), None),
            },
            (derived, _) => (derived, own),
        }
    }

    /// What the step ended with other than the error that it returned: its panic, or that its result was not stored.
    fn ended_with(&self, step: StepId) -> Option<StepError<&'r E>> {
        match self.own {
            // A panic of a step is one of the run, and there is no report.
            #[cfg(feature = "macros")]
            Own::Inline { .. } => {
                let _ = step;
                None
            }
            #[cfg(feature = "alloc")]
            Own::Shared(notes, _) => Some(notes.errors.get(step)?.ended_with.as_ref()?.borrowed()),
        }
    }

    /// The error that a step without success last returned, and the attempt that did.
    pub(super) fn own_error(&self, step: StepId) -> Option<(u32, &'r E)> {
        if self.state(step)?.status() == Status::Success {
            return None;
        }
        match self.own {
            #[cfg(feature = "macros")]
            Own::Inline { errors, attempts, .. } => {
                Some((*attempts.get(step.index())?, errors.get(step.index())?.as_ref()?))
            }
            #[cfg(feature = "alloc")]
            Own::Shared(notes, _) => notes.errors.get(step)?.returned(),
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
