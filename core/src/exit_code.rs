//! The exit code of a run, and how many steps ended with each status.

use rungs_scheduler::{Cause, Status, StepState};

/// 0: no required step failed; 1: one did; 2: the run was stopped without a failure, or dropped before its end.
pub(crate) fn exit_code(states: &[StepState]) -> u8 {
    let required = || states.iter().filter(|state| state.is_required());
    if required().any(|state| state.status() == Status::Failed) {
        1
    } else if required().any(|state| is_cut_short(state, states)) {
        2
    } else {
        0
    }
}

/// Whether a step did not succeed because the run was stopped or dropped.
pub(crate) fn is_cut_short(state: &StepState, states: &[StepState]) -> bool {
    match (state.status(), state.cause()) {
        (Status::Cancelled | Status::Pending | Status::Running, _) => true,
        (Status::Skipped, Some(cause)) if cause.is_stop() => true,
        // A root is the root of nothing else, so this goes one step deep.
        (Status::Skipped, Some(Cause::Dependency { root, .. })) => {
            states.get(root.index()).is_some_and(|root| is_cut_short(root, states))
        }
        _ => false,
    }
}

/// How many steps have this status.
// Once in flash, though a table asks four times.
#[inline(never)]
pub(crate) fn count(states: &[StepState], status: Status) -> usize {
    states.iter().filter(|state| state.status() == status).count()
}
