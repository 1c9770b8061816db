//! What an attempt came to: the scheduler is told, the observer, and, of an error, the report to come.

use super::{
    attempt::{self, Payload},
    run::Driver,
};
use crate::{
    error::StepError,
    observe::EventKind,
    observers::Observers,
    reason::Origin,
    steps::{AttemptError, Kind, Work},
    time::Timer,
};
use alloc::sync::Arc;
use rungs_scheduler::{Instant, Outcome, Retry, Status, StepId, StepState, Verdict};

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Records a success. Errors of earlier attempts are of no interest any more.
    #[inline(always)]
    pub(super) fn succeeded(&mut self, step: StepId, result: Arc<K::Cell>, now: Instant) {
        let parts = &mut self.parts;
        if let Some(place) = parts.results.get_mut(step.index()) {
            *place = Some(result);
        }
        parts.scheduler.handle_outcome(step, Outcome::Success, now);
        if !self.errors.is_empty() {
            self.errors.remove(&step.number());
        }
        let attempt = parts.scheduler.state(step).map_or(1, StepState::attempts);
        let kind = EventKind::Ended { status: Status::Success, cause: None, origin: None, error: None };
        parts.tell(step, attempt, now, kind);
    }

    /// An attempt has ended in an error, or was lost.
    #[inline(never)]
    pub(super) fn failed<T: Timer>(&mut self, step: StepId, fault: AttemptError<E>, now: Instant) {
        match fault {
            AttemptError::Error(error) => match attempt::guard(|| self.judge::<T>(step, &error)) {
                Ok(retry) => self.settle(step, Outcome::Failed(retry), Some(StepError::Failed(error)), now),
                // The verdict is part of the step: its panic is the step's.
                #[cfg(feature = "std")]
                Err(payload) => self.end_panicked(step, payload, now),
                #[cfg(not(feature = "std"))]
                Err(never) => match never {},
            },
            AttemptError::TaskDropped => self.settle(step, Outcome::Abandoned, None, now),
        }
    }

    /// What an error means for the step's retries. Without a clock there is no later: another attempt is made at once.
    fn judge<T: Timer>(&self, step: StepId, error: &E) -> Retry {
        match self.parts.retry_predicates.get(&step.number()).map_or(Retry::Yes, |judge| judge(error)) {
            Retry::After(_) if !T::TICKS => Retry::Yes,
            retry => retry,
        }
    }

    /// The attempt that was being polled has panicked. Any other panic is the run's.
    #[cfg(feature = "std")]
    #[cold]
    pub(super) fn panicked<T: Timer>(&mut self, payload: Payload, now: &mut Instant, timer: &T) {
        let step = core::mem::replace(&mut self.polled, super::wakes::NO_SLOT);
        let Some(work) = self.parts.works.get_mut(step as usize) else { std::panic::resume_unwind(payload) };
        attempt::discard(work.as_mut());
        if let Some(&slot) = self.parts.slot_of.get(step as usize)
            && self.parts.slots.step_in(slot as usize) == Some(step)
        {
            self.parts.slots.leave(slot as usize);
        }
        *now = timer.now();
        self.end_panicked(StepId::from_number(step), payload, *now);
    }

    #[cfg(feature = "std")]
    fn end_panicked(&mut self, step: StepId, payload: Payload, now: Instant) {
        self.settle(step, Outcome::Panicked, Some(StepError::Panicked(attempt::message(payload))), now);
    }

    #[cfg(not(feature = "std"))]
    pub(super) fn panicked<T: Timer>(&mut self, never: Payload, _: &mut Instant, _: &T) {
        match never {}
    }

    /// An attempt has come to no result, and perhaps to an error. The scheduler is told; what it then knows of the step is
    /// how it ended, and only what the step itself said is kept beside.
    pub(super) fn settle(&mut self, step: StepId, outcome: Outcome, own: Option<StepError<E>>, now: Instant) {
        let verdict = self.parts.scheduler.handle_outcome(step, outcome, now);
        if verdict == Verdict::Ignored {
            return;
        }
        if let Some(own) = own {
            self.errors.insert(step.number(), Arc::new(own));
        }
        match verdict {
            Verdict::Retry(next) => self.retrying(step, next, now),
            _ => self.ended(step, now),
        }
    }

    /// Tells of an attempt that another will follow.
    fn retrying(&mut self, step: StepId, next: Instant, now: Instant) {
        let Some(node) = self.parts.scheduler.state(step) else { return };
        let derived = StepError::of(node);
        if let Some(error) = derived.as_ref().or(self.errors.get(&step.number()).map(|own| &**own)) {
            self.parts.tell(step, node.attempts(), now, EventKind::Retrying { error, next });
        }
    }

    /// RunNotes any other end than a success, and tells of it.
    #[inline(never)]
    pub(super) fn ended(&mut self, step: StepId, now: Instant) {
        let parts = &mut self.parts;
        if let (Some(work), Some(place)) = (parts.works.get_mut(step.index()), parts.results.get_mut(step.index())) {
            *place = work.as_mut().yield_cell();
        }
        if !O::LISTEN {
            return;
        }
        let (states, names) = (parts.scheduler.states(), &**parts.names);
        let Some(node) = states.get(step.index()) else { return };
        let (status, cause, attempts) = (node.status(), node.cause(), node.attempts());
        let origin = cause.and_then(|cause| Origin::of(cause, states, names));
        let derived = StepError::of(node);
        let error = derived.as_ref().or(self.errors.get(&step.number()).map(|own| &**own));
        parts.tell(step, attempts, now, EventKind::Ended { status, cause, origin, error });
    }
}
