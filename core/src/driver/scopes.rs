//! What travels with the attempts that the run itself polls. With a spawned one it goes along.

use super::run::Driver;
use crate::{
    diagram::StepNames,
    observe::{Event, EventKind},
    observers::Observers,
    panics::drop_caught,
    scope::{Scope, end_within},
    steps::{Kind, Work},
};
use alloc::{boxed::Box, collections::BTreeMap};
use core::cell::Cell;
use rungs_scheduler::{Instant, StepId, StepState};

/// By step. In most runs there are none.
#[derive(Default)]
pub(super) struct Scopes(Option<Box<BTreeMap<u32, Scope>>>);

impl Scopes {
    /// What is to be entered before a poll of the step's attempt.
    #[inline]
    pub(super) fn get(&mut self, step: StepId) -> Option<&mut Scope> {
        self.0.as_mut()?.get_mut(&step.number())
    }

    fn insert(&mut self, step: StepId, scope: Scope) {
        drop_caught(self.0.get_or_insert_default().insert(step.number(), scope));
    }

    fn take(&mut self, step: u32) -> Option<Scope> {
        self.0.as_mut()?.remove(&step)
    }

    /// The attempt has ended.
    #[inline]
    pub(super) fn remove(&mut self, step: StepId) {
        if self.0.is_some() {
            drop_caught(self.take(step.number()));
        }
    }

    /// Calls what ends an attempt, and does not panic, within the attempt's scope, which goes with it.
    #[inline]
    pub(super) fn end_within<R>(&mut self, step: u32, call: impl FnOnce() -> R) -> R {
        match self.take(step) {
            Some(scope) => end_within(scope, call),
            None => call(),
        }
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Asks the observers what is to travel with the attempt that starts: kept here if the run polls it, put into `spawned`
    /// otherwise.
    #[inline]
    pub(super) fn begin_scope(&mut self, step: StepId, at: Instant, spawned: &Cell<Option<Scope>>) {
        let parts = &mut self.parts;
        let attempt = parts.scheduler.state(step).map_or(1, StepState::attempts);
        let (name, kind) = (parts.names.name(step), EventKind::Started);
        let event = Event { at, step: Some(step), name, attempt, kind };
        let Some(scope) = parts.observers.attempt_scope(&event) else { return };
        match parts.works.get(step.index()) {
            Some(work) if work.is_in_place() => self.scopes.insert(step, scope),
            _ => spawned.set(Some(scope)),
        }
    }
}
