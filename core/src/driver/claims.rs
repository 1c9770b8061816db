//! The claims of a pipeline's steps to shared resources.

use crate::shared::{Claim, Lack, Want};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};
use core::task::Waker;
use rungs_scheduler::{Instant, StepId};

/// What steps use of shared resources, for those that use any.
pub(crate) type Wants = BTreeMap<u32, Arc<[Want]>>;

/// The claims of steps that wait for shared resources or hold them. A pipeline keeps them, so that nothing is lost with a
/// run that is forgotten.
#[derive(Default)]
pub(crate) struct Claims {
    wants: Arc<Wants>,
    by_step: BTreeMap<u32, Entry>,
    /// The steps that wait, by the time when they ask again though nobody wakes them.
    waiting: BTreeSet<(Instant, u32)>,
}

struct Entry {
    claim: Claim,
    due: Instant,
}

impl Claims {
    /// Sets what the steps want in the next run.
    pub(crate) fn set_wants(&mut self, wants: &Arc<Wants>) {
        self.wants = wants.clone();
    }

    /// What a step wants, if it uses shared resources.
    pub(super) fn wants(&self, step: StepId) -> Option<&Arc<[Want]>> {
        self.wants.get(&step.number())
    }

    /// Polls the claim of a step, which may be a new one. Without wants there is nothing to wait for.
    pub(super) fn poll(&mut self, step: u32, now: Instant, waker: &Waker) -> Result<(), Lack> {
        let Some(wants) = self.wants.get(&step) else { return Ok(()) };
        let entry = || Entry { claim: Claim::new(wants.clone()), due: Instant::NEVER };
        let Entry { claim, due } = self.by_step.entry(step).or_insert_with(entry);
        self.waiting.remove(&(*due, step));
        let polled = claim.poll(now, waker);
        if let Err(lack) = &polled {
            *due = lack.due;
            self.waiting.insert((*due, step));
        }
        polled
    }

    /// Gives back what a step holds, or takes it out of the queues.
    pub(super) fn end(&mut self, step: u32) {
        if let Some(Entry { claim, due }) = self.by_step.remove(&step) {
            self.waiting.remove(&(due, step));
            drop(claim);
        }
    }

    /// Ends the claims of all steps but those that go on. A step may hold what it uses before its attempt begins, so it is not
    /// enough to look at the attempts.
    pub(crate) fn end_all_but(&mut self, goes_on: impl Fn(u32) -> bool) {
        let ended: Vec<u32> = self.by_step.keys().copied().filter(|&step| !goes_on(step)).collect();
        ended.into_iter().for_each(|step| self.end(step));
    }

    /// Whether a step waits.
    pub(super) fn is_waiting(&self, step: u32) -> bool {
        self.by_step.get(&step).is_some_and(|entry| !entry.claim.is_held())
    }

    /// When a step asks again though nobody wakes it.
    #[inline]
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waiting.first().map(|(due, _)| *due).filter(|due| *due < Instant::NEVER)
    }

    /// A step whose time has come.
    #[inline]
    pub(super) fn due_at(&self, now: Instant) -> Option<u32> {
        self.waiting.first().filter(|(due, _)| *due <= now).map(|(_, step)| *step)
    }
}
