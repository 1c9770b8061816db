//! A run that takes back what another run has done: which of its steps run.

use super::{
    report::{Outputs, Report},
    runner::Runner,
    sealed::Sealed,
    settings::{RunInput, With},
};
use rungs_scheduler::{Given, Status, StepId, StepState};

/// What a run of undos takes back: each runs if its step has succeeded in the run that is undone.
#[derive(Clone, Copy, Debug)]
pub struct Undone<'u> {
    /// The steps of the run that is undone.
    states: &'u [StepState],
    /// The step of each undo.
    steps: &'static [StepId],
}

impl Sealed for Undone<'_> {}

impl RunInput for Undone<'_> {
    const HAS_GIVEN: bool = true;

    fn given(&self, undo: StepId) -> Option<Given> {
        let state = self.steps.get(undo.index()).and_then(|step| self.states.get(step.index()));
        let is_done = state.is_some_and(|state| state.status() == Status::Success);
        (!is_done).then_some(Given::NotSelected)
    }
}

impl<P, O, S, const SEEDED: bool> Runner<P, O, S, SEEDED> {
    /// Undoes the run of this report; `steps` has the step of each undo.
    #[doc(hidden)]
    pub fn undoing<'u, R: Outputs, E, const STEPS: usize>(
        self,
        report: &'u Report<R, E, STEPS>,
        steps: &'static [StepId],
    ) -> Runner<P, O, With<S, Undone<'u>>, SEEDED> {
        self.told(Undone { states: &report.states, steps })
    }
}
