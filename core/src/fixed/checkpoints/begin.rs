//! How each step of a run begins: anew, or as it has ended before.

use crate::{
    fixed::{
        run_store::RunStore,
        runner::Runner,
        sealed::Sealed,
        settings::{RunInput, With},
        static_plan::Fallible,
    },
    observe::Outdated,
};
use core::{fmt, marker::PhantomData};
use rungs_scheduler::{Given, StepId};

/// How a step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "generated code passes it on")]
pub enum StepBegin {
    /// It runs.
    Anew,
    /// It runs, though a result is stored.
    Outdated(Outdated),
    /// It has ended before.
    Ended(Given),
}

/// How the steps of a run begin, which its store has told.
pub struct Begins<'b, P, K> {
    steps: &'b [StepBegin],
    store: PhantomData<fn() -> (P, K)>,
}

impl<P, K> Clone for Begins<'_, P, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, K> Copy for Begins<'_, P, K> {}

impl<P, K> fmt::Debug for Begins<'_, P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Begins").field(&self.steps).finish()
    }
}

impl<P, K> Begins<'_, P, K> {
    fn of(&self, step: StepId) -> StepBegin {
        self.steps.get(step.index()).copied().unwrap_or(StepBegin::Anew)
    }
}

impl<P, K> Sealed for Begins<'_, P, K> {}

impl<P: Fallible, K: RunStore<P>> RunInput for Begins<'_, P, K> {
    const HAS_GIVEN: bool = K::IS_THERE;

    fn given(&self, step: StepId) -> Option<Given> {
        match self.of(step) {
            StepBegin::Ended(given) => Some(given),
            StepBegin::Anew | StepBegin::Outdated(_) => None,
        }
    }

    fn outdated(&self, step: StepId) -> Option<Outdated> {
        match self.of(step) {
            StepBegin::Outdated(outdated) => Some(outdated),
            StepBegin::Anew | StepBegin::Ended(_) => None,
        }
    }
}

impl<P, O, S, const SEEDED: bool> Runner<P, O, S, SEEDED> {
    /// Adds how each step begins, which is known if the run has a store.
    #[doc(hidden)]
    pub fn begun_by<K>(self, steps: &[StepBegin]) -> Runner<P, O, With<S, Begins<'_, P, K>>, SEEDED> {
        self.told(Begins { steps, store: PhantomData })
    }
}
