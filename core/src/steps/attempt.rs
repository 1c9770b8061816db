//! An attempt that begins.

use super::{emissions::Emissions, names::Names, run_record::Errors, undo_run::UndoRun};
#[cfg(feature = "checkpoints")]
use crate::checkpoints::OpenStore;
use crate::scope::Scope;
use alloc::sync::Arc;
use core::{cell::Cell, fmt};
use rungs_scheduler::{Cause, Instant, Scheduler, StepId, StepState};

/// An attempt that begins, and what it may read.
pub struct Attempt<'r, E> {
    pub(crate) step: StepId,
    pub(crate) started: Instant,
    pub(crate) scheduler: &'r Scheduler<'r>,
    pub(crate) run: &'r RunParts<'r, E>,
    /// What travels with an attempt that is spawned; that of one in place stays with the driver.
    pub(crate) scope: Option<&'r Cell<Option<Scope>>>,
}

/// What all attempts of a run may read.
pub(crate) struct RunParts<'r, E> {
    pub(crate) names: &'r Arc<Names>,
    /// What most runs do not have. Borrowed as `mut`, because a run lets go of it at its end.
    pub(crate) extras: Option<&'r mut RunExtras>,
    /// Each step's own last error, unless it has succeeded since.
    pub(crate) errors: Errors<E>,
}

/// Who looks at a run, and where its results are kept: what most runs do not have.
pub(crate) struct RunExtras {
    /// Where the values of steps go, if anybody listens.
    pub(crate) emissions: Option<Arc<Emissions>>,
    /// If it is an undo.
    pub(crate) undo: Option<Arc<UndoRun>>,
    #[cfg(feature = "checkpoints")]
    pub(crate) store: Option<Arc<OpenStore>>,
}

impl RunExtras {
    pub(crate) const NONE: Self = Self {
        emissions: None,
        undo: None,
        #[cfg(feature = "checkpoints")]
        store: None,
    };

    /// Whether there are any.
    pub(crate) const fn is_any(&self) -> bool {
        #[cfg(feature = "checkpoints")]
        if self.store.is_some() {
            return true;
        }
        self.emissions.is_some() || self.undo.is_some()
    }
}

impl<E> RunParts<'_, E> {
    /// What tells the run apart from all others, if it has a store that tells it.
    #[cfg(feature = "checkpoints")]
    pub(crate) fn run_id(&self) -> Option<&Arc<alloc::string::String>> {
        self.extras.as_ref()?.store.as_ref()?.run_id()
    }

    pub(crate) fn emissions(&self) -> Option<&Arc<Emissions>> {
        self.extras.as_ref()?.emissions.as_ref()
    }

    /// Whether steps have emitted anything of which the observers have not been told.
    pub(crate) fn has_emissions(&self) -> bool {
        self.emissions().is_some_and(|emissions| emissions.is_any())
    }
}

impl<E> fmt::Debug for Attempt<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, started, .. } = self;
        f.debug_struct("Attempt").field("step", step).field("started", started).finish_non_exhaustive()
    }
}

impl<'r, E> Attempt<'r, E> {
    /// The needs whose results are arguments, in the order in which they were given.
    pub(crate) fn needs(&self) -> impl Iterator<Item = StepId> + use<'r, E> {
        let needs = self.scheduler.plan().needs(self.step).iter();
        needs.filter(|need| need.has_result()).map(|need| need.step())
    }

    pub(crate) fn cause(&self, need: StepId) -> Option<Cause> {
        self.scheduler.state(need)?.cause()
    }

    /// Takes what travels with the attempt.
    pub(crate) fn take_scope(&self) -> Option<Scope> {
        self.scope?.take()
    }

    pub(crate) fn number(&self) -> u32 {
        self.scheduler.state(self.step).map_or(1, StepState::attempts)
    }
}
