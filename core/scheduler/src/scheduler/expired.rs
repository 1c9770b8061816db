//! Time: what falls due when, and what is done then.

use super::{
    Action, Scheduler, Setup, StepId, StepState,
    cause::Why,
    step_state::{Phase, TIMED_OUT_LAST},
};
use crate::time::Instant;

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// When to call [`poll_action`](Self::poll_action) even if nothing happens; `None`: not before an outcome.
    ///
    /// Changes with each outcome and action.
    pub fn poll_deadline(&self) -> Option<Instant> {
        if !S::REQUIREMENTS.timers && !S::REQUIREMENTS.run_deadline {
            return None;
        }
        let mut deadline = self.timers.first().map_or(Instant::NEVER, |(at, _)| Instant::from_nanos(at));
        if S::REQUIREMENTS.run_deadline && !self.has_ended() && !self.stopping.deadline_noted {
            deadline = deadline.min(self.run_deadline);
        }
        (deadline < Instant::NEVER).then_some(deadline)
    }

    /// Until when the attempt in flight may take; `None` if there is none, or no limit.
    pub fn attempt_limit(&self, step: StepId, started: Instant) -> Option<Instant> {
        self.state(step).filter(|node| node.is_in_flight())?;
        let timeout = self.setup.plan().settings(step).timeout.min(self.setup.timeout_cap(step));
        let limit = started.plus(timeout).min(self.deadline_of(step));
        (limit < Instant::NEVER).then_some(limit)
    }

    /// When the step's own deadline falls, once its first attempt has started.
    // By itself, as several call it: a board has it in flash once.
    #[inline(never)]
    pub(super) fn deadline_of(&self, step: StepId) -> Instant {
        let started =
            if S::REQUIREMENTS.step_deadlines { self.state(step).and_then(StepState::started_at) } else { None };
        started.map_or(Instant::NEVER, |started| {
            let settings = self.setup.plan().settings(step);
            let span = if S::REQUIREMENTS.clean_up_deadline {
                settings.deadline_under(self.setup.config())
            } else {
                settings.deadline
            };
            started.plus(span.min(self.setup.deadline_cap(step)))
        })
    }

    /// Looks after what falls due at `now`: time limits, ends of backoffs, the run's deadline.
    pub(super) fn fire_timers(&mut self, now: Instant) -> Option<Action> {
        while S::REQUIREMENTS.timers
            && let Some((at, step)) = self.timers.first()
            && at <= now.as_nanos()
        {
            self.timers.disarm(step, self.states);
            if let Some(action) = self.timer_fired(step, at) {
                return Some(action);
            }
        }
        // A clock at its end has not reached a deadline that there is not.
        if S::REQUIREMENTS.run_deadline
            && now >= self.run_deadline
            && self.run_deadline < Instant::NEVER
            && !self.stopping.deadline_noted
            && !self.has_ended()
        {
            self.stop_at_deadline();
        }
        None
    }

    fn timer_fired(&mut self, step: StepId, at: u64) -> Option<Action> {
        let deadline = self.deadline_of(step);
        let node = self.states.get_mut(step.index())?;
        match node.phase() {
            Phase::Running => {
                let why = if at >= deadline.as_nanos() { Why::Deadline } else { Why::TimedOut };
                self.cut_short(step, why, step, false)
            }
            Phase::Abandoning if S::REQUIREMENTS.grace => {
                self.give_up(step);
                Some(Action::Ended(step))
            }
            Phase::Backoff => {
                self.make_ready(step);
                None
            }
            // Waits for a permit after a retry, and has no time left: its last error stands.
            Phase::Ready => {
                let why = if node.has(TIMED_OUT_LAST) { Why::TimedOut } else { Why::Failed };
                self.withdraw(step);
                self.fail(step, why);
                Some(Action::Ended(step))
            }
            _ => None,
        }
    }
}
