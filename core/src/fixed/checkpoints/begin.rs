//! How each step of a run begins: anew, or as it has ended before.

use crate::{
    fixed::{
        run_store::RunStore, runner::Runner, sealed::Sealed, settings::RunSettings, signal::StopSignal,
        static_plan::Fallible,
    },
    observe::Outdated,
};
use core::{fmt, marker::PhantomData, time::Duration};
use rungs_scheduler::{Config, Given, StepId};

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

/// Settings of a run that begins with what earlier runs have stored.
pub struct BegunBy<'b, S, P, K> {
    settings: S,
    begins: &'b [StepBegin],
    store: PhantomData<fn() -> (P, K)>,
}

impl<S: Copy, P, K> Clone for BegunBy<'_, S, P, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Copy, P, K> Copy for BegunBy<'_, S, P, K> {}

impl<S: fmt::Debug, P, K> fmt::Debug for BegunBy<'_, S, P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { settings, begins, .. } = self;
        f.debug_struct("BegunBy").field("settings", settings).field("begins", begins).finish()
    }
}

impl<S, P, K> BegunBy<'_, S, P, K> {
    fn of(&self, step: StepId) -> StepBegin {
        self.begins.get(step.index()).copied().unwrap_or(StepBegin::Anew)
    }
}

impl<S, P, K> Sealed for BegunBy<'_, S, P, K> {}

impl<'b, S: RunSettings, P: Fallible, K: RunStore<P>> RunSettings for BegunBy<'b, S, P, K> {
    const IS_DECLARED: bool = S::IS_DECLARED;
    const HAS_SIGNAL: bool = S::HAS_SIGNAL;
    const HAS_LIMITS: bool = S::HAS_LIMITS;
    const HAS_DEADLINE: bool = S::HAS_DEADLINE;
    const HAS_GIVEN: bool = K::IS_THERE;

    type RunOptions = BegunBy<'b, S::RunOptions, P, K>;
    type Timed = BegunBy<'b, S::Timed, P, K>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        self.settings.config(declared)
    }

    fn with(self, declared: &Config, change: impl FnOnce(Config) -> Config) -> Self::RunOptions {
        BegunBy { settings: self.settings.with(declared, change), begins: self.begins, store: PhantomData }
    }

    fn with_deadline(self, declared: &Config, limit: Duration) -> Self::Timed {
        BegunBy { settings: self.settings.with_deadline(declared, limit), begins: self.begins, store: PhantomData }
    }

    #[inline]
    fn any_signal(&self, is: impl Fn(&StopSignal) -> bool + Copy) -> bool {
        self.settings.any_signal(is)
    }

    fn timeout_cap(&self, step: StepId) -> u64 {
        self.settings.timeout_cap(step)
    }

    fn deadline_cap(&self, step: StepId) -> u64 {
        self.settings.deadline_cap(step)
    }

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
    pub fn begun_by<K>(self, begins: &[StepBegin]) -> Runner<P, O, BegunBy<'_, S, P, K>, SEEDED> {
        let Self { settings, observers, store, pipeline } = self;
        Runner { settings: BegunBy { settings, begins, store: PhantomData }, observers, store, pipeline }
    }
}
