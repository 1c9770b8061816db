//! What a run adds up to: its exit code, and how many steps ended how.

use rungs_scheduler::{Cause, Status, StepState};

/// 0: no required step failed; 1: one did; 2: the run was stopped without a failure.
pub(crate) fn exit_code(states: &[StepState]) -> u8 {
    let required = || states.iter().filter(|node| node.is_required());
    if required().any(|node| node.status() == Status::Failed) {
        1
    } else if required().any(|node| is_cut_short(node, states)) {
        2
    } else {
        0
    }
}

/// Whether a step did not succeed because the run was stopped.
pub(super) fn is_cut_short(node: &StepState, states: &[StepState]) -> bool {
    match (node.status(), node.cause()) {
        (Status::Cancelled, _) => true,
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
    states.iter().filter(|node| node.status() == status).count()
}
