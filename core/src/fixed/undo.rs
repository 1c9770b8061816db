//! A run that takes back what another run has done: which of its steps run.

use super::{
    report::{Outputs, Report},
    runner::Runner,
    sealed::Sealed,
    settings::RunSettings,
    signal::StopSignal,
};
#[cfg(feature = "postcard")]
use crate::observe::Outdated;
use core::time::Duration;
use rungs_scheduler::{Config, Given, Status, StepId, StepState};

/// Settings of a run of undos: each runs if its step has succeeded in the run that is undone.
#[derive(Clone, Copy, Debug)]
pub struct Undoing<'u, S> {
    settings: S,
    /// The steps of the run that is undone.
    states: &'u [StepState],
    /// The step of each undo.
    undone: &'static [StepId],
}

impl<S> Sealed for Undoing<'_, S> {}

impl<'u, S: RunSettings> RunSettings for Undoing<'u, S> {
    const IS_DECLARED: bool = S::IS_DECLARED;
    const HAS_SIGNAL: bool = S::HAS_SIGNAL;
    const HAS_LIMITS: bool = S::HAS_LIMITS;
    const HAS_DEADLINE: bool = S::HAS_DEADLINE;
    const HAS_GIVEN: bool = true;

    type RunOptions = Undoing<'u, S::RunOptions>;
    type Timed = Undoing<'u, S::Timed>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        self.settings.config(declared)
    }

    fn with(self, declared: &Config, change: impl FnOnce(Config) -> Config) -> Self::RunOptions {
        let Self { settings, states, undone } = self;
        Undoing { settings: settings.with(declared, change), states, undone }
    }

    fn with_deadline(self, declared: &Config, limit: Duration) -> Self::Timed {
        let Self { settings, states, undone } = self;
        Undoing { settings: settings.with_deadline(declared, limit), states, undone }
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

    fn given(&self, undo: StepId) -> Option<Given> {
        let state = self.undone.get(undo.index()).and_then(|step| self.states.get(step.index()));
        let is_done = state.is_some_and(|state| state.status() == Status::Success);
        (!is_done).then_some(Given::NotSelected)
    }

    #[cfg(feature = "postcard")]
    fn outdated(&self, step: StepId) -> Option<Outdated> {
        self.settings.outdated(step)
    }
}

impl<P, O, S, const SEEDED: bool> Runner<P, O, S, SEEDED> {
    /// Undoes the run of this report; `undone` has the step of each undo.
    #[doc(hidden)]
    pub fn undoing<'u, R: Outputs, E, const STEPS: usize>(
        self,
        report: &'u Report<R, E, STEPS>,
        undone: &'static [StepId],
    ) -> Runner<P, O, Undoing<'u, S>, SEEDED> {
        let Self { settings, observers, store, pipeline } = self;
        Runner { settings: Undoing { settings, states: &report.states, undone }, observers, store, pipeline }
    }
}
