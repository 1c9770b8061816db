//! A step whose shared resources are not free waits before its attempt.

use super::{rare::Rare, run::Driver, slots::NO_SLOT};
use crate::{observe::EventKind, observers::Observers, shared::Lack, steps::Kind};
use rungs_scheduler::{Instant, StepId, StepState};

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Acquires a slot for the first poll of an attempt, and returns whether the step holds all shared resources that it
    /// uses. Otherwise its start is put off.
    ///
    /// A run with claims has no spare slot between its attempts (see `end_its_claim`), so each start comes this way; any other
    /// run comes this way only when it lacks a slot.
    #[inline]
    pub(super) fn prepare_start(&mut self, step: StepId, now: Instant) -> bool {
        if self.parts.rare.is_some() && !self.claim(step, now) {
            return false;
        }
        if self.spare == NO_SLOT {
            self.spare = self.parts.slots.acquire() as u32;
        }
        true
    }

    /// Whether the step holds all shared resources that it uses.
    #[inline(never)]
    fn claim(&mut self, step: StepId, now: Instant) -> bool {
        let parts = &mut self.parts;
        let Some(Rare { claims, .. }) = &mut parts.rare else { return true };
        if claims.wants(step).is_none() {
            return true;
        }
        if self.spare == NO_SLOT {
            self.spare = parts.slots.acquire() as u32;
        }
        let Some(waker) = parts.slots.waker(self.spare as usize) else { return true };
        let Err(lack) = claims.poll(step.number(), now, waker) else { return true };
        let attempt = parts.scheduler.state(step).map_or(1, StepState::attempts);
        parts.scheduler.put_off(step, now);
        // Before its observers are told, which may panic: its wakes lead to it from now on.
        self.keep_slot(step);
        self.notify_waiting(step, attempt, &lack, now);
        false
    }

    fn notify_waiting(&mut self, step: StepId, attempt: u32, lack: &Lack, now: Instant) {
        let wants = self.parts.rare.as_ref().and_then(|rare| rare.claims.wants(step)).cloned();
        if let Some(want) = wants.as_ref().and_then(|wants| wants.get(lack.index)) {
            let until = (lack.due < Instant::NEVER).then_some(lack.due);
            self.parts.notify(
                &self.run,
                step,
                attempt,
                now,
                EventKind::Waiting { resource: Some(want.resource.name()), until },
            );
        }
    }

    /// Polls the claim of a step that was woken, and returns whether it waits for one.
    pub(super) fn poll_woken_claim(&mut self, step: StepId, slot: usize, now: Instant) -> bool {
        let is_waiting = self.parts.rare.as_ref().is_some_and(|rare| rare.claims.is_waiting(step.number()));
        if is_waiting {
            self.poll_claim(step, slot, now);
        }
        is_waiting
    }

    fn poll_claim(&mut self, step: StepId, slot: usize, now: Instant) {
        let parts = &mut self.parts;
        let (Some(rare), Some(waker)) = (&mut parts.rare, parts.slots.waker(slot)) else { return };
        if rare.claims.poll(step.number(), now, waker).is_ok() {
            parts.slots.release(slot);
            parts.scheduler.put_on(step);
        }
    }

    /// Polls the claims whose time has come.
    #[inline]
    pub(super) fn poll_due_claims(&mut self, now: Instant) {
        if self.parts.rare.is_some() {
            self.poll_all_due_claims(now);
        }
    }

    #[inline(never)]
    fn poll_all_due_claims(&mut self, now: Instant) {
        while let Some(Rare { claims, .. }) = &mut self.parts.rare
            && let Some(step) = claims.due_at(now)
        {
            match self.parts.slots.slot_of(step) {
                Some(slot) => self.poll_claim(StepId::from_number(step), slot, now),
                None => claims.end(step),
            }
        }
    }

    /// The limit, or when a claim is polled though nobody wakes it: whichever comes first.
    #[inline(never)]
    pub(super) fn limit_or_due_claim(&self, limit: Option<Instant>) -> Option<Instant> {
        let due = self.parts.rare.as_ref().and_then(|rare| rare.claims.next_due());
        limit.into_iter().chain(due).min()
    }

    /// An attempt has ended, or a step has without one: what it used of shared resources is free.
    #[inline]
    pub(super) fn end_claim(&mut self, step: StepId) {
        if self.parts.rare.is_some() {
            self.end_its_claim(step);
        }
    }

    #[inline(never)]
    fn end_its_claim(&mut self, step: StepId) {
        let parts = &mut self.parts;
        let Some(Rare { claims, .. }) = &mut parts.rare else { return };
        if claims.is_waiting(step.number())
            && let Some(slot) = parts.slots.slot_of(step.number())
        {
            parts.slots.release(slot);
        }
        claims.end(step.number());
        if self.spare != NO_SLOT {
            parts.slots.release(self.spare as usize);
            self.spare = NO_SLOT;
        }
    }
}
