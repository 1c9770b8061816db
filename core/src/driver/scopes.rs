//! What travels with the attempts that the run itself polls. With a spawned one it goes along.

use crate::{
    panics::drop_caught,
    scope::{Scope, end_within},
};
use alloc::{boxed::Box, collections::BTreeMap};
use rungs_scheduler::StepId;

/// By step. In most runs there are none.
#[derive(Default)]
pub(super) struct Scopes(Option<Box<ByStep>>);

/// In a box, since nearly every run has none: a pointer instead of a map.
#[derive(Default)]
struct ByStep(BTreeMap<u32, Scope>);

impl Scopes {
    /// What is to be entered before a poll of the step's attempt.
    #[inline]
    pub(super) fn get(&mut self, step: StepId) -> Option<&mut Scope> {
        self.0.as_mut()?.0.get_mut(&step.number())
    }

    pub(super) fn insert(&mut self, step: StepId, scope: Scope) {
        drop_caught(self.0.get_or_insert_default().0.insert(step.number(), scope));
    }

    fn take(&mut self, step: u32) -> Option<Scope> {
        self.0.as_mut()?.0.remove(&step)
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
