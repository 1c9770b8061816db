//! Claims to shared resources: a step whose resources are not free waits before its attempt.

use super::{
    run::Driver,
    wakes::{NO_SLOT, WakerSlots},
};
use crate::{
    observe::EventKind,
    observers::Observers,
    shared::{Claim, Lack, Want},
    steps::Kind,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use core::task::Waker;
use rungs_scheduler::{Instant, StepId, StepState};

/// What steps use of shared resources, for those that use any.
pub(crate) type Wants = BTreeMap<u32, Arc<[Want]>>;

/// The claims of steps that wait for shared resources or hold them. A pipeline keeps them, so that nothing is lost with a
/// run that is forgotten.
#[derive(Default)]
pub(crate) struct Claims {
    by_step: BTreeMap<u32, Entry>,
    /// The steps that wait, by the time when they ask again though nobody wakes them.
    waiting: BTreeSet<(Instant, u32)>,
}

struct Entry {
    claim: Claim,
    due: Instant,
}

impl Claims {
    /// Polls the claim of a step, which may be a new one.
    fn poll(&mut self, step: u32, wants: &Arc<[Want]>, now: Instant, waker: &Waker) -> Result<(), Lack> {
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
    #[inline]
    pub(crate) fn end(&mut self, step: u32) {
        if !self.by_step.is_empty()
            && let Some(Entry { claim, due }) = self.by_step.remove(&step)
        {
            self.waiting.remove(&(due, step));
            drop(claim);
        }
    }

    fn is_waiting(&self, step: u32) -> bool {
        self.by_step.get(&step).is_some_and(|entry| !entry.claim.is_held())
    }

    /// When a step asks again though nobody wakes it.
    #[inline]
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waiting.first().map(|(due, _)| *due).filter(|due| *due < Instant::NEVER)
    }

    fn due_at(&self, now: Instant) -> Option<u32> {
        self.waiting.first().filter(|(due, _)| *due <= now).map(|(_, step)| *step)
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Whether the step holds all shared resources that it uses, so that its attempt may begin. Otherwise its start is put
    /// off.
    #[inline]
    pub(super) fn may_start(&mut self, step: StepId, now: Instant) -> bool {
        self.parts.wants.is_empty() || self.claim(step, now)
    }

    #[inline(never)]
    fn claim(&mut self, step: StepId, now: Instant) -> bool {
        let parts = &mut self.parts;
        let Some(wants) = parts.wants.get(&step.number()) else { return true };
        if self.spare == NO_SLOT {
            self.spare = parts.slots.acquire() as u32;
        }
        let Some(waker) = parts.slots.waker(self.spare as usize) else { return true };
        let Err(lack) = parts.claims.poll(step.number(), wants, now, waker) else { return true };
        let attempt = parts.scheduler.state(step).map_or(1, StepState::attempts);
        parts.scheduler.put_off(step, now);
        // Before its observers are told, which may panic: its wakes lead to it from now on.
        self.keep_slot(step);
        self.notify_waiting(step, attempt, &lack, now);
        false
    }

    fn notify_waiting(&mut self, step: StepId, attempt: u32, lack: &Lack, now: Instant) {
        let parts = &mut self.parts;
        if let Some(want) = parts.wants.get(&step.number()).and_then(|wants| wants.get(lack.index)) {
            let until = (lack.due < Instant::NEVER).then_some(lack.due);
            parts.notify(step, attempt, now, EventKind::Waiting { resource: want.resource.name(), until });
        }
    }

    /// Polls the claim of a step that was woken, and returns whether it waits for one.
    #[inline]
    pub(super) fn poll_woken_claim(&mut self, step: StepId, slot: usize, now: Instant) -> bool {
        let is_waiting = !self.parts.wants.is_empty() && self.parts.claims.is_waiting(step.number());
        if is_waiting {
            self.poll_claim(step, slot, now);
        }
        is_waiting
    }

    #[inline(never)]
    fn poll_claim(&mut self, step: StepId, slot: usize, now: Instant) {
        let parts = &mut self.parts;
        let (Some(wants), Some(waker)) = (parts.wants.get(&step.number()), parts.slots.waker(slot)) else { return };
        if parts.claims.poll(step.number(), wants, now, waker).is_ok() {
            parts.slots.release(slot);
            parts.scheduler.put_on(step);
        }
    }

    /// Polls the claims whose time has come.
    #[inline]
    pub(super) fn poll_due_claims(&mut self, now: Instant) {
        while let Some(step) = self.parts.claims.due_at(now) {
            match slot_of_step(self.parts.slots, self.parts.slot_of, step) {
                Some(slot) => self.poll_claim(StepId::from_number(step), slot, now),
                None => self.parts.claims.end(step),
            }
        }
    }

    /// An attempt has ended, or a step has without one: what it used of shared resources is free.
    #[inline]
    pub(super) fn end_claim(&mut self, step: StepId) {
        let parts = &mut self.parts;
        if parts.wants.is_empty() {
            return;
        }
        if parts.claims.is_waiting(step.number())
            && let Some(slot) = slot_of_step(parts.slots, parts.slot_of, step.number())
        {
            parts.slots.release(slot);
        }
        parts.claims.end(step.number());
    }
}

/// The waker slot that a step holds.
fn slot_of_step(slots: &WakerSlots, slot_of: &[u32], step: u32) -> Option<usize> {
    let slot = *slot_of.get(step as usize)? as usize;
    (slots.step_in(slot) == Some(step)).then_some(slot)
}
