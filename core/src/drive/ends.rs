//! What an attempt came to: the scheduler is told, the observer, and, of an error, the report to come.

use super::{
    attempt::{self, Payload},
    run::Drive,
};
use crate::{
    error::StepError,
    observe::EventKind,
    observers::Observers,
    pipeline::{Fault, Kind, Work},
    plan::StepId,
    policy::Retry,
    reason::Origin,
    scheduler::{Cause, Node, Outcome, Status, Verdict},
    time::{Instant, Timer},
};
use alloc::sync::Arc;

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Drive<'_, 'env, E, K, O> {
    /// Records a success. Errors of earlier attempts are of no interest any more.
    #[inline(always)]
    pub(super) fn succeeded(&mut self, step: StepId, result: Arc<K::Cell>, now: Instant) {
        let parts = &mut self.parts;
        if let Some(place) = parts.results.get_mut(step.index()) {
            *place = Some(result);
        }
        parts.scheduler.handle_outcome(step, Outcome::Success, now);
        if !self.errors.is_empty() {
            self.errors.remove(&step.0);
        }
        let attempt = parts.scheduler.node(step).map_or(1, Node::attempts);
        let kind = EventKind::Ended { status: Status::Success, cause: None, origin: None, error: None };
        parts.tell(step, attempt, now, kind);
    }

    /// An attempt has ended in an error, or was lost.
    #[inline(never)]
    pub(super) fn failed<T: Timer>(&mut self, step: StepId, fault: Fault<E>, now: Instant) {
        let outcome = match fault {
            Fault::Error(error) => match attempt::guard(|| self.judge::<T>(step, &error)) {
                Ok(retry) => {
                    self.errors.insert(step.0, StepError::Failed(error));
                    Outcome::Failed(retry)
                }
                // The verdict is part of the step: its panic is the step's.
                #[cfg(feature = "std")]
                Err(payload) => {
                    self.errors.insert(step.0, StepError::Panicked(attempt::message(payload)));
                    Outcome::Panicked
                }
                #[cfg(not(feature = "std"))]
                Err(never) => match never {},
            },
            Fault::Lost => Outcome::Abandoned,
        };
        self.settle(step, outcome, now);
    }

    /// What an error means for the step's retries. Without a clock there is no later: another attempt is made at once.
    fn judge<T: Timer>(&self, step: StepId, error: &E) -> Retry {
        match self.parts.judges.get(&step.0).map_or(Retry::Yes, |judge| judge(error)) {
            Retry::After(_) if !T::TICKS => Retry::Yes,
            retry => retry,
        }
    }

    /// The attempt that was being polled has panicked. Any other panic is the run's.
    #[cfg(feature = "std")]
    #[cold]
    pub(super) fn panicked<T: Timer>(&mut self, payload: Payload, now: &mut Instant, timer: &T) {
        let step = core::mem::replace(&mut self.polled, super::wakes::NOBODY);
        let Some(work) = self.parts.works.get_mut(step as usize) else { std::panic::resume_unwind(payload) };
        attempt::discard(work.as_mut());
        if let Some(&seat) = self.parts.seat_of.get(step as usize)
            && self.parts.seats.step_on(seat as usize) == Some(step)
        {
            self.parts.seats.leave(seat as usize);
        }
        *now = timer.now();
        self.errors.insert(step, StepError::Panicked(attempt::message(payload)));
        self.settle(StepId(step), Outcome::Panicked, *now);
    }

    #[cfg(not(feature = "std"))]
    pub(super) fn panicked<T: Timer>(&mut self, never: Payload, _: &mut Instant, _: &T) {
        match never {}
    }

    /// An attempt has come to no result. One that is cut off by its timeout leaves that as its error.
    pub(super) fn settle(&mut self, step: StepId, outcome: Outcome, now: Instant) {
        let cut_off = outcome == Outcome::Abandoned;
        if cut_off && self.parts.scheduler.node(step).is_some_and(|node| node.is_timing_out()) {
            self.errors.insert(step.0, StepError::TimedOut);
        }
        match self.parts.scheduler.handle_outcome(step, outcome, now) {
            Verdict::Ended => self.ended(step, now),
            Verdict::Retry(next) => {
                if let Some(error) = self.errors.get(&step.0) {
                    let attempt = self.parts.scheduler.node(step).map_or(1, Node::attempts);
                    self.parts.tell(step, attempt, now, EventKind::Retrying { error, next });
                }
            }
            Verdict::Ignored => {}
        }
    }

    /// Records any other end.
    #[inline(never)]
    pub(super) fn ended(&mut self, step: StepId, now: Instant) {
        let parts = &mut self.parts;
        if let (Some(work), Some(place)) = (parts.works.get_mut(step.index()), parts.results.get_mut(step.index())) {
            *place = work.as_mut().yield_cell();
        }
        let Some(node) = parts.scheduler.node(step) else { return };
        let (status, cause, attempt) = (node.status(), node.cause(), node.attempts());
        self.name_error(step, status, cause);
        if !O::LISTEN {
            return;
        }
        let (nodes, names) = (self.parts.scheduler.nodes(), &**self.parts.names);
        let origin = cause.and_then(|cause| Origin::of(cause, nodes, names));
        let kind = EventKind::Ended { status, cause, origin, error: self.errors.get(&step.0) };
        self.parts.tell(step, attempt, now, kind);
    }

    /// The error of a step that ended by none that was noted already. (Of a cancelled step the last one stands.)
    fn name_error(&mut self, step: StepId, status: Status, cause: Option<Cause>) {
        let error = match cause {
            Some(Cause::Deadline) => StepError::Deadline,
            Some(Cause::Lost) => StepError::Lost,
            Some(Cause::Dependency { root, via }) if status == Status::Failed => StepError::Dependency { root, via },
            _ => return,
        };
        self.errors.insert(step.0, error);
    }
}
