//! A run in progress: its attempts, and what is done with them.

use super::{
    apart::Apart,
    attempt::{self, goes_on},
    rare::Rare,
    slots::{NO_SLOT, WakerSlots},
    traced::TracedObservers,
    wakes::Pass,
};
#[cfg(feature = "checkpoints")]
use crate::checkpoints::OpenStore;
use crate::{
    cancel::Tokens,
    diagram::StepNames,
    exit_code::{OptionalSteps, exit_code},
    observe::{Counts, Event, EventKind, RunInfo},
    observers::Observers,
    scope::{Scope, within},
    steps::{
        Attempt, AttemptError, ByStep, Emission, Errors, Kind, Names, RetryPredicate, RunExtras, RunParts, Watches,
        Work, drop_result,
    },
    time::Timer,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll},
};
use rungs_scheduler::{Given, Instant, Outcome, Scheduler, Setup, StepId, StepState};

/// What a run borrows and owns.
pub(crate) struct DriverParts<'r, 'env, E, K: Kind<'env, E>, O> {
    pub(crate) scheduler: Scheduler<'r>,
    pub(crate) works: &'r mut [Pin<Box<K::Work>>],
    pub(crate) results: &'r mut [Option<Arc<K::Cell>>],
    /// Borrowed as `mut`, so that a run is `Send` though these need not be `Sync`.
    pub(crate) retry_predicates: &'r mut ByStep<RetryPredicate<'env, E>>,
    pub(crate) slots: &'r mut WakerSlots,
    /// What few runs have.
    pub(crate) rare: Option<&'r mut Rare<K::Cell>>,
    pub(crate) tokens: Tokens,
    pub(crate) observers: TracedObservers<O>,
}

/// A run in progress. Dropping it drops every attempt.
pub(crate) struct Driver<'r, 'env, E, K: Kind<'env, E>, O: Observers<E>> {
    pub(super) parts: DriverParts<'r, 'env, E, K, O>,
    pub(super) run: RunParts<'r, E>,
    /// An acquired slot for first polls: a step that ends at its first poll does not keep it.
    pub(super) spare: u32,
    /// The step whose attempt is being polled, to which a panic belongs; otherwise `NO_SLOT`.
    pub(super) polled: u32,
    /// Whether something is to be done at a success: errors of earlier attempts, and what few runs have.
    pub(super) has_notes: bool,
    pub(super) is_first_poll: bool,
    /// Whether the last poll left woken steps over: then the pass goes on in the next one.
    pub(super) is_half_way: bool,
    pub(super) pass: Pass,
    pub(super) apart: Apart,
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> DriverParts<'_, 'env, E, K, O> {
    #[inline]
    pub(super) fn notify(
        &mut self,
        run: &RunParts<'_, E>,
        step: StepId,
        attempt: u32,
        at: Instant,
        kind: EventKind<'_, E>,
    ) {
        if O::LISTEN {
            self.notify_emitted(run, at);
        }
        self.observers.on_event(&Event { at, step: Some(step), name: run.names.name(step), attempt, kind });
    }

    /// Reports what steps have emitted since the last time.
    #[inline]
    pub(super) fn notify_emitted(&mut self, run: &RunParts<'_, E>, at: Instant) {
        for Emission { step, attempt, value } in run.emissions().into_iter().flat_map(|emissions| emissions.take()) {
            let (name, kind) = (run.names.name(step), EventKind::Emitted(&value));
            self.observers.on_event(&Event { at, step: Some(step), name, attempt, kind });
        }
    }

    fn is_never_cancelled(&self, step: StepId) -> bool {
        self.scheduler.plan().settings(step).get_never_cancel()
    }

    /// Whether the step's attempt has ended well, and is being stored.
    fn is_storing(&self, step: StepId) -> bool {
        self.works.get(step.index()).is_some_and(|work| work.is_storing())
    }

    /// Whether the step's attempt goes on without the run.
    fn goes_on_alone(&self, step: StepId) -> bool {
        self.works.get(step.index()).is_some_and(|work| !work.is_in_place())
    }

    /// Reports the start of the run, once.
    #[inline]
    pub(super) fn notify_start(&mut self, run: &RunParts<'_, E>, at: Instant) {
        if O::LISTEN && self.observers.begin() {
            let (names, setup) = (&**run.names, self.scheduler.setup());
            let kind = EventKind::RunStarted(RunInfo { names, plan: setup.plan(), config: setup.config() });
            self.observers.on_event(&Event { at, step: None, name: names.pipeline(), attempt: 0, kind });
        }
    }

    /// Reports the end of the run.
    pub(super) fn notify_end(&mut self, run: &RunParts<'_, E>, at: Instant) {
        if O::LISTEN {
            self.notify_emitted(run, at);
            let states = self.scheduler.states();
            let optional = OptionalSteps::Plan(self.scheduler.setup().plan());
            let kind = EventKind::RunEnded { counts: Counts::of(states), exit_code: exit_code(states, optional) };
            self.observers.on_event(&Event { at, step: None, name: run.names.pipeline(), attempt: 0, kind });
        }
    }
}

impl<'r, 'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'r, 'env, E, K, O> {
    /// A run whose scheduler has not [begun](Self::begin).
    #[inline]
    pub(crate) fn new(
        parts: DriverParts<'r, 'env, E, K, O>,
        names: &'r Arc<Names>,
        extras: Option<&'r mut RunExtras>,
    ) -> Self {
        Self {
            has_notes: parts.rare.is_some(),
            parts,
            run: RunParts { names, extras, errors: Errors::new() },
            spare: NO_SLOT,
            polled: NO_SLOT,
            is_first_poll: true,
            is_half_way: false,
            pass: Pass::default(),
            apart: Apart::default(),
        }
    }

    /// Call it once, before the first poll.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.parts.scheduler.begin();
    }

    /// As [`begin`](Self::begin), where these steps have ended before, with these errors.
    #[cold]
    pub(crate) fn resume(&mut self, given: Vec<(StepId, Given)>, errors: Errors<E>) {
        self.run.errors = errors;
        self.parts.scheduler.begin_given(given);
    }

    /// Takes the store out of the run.
    #[cfg(feature = "checkpoints")]
    pub(super) fn take_store(&mut self) -> Option<Arc<OpenStore>> {
        self.run.extras.as_mut().and_then(|extras| extras.store.take())
    }

    #[inline]
    pub(super) fn start<T: Timer>(&mut self, step: StepId, now: &mut Instant, timer: &T) {
        if self.spare == NO_SLOT && !self.prepare_start(step, *now) {
            return;
        }
        let started = *now;
        self.forget_lack(step);
        self.apart.end_pause(step, started);
        let parts = &mut self.parts;
        let attempt = parts.scheduler.state(step).map_or(1, StepState::attempts);
        parts.notify(&self.run, step, attempt, started, EventKind::Started);
        match self.poll_attempt(step, self.spare as usize, Some(started)) {
            Poll::Ready(Ok(result)) => {
                *now = timer.now();
                self.succeeded(step, result, *now);
            }
            Poll::Ready(Err(error)) => {
                *now = timer.now();
                self.failed::<T>(step, error, *now);
            }
            Poll::Pending => self.keep_slot(step),
        }
    }

    /// Polls what the woken step has in flight: its attempt, or the end of it; or its claim, if it waits for one. Returns whether
    /// an attempt has ended, at a new `now`.
    pub(super) fn poll_step<T: Timer>(&mut self, step: StepId, slot: usize, now: &mut Instant, timer: &T) -> bool {
        let has_ended = if self.parts.scheduler.state(step).is_some_and(StepState::is_running) {
            self.poll_slot(step, slot, now, timer)
        } else {
            self.poll_rest(step, slot, now, timer)
        };
        if has_ended {
            self.parts.slots.release(slot);
        }
        has_ended
    }

    /// Polls what the woken step has in flight beside an attempt that may go on, and returns whether that has ended.
    #[cold]
    fn poll_rest<T: Timer>(&mut self, step: StepId, slot: usize, now: &mut Instant, timer: &T) -> bool {
        if self.poll_woken_claim(step, slot, *now) {
            return false;
        }
        let must_end = |state: &StepState| state.is_being_abandoned() || state.is_still_running();
        if self.parts.scheduler.state(step).is_some_and(must_end) {
            self.poll_end(step, slot, now, timer)
        } else {
            self.poll_slot(step, slot, now, timer)
        }
    }

    /// A result that is ready now counts; else the attempt is made to end.
    #[inline(never)]
    pub(super) fn abandon<T: Timer>(&mut self, step: StepId, now: &mut Instant, timer: &T) {
        if self.report_postponed(*now) && !self.parts.scheduler.state(step).is_some_and(StepState::is_being_abandoned) {
            return;
        }
        let Some(slot) = self.parts.slots.slot_of(step.number()) else { return };
        if self.poll_slot(step, slot, now, timer) || self.make_end(step, slot, now, timer) {
            self.parts.slots.release(slot);
        }
    }

    /// Makes an attempt end, and returns whether it has. One that is never cancelled goes on: with the run if that polls it,
    /// and given up if it can go on without. What is being stored goes on as well.
    fn make_end<T: Timer>(&mut self, step: StepId, slot: usize, now: &mut Instant, timer: &T) -> bool {
        let parts = &self.parts;
        if !parts.is_never_cancelled(step) {
            return !parts.is_storing(step) && self.poll_cancel(step, slot, now, timer);
        }
        if parts.goes_on_alone(step) {
            self.finish_attempt(step, Outcome::GivenUp, None, *now);
        }
        false
    }

    /// Polls what is left of a woken attempt that was to end, and returns whether it has ended.
    fn poll_end<T: Timer>(&mut self, step: StepId, slot: usize, now: &mut Instant, timer: &T) -> bool {
        let parts = &mut self.parts;
        if !parts.is_never_cancelled(step) && !parts.is_storing(step) {
            return self.poll_cancel(step, slot, now, timer);
        }
        if !parts.scheduler.state(step).is_some_and(StepState::is_still_running) {
            return self.poll_slot(step, slot, now, timer);
        }
        let (Some(work), Some(waker)) = (parts.works.get_mut(step.index()), parts.slots.waker(slot)) else {
            return false;
        };
        if attempt::poll_to_end(work.as_mut(), &mut Context::from_waker(waker)).is_pending() {
            return false;
        }
        *now = timer.now();
        self.finish_attempt(step, Outcome::Abandoned, None, *now);
        true
    }

    /// Polls an attempt that has begun before, and returns whether it has ended.
    fn poll_slot<T: Timer>(&mut self, step: StepId, slot: usize, now: &mut Instant, timer: &T) -> bool {
        let Poll::Ready(result) = self.poll_attempt(step, slot, None) else { return false };
        *now = timer.now();
        match result {
            Ok(result) => self.succeeded(step, result, *now),
            Err(error) => self.failed::<T>(step, error, *now),
        }
        true
    }

    /// Asks the observers what is to travel with the attempt that starts: kept here if the run polls it, put into `spawned`
    /// otherwise.
    fn begin_scope(&mut self, step: StepId, at: Instant, spawned: &Cell<Option<Scope>>) {
        let parts = &mut self.parts;
        let attempt = parts.scheduler.state(step).map_or(1, StepState::attempts);
        let (name, kind) = (self.run.names.name(step), EventKind::Started);
        let event = Event { at, step: Some(step), name, attempt, kind };
        let Some(scope) = parts.observers.attempt_scope(&event) else { return };
        match parts.works.get(step.index()) {
            Some(work) if work.is_in_place() => self.apart.keep_scope(step, scope),
            _ => spawned.set(Some(scope)),
        }
    }

    /// Polls an attempt, which begins first if it is to start.
    #[inline]
    fn poll_attempt(
        &mut self,
        step: StepId,
        slot: usize,
        start: Option<Instant>,
    ) -> Poll<Result<Arc<K::Cell>, AttemptError<E>>> {
        let spawned_scope = Cell::new(None);
        if O::LISTEN
            && let Some(started) = start
        {
            self.begin_scope(step, started, &spawned_scope);
        }
        let parts = &mut self.parts;
        let (Some(work), Some(waker)) = (parts.works.get_mut(step.index()), parts.slots.waker(slot)) else {
            return Poll::Ready(Err(AttemptError::TaskDropped));
        };
        let begin = start.map(|started| Attempt {
            step,
            started,
            scheduler: &parts.scheduler,
            run: &self.run,
            scope: if O::LISTEN { Some(&spawned_scope) } else { None },
        });
        self.polled = step.number();
        let mut cx = Context::from_waker(waker);
        let polled = if O::LISTEN {
            within(self.apart.scope(step), || work.as_mut().poll(&mut cx, begin.as_ref(), parts.results))
        } else {
            work.as_mut().poll(&mut cx, begin.as_ref(), parts.results)
        };
        self.polled = NO_SLOT;
        if O::LISTEN && polled.is_ready() {
            self.apart.drop_scope(step);
        }
        polled
    }

    /// Polls the end of an abandoned attempt, and returns whether it has ended.
    fn poll_cancel<T: Timer>(&mut self, step: StepId, slot: usize, now: &mut Instant, timer: &T) -> bool {
        let parts = &mut self.parts;
        let (Some(work), Some(waker)) = (parts.works.get_mut(step.index()), parts.slots.waker(slot)) else {
            return false;
        };
        let mut cx = Context::from_waker(waker);
        let end = || attempt::poll_cancel(work.as_mut(), &mut cx);
        if self.apart.end_within(step, end).is_pending() {
            return false;
        }
        *now = timer.now();
        self.finish_attempt(step, Outcome::Abandoned, None, *now);
        true
    }

    /// Gives the spare slot to the step, so that its wakes lead to it.
    #[inline(never)]
    pub(super) fn keep_slot(&mut self, step: StepId) {
        let parts = &mut self.parts;
        let slot = core::mem::replace(&mut self.spare, NO_SLOT);
        parts.slots.assign(slot as usize, step.number(), parts.works.len());
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Drop for Driver<'_, 'env, E, K, O> {
    fn drop(&mut self) {
        if self.spare != NO_SLOT {
            self.parts.slots.release(self.spare as usize);
        }
        let parts = &mut self.parts;
        // A spawned attempt that goes on keeps its slot and its shared resources: the next run waits for its end.
        if !parts.scheduler.has_ended() || parts.scheduler.still_running() > 0 {
            let (plan, apart) = (parts.scheduler.plan(), &mut self.apart);
            parts.slots.retain(|step| {
                let may_go_on = plan.settings(StepId::from_number(step)).get_never_cancel();
                let work = parts.works.get_mut(step as usize);
                work.is_some_and(|work| {
                    (may_go_on && !work.is_in_place())
                        || apart.end_within(StepId::from_number(step), || goes_on(work.as_mut()))
                })
            });
            if let Some(rare) = &mut parts.rare {
                rare.claims.end_all_but(|step| parts.slots.slot_of(step).is_some());
            }
        }
        // A run that was cut off has no report. Its attempts in place have been dropped above, with their shares.
        if !parts.scheduler.has_ended() {
            parts.results.iter_mut().for_each(drop_result);
        }
        if let Some(rare) = &mut self.parts.rare {
            rare.watches = Watches::new();
        }
        #[cfg(feature = "checkpoints")]
        if let Some(extras) = &mut self.run.extras {
            extras.store = None;
        }
        self.parts.slots.is_running = false;
    }
}
