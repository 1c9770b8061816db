//! The end of an attempt: reported to the scheduler and to the observers; an error is kept for the report.

use super::{
    attempt::drop_attempt,
    run::Driver,
    slots::NO_SLOT,
    traced::{RunPanic, TracedTimer},
};
use crate::{
    error::StepError,
    observe::EventKind,
    observers::Observers,
    panics::{Payload, drop_caught, guard, message},
    reason::Origin,
    rounds::is_retried_at_once,
    steps::{AttemptError, Kind, Work},
    time::Timer,
};
use alloc::sync::Arc;
use rungs_scheduler::{Instant, Outcome, Requirements, Retry, Status, StepId, StepState, Verdict};

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Records a success, and forgets the errors of earlier attempts.
    #[inline(always)]
    pub(super) fn succeeded(&mut self, step: StepId, result: Arc<K::Cell>, now: Instant) {
        let parts = &mut self.parts;
        match parts.results.get_mut(step.index()) {
            Some(place) => *place = Some(result),
            None => drop(result),
        }
        parts.scheduler.handle_outcome(step, Outcome::Success, now);
        if self.has_notes {
            self.forget(step);
        }
        let parts = &mut self.parts;
        let attempt = parts.scheduler.state(step).map_or(1, StepState::attempts);
        let kind =
            EventKind::Ended { status: Status::Success, cause: None, origin: None, error: None, own_error: None };
        parts.notify(&self.run, step, attempt, now, kind);
    }

    /// Reports a success from before the run, whose result is there.
    #[cold]
    fn given(&mut self, step: StepId, now: Instant) {
        if self.has_notes {
            self.forget(step);
        }
        let kind =
            EventKind::Ended { status: Status::Success, cause: None, origin: None, error: None, own_error: None };
        self.parts.notify(&self.run, step, 0, now, kind);
    }

    /// Ends what is kept of a step that has succeeded: the errors of earlier attempts, its claim, its watches, and results
    /// whose last reader it was.
    #[cold]
    fn forget(&mut self, step: StepId) {
        self.end_claim(step);
        self.end_rare(step);
        drop_caught(self.run.errors.remove(step));
    }

    /// Ends the watches of a step that has ended, and results whose last reader it was.
    fn end_rare(&mut self, step: StepId) {
        let parts = &mut self.parts;
        if let Some(rare) = &mut parts.rare {
            rare.ended::<E, K>(step, &parts.scheduler, parts.works, parts.results);
        }
    }

    /// Handles an attempt without a result: it returned an error, its executor dropped it, or it found nothing to do.
    #[inline(never)]
    pub(super) fn failed<T: Timer>(&mut self, step: StepId, error: AttemptError<E>, now: Instant) {
        match error {
            AttemptError::Error(error) => self.returned_error::<T>(step, error, now),
            #[cfg(feature = "checkpoints")]
            AttemptError::NotStored(error) => {
                let own = Some(StepError::NotStored(error));
                self.finish_attempt(step, Outcome::Failed(Retry::No), own, now);
            }
            AttemptError::TaskDropped => self.finish_attempt(step, Outcome::Abandoned, None, now),
            AttemptError::SkippedItself => {
                // As after a success, what earlier attempts returned is of no interest.
                drop_caught(self.run.errors.remove(step));
                self.finish_attempt(step, Outcome::SkippedItself, None, now);
            }
        }
    }

    /// Handles the step's own error. The error of the attempt before is dropped, and the retry predicate is asked: if one of
    /// these panics, so has the step, and the error is kept beside that.
    fn returned_error<T: Timer>(&mut self, step: StepId, error: E, now: Instant) {
        let retry = guard(|| {
            drop(self.run.errors.remove(step));
            self.retry_predicate::<T>(step, &error)
        });
        match retry {
            Ok(retry) => self.finish_attempt(step, Outcome::Failed(retry), Some(StepError::Failed(error)), now),
            Err(payload) => {
                self.keep_error(step, StepError::Failed(error));
                self.end_panicked(step, payload, now);
            }
        }
    }

    /// Asks the step's retry predicate about an error. Without a clock there is no delay: the next attempt starts at once.
    fn retry_predicate<T: Timer>(&self, step: StepId, error: &E) -> Retry {
        match self.parts.retry_predicates.get(step).map_or(Retry::Yes, |predicate| predicate(error)) {
            Retry::After(_) if !T::TICKS => Retry::Yes,
            retry => retry,
        }
    }

    /// Handles a panic: it ends the attempt that was being polled, or it is the observers' or the timer's and ends the run.
    #[cold]
    pub(super) fn panicked<T: Timer>(&mut self, payload: Payload, timer: &TracedTimer<'_, T>) -> Result<(), RunPanic> {
        let step = core::mem::replace(&mut self.polled, NO_SLOT);
        let Some(work) = self.parts.works.get_mut(step as usize) else {
            return Err(RunPanic::of(payload, timer, &self.parts.observers));
        };
        self.apart.end_within(StepId::from_number(step), || drop_attempt(work.as_mut()));
        if let Some(slot) = self.parts.slots.slot_of(step) {
            self.parts.slots.release(slot);
        }
        let ended = guard(|| {
            let now = timer.now();
            self.end_panicked(StepId::from_number(step), payload, now);
        });
        ended.map_err(|payload| RunPanic::of(payload, timer, &self.parts.observers))
    }

    #[cold]
    fn end_panicked(&mut self, step: StepId, payload: Payload, now: Instant) {
        self.finish_attempt(step, Outcome::Panicked, Some(StepError::Panicked(message(payload))), now);
    }

    /// Handles an attempt that ended without a result. If another is to follow at once, the scheduler is told when
    /// there are no other actions.
    pub(super) fn finish_attempt(&mut self, step: StepId, outcome: Outcome, own: Option<StepError<E>>, now: Instant) {
        self.end_claim(step);
        let attempts = self.parts.scheduler.state(step).map_or(1, StepState::attempts);
        let settings = self.parts.scheduler.plan().settings(step);
        let is_at_once = || is_retried_at_once(settings, attempts, outcome, Requirements::EVERYTHING);
        // The first call of a custom backoff. The scheduler has heard nothing yet, so a panic of it can end the step.
        let is_at_once = if settings.get_backoff().is_custom() { guard(is_at_once) } else { Ok(is_at_once()) };
        let is_at_once = match is_at_once {
            Ok(is_at_once) => is_at_once,
            Err(payload) => {
                if let Some(own) = own {
                    self.keep_error(step, own);
                }
                return self.end_panicked(step, payload, now);
            }
        };
        if !is_at_once {
            return self.report_outcome(step, outcome, own, now);
        }
        if let Some(own) = own {
            self.keep_error(step, own);
        }
        self.apart.postpone(step, outcome);
    }

    /// Tells the scheduler of the attempts that are followed by others at once, and returns whether there were any.
    #[inline]
    pub(super) fn report_postponed(&mut self, now: Instant) -> bool {
        self.apart.has_postponed() && self.report_all_postponed(now)
    }

    #[cold]
    fn report_all_postponed(&mut self, now: Instant) -> bool {
        for (step, outcome) in self.apart.take_postponed() {
            self.report_outcome(step, outcome, None, now);
        }
        true
    }

    /// Reports an attempt without a result to the scheduler, whose state of the step then holds how it ended. Only the
    /// step's own error, if there is one, is kept beside it, also when a later attempt ends in another way.
    fn report_outcome(&mut self, step: StepId, outcome: Outcome, own: Option<StepError<E>>, now: Instant) {
        let verdict = self.parts.scheduler.handle_outcome(step, outcome, now);
        if verdict == Verdict::Ignored {
            return drop_caught(own);
        }
        if let Some(own) = own {
            self.keep_error(step, own);
        }
        match verdict {
            Verdict::Retry(next) => self.retrying(step, next, now),
            _ => self.ended(step, now),
        }
    }

    fn keep_error(&mut self, step: StepId, own: StepError<E>) {
        let attempt = self.parts.scheduler.state(step).map_or(1, StepState::attempts);
        self.has_notes = true;
        drop_caught(self.run.errors.get_or_default(step).note(attempt, own));
    }

    /// Reports an attempt that another will follow.
    fn retrying(&mut self, step: StepId, next: Instant, now: Instant) {
        self.apart.begin_pause(step, now);
        let Some(state) = self.parts.scheduler.state(step) else { return };
        let derived = StepError::of(state);
        let own = self.run.errors.get(step).and_then(|own| own.last(state));
        if let Some(error) = derived.as_ref().or(own.map(|own| &**own)) {
            self.parts.notify(&self.run, step, state.attempts(), now, EventKind::Retrying { error, next });
        }
    }

    /// Records and reports any end of a step but the success of an attempt.
    #[inline(never)]
    pub(super) fn ended(&mut self, step: StepId, now: Instant) {
        if self.parts.scheduler.state(step).is_some_and(|state| state.status() == Status::Success) {
            return self.given(step, now);
        }
        if !self.parts.scheduler.state(step).is_some_and(StepState::is_still_running) {
            self.end_claim(step);
        }
        let parts = &mut self.parts;
        if let (Some(work), Some(slot)) = (parts.works.get_mut(step.index()), parts.results.get_mut(step.index())) {
            *slot = work.as_mut().yield_cell();
        }
        self.end_rare(step);
        if !O::LISTEN {
            return;
        }
        let parts = &mut self.parts;
        let (states, names) = (parts.scheduler.states(), &**self.run.names);
        let Some(state) = states.get(step.index()) else { return };
        let (status, cause, attempts) = (state.status(), state.cause(), state.attempts());
        let origin = cause.and_then(|cause| Origin::of(cause, states, names));
        let derived = StepError::of(state);
        let own = self.run.errors.get(step);
        let error = derived.as_ref().or(own.and_then(|own| own.last(state)).map(|own| &**own));
        let own_error = own.and_then(|own| own.returned());
        parts.notify(&self.run, step, attempts, now, EventKind::Ended { status, cause, origin, error, own_error });
    }
}
