//! What a run holds for few of its attempts.

use super::told_steps::ToldSteps;
use crate::{
    panics::drop_caught,
    scope::{Scope, end_within},
    steps::{ByStep, Pauses},
};
use alloc::{boxed::Box, vec::Vec};
use rungs_scheduler::{Instant, Outcome, StepId};

/// To most runs, which have nothing of this, it is a pointer.
#[derive(Default)]
pub(super) struct Apart(Option<Box<Parts>>);

#[derive(Default)]
struct Parts {
    /// The attempts of which the scheduler is told when there are no other actions.
    postponed: Vec<(StepId, Outcome)>,
    /// What travels with the attempts in flight that the run itself polls, where an observer wants it.
    scopes: ByStep<Scope>,
    /// The ready steps that are known to wait, where somebody observes.
    told: ToldSteps,
    /// Between the attempts of steps that were retried.
    pauses: Pauses,
}

impl Apart {
    #[inline]
    pub(super) fn has_postponed(&self) -> bool {
        self.0.as_ref().is_some_and(|parts| !parts.postponed.is_empty())
    }

    pub(super) fn postpone(&mut self, step: StepId, outcome: Outcome) {
        self.0.get_or_insert_default().postponed.push((step, outcome));
    }

    pub(super) fn take_postponed(&mut self) -> Vec<(StepId, Outcome)> {
        self.0.as_mut().map(|parts| core::mem::take(&mut parts.postponed)).unwrap_or_default()
    }

    /// The ready steps that are known to wait, by their bits.
    pub(super) fn told_steps(&self) -> &[usize] {
        self.0.as_ref().map_or(&[], |parts| parts.told.words())
    }

    #[inline]
    pub(super) fn has_told_steps(&self) -> bool {
        self.0.as_ref().is_some_and(|parts| !parts.told.words().is_empty())
    }

    /// The ready step of this priority index is known to wait, or is so no longer.
    pub(super) fn set_told(&mut self, priority: usize, is_told: bool) {
        let told = &mut self.0.get_or_insert_default().told;
        if is_told { told.insert(priority) } else { told.remove(priority) }
    }

    /// An attempt has ended, and another will follow.
    pub(super) fn begin_pause(&mut self, step: StepId, now: Instant) {
        self.0.get_or_insert_default().pauses.begin(step, now);
    }

    /// An attempt starts, which may be the first.
    #[inline]
    pub(super) fn end_pause(&mut self, step: StepId, now: Instant) {
        if let Some(parts) = &mut self.0 {
            parts.pauses.end(step, now);
        }
    }

    pub(super) fn take_pauses(&mut self) -> Pauses {
        self.0.as_mut().map(|parts| core::mem::take(&mut parts.pauses)).unwrap_or_default()
    }

    /// What is to be entered before a poll of the step's attempt.
    #[inline]
    pub(super) fn scope(&mut self, step: StepId) -> Option<&mut Scope> {
        self.0.as_mut()?.scopes.get_mut(step)
    }

    pub(super) fn keep_scope(&mut self, step: StepId, scope: Scope) {
        drop_caught(self.0.get_or_insert_default().scopes.insert(step, scope));
    }

    /// The attempt has ended.
    #[inline]
    pub(super) fn drop_scope(&mut self, step: StepId) {
        drop_caught(self.take_scope(step));
    }

    /// Calls what ends an attempt, and does not panic, within the attempt's scope, which goes with it.
    #[inline]
    pub(super) fn end_within<R>(&mut self, step: StepId, call: impl FnOnce() -> R) -> R {
        match self.take_scope(step) {
            Some(scope) => end_within(scope, call),
            None => call(),
        }
    }

    #[inline]
    fn take_scope(&mut self, step: StepId) -> Option<Scope> {
        self.0.as_mut()?.scopes.remove(step)
    }
}
