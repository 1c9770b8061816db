//! The exit code of a run, and how many steps ended with each status.

use rungs_scheduler::{Cause, Plan, Status, StepId, StepState};

/// The steps whose failure does not count.
#[derive(Clone, Copy)]
pub(crate) enum OptionalSteps<'r> {
    /// As the settings of a plan state.
    Plan(&'r Plan<'r>),
    /// These, in ascending order: for reports, which outlive the plan.
    #[cfg(feature = "alloc")]
    List(&'r [StepId]),
}

impl OptionalSteps<'_> {
    // Once in flash, though a table asks twice.
    #[inline(never)]
    pub(crate) fn contain(&self, step: StepId) -> bool {
        match self {
            Self::Plan(plan) => plan.settings(step).is_optional(),
            #[cfg(feature = "alloc")]
            Self::List(steps) => steps.binary_search(&step).is_ok(),
        }
    }
}

/// 0: no required step failed; 1: one did; 2: the run was stopped without a failure, or dropped before its end.
pub(crate) fn exit_code(states: &[StepState], optional: OptionalSteps<'_>) -> u8 {
    let mut exit_code = 0;
    for (step, state) in states.iter().enumerate() {
        let status = state.status();
        if status == Status::Success || optional.contain(StepId::from_number(step as u32)) {
            continue;
        }
        if status == Status::Failed {
            return 1;
        }
        if is_cut_short(state, states) {
            exit_code = 2;
        }
    }
    exit_code
}

/// Whether a step did not succeed because the run was stopped or dropped.
pub(crate) fn is_cut_short(state: &StepState, states: &[StepState]) -> bool {
    // A root is the root of nothing else, so this goes one step deep.
    let origin = match state.cause() {
        Some(Cause::Dependency { root, .. }) if state.status() == Status::Skipped => states.get(root.index()),
        _ => None,
    };
    let origin = origin.unwrap_or(state);
    match origin.status() {
        Status::Cancelled | Status::Pending | Status::Running => true,
        Status::Skipped => origin.cause().is_some_and(Cause::is_stop),
        _ => false,
    }
}

/// How many steps have this status.
// Once in flash, though a table asks four times.
#[inline(never)]
pub(crate) fn count(states: &[StepState], status: Status) -> usize {
    states.iter().filter(|state| state.status() == status).count()
}
