//! What comes of attempts: the end of a step, or another attempt.

use super::{
    Outcome, Scheduler, Setup, StepId, Verdict,
    cause::Why,
    step_state::{LATE, Phase, StepState, TIMED_OUT_LAST},
};
use crate::{policy::Retry, time::Instant};

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    #[inline(never)]
    pub(super) fn take_outcome(&mut self, step: StepId, outcome: Outcome, now: Instant) -> Verdict {
        self.now = now;
        if self.on_fast_path {
            self.leave_fast_path();
        }
        let Some(node) = self.states.get(step.index()) else { return Verdict::Ignored };
        let is_abandoned = match node.phase() {
            Phase::Running => false,
            Phase::Abandoning => true,
            _ => {
                self.end_late(step);
                return Verdict::Ignored;
            }
        };
        let (why, by) = (node.why(), node.abandoned_by());
        if S::REQUIREMENTS.gives_up() && is_abandoned && outcome == Outcome::GivenUp {
            self.give_up(step);
            return Verdict::Ended;
        }
        self.finish_attempt(step);
        match outcome {
            Outcome::Success => self.succeed(step),
            Outcome::Failed(retry) => {
                let is_final =
                    S::REQUIREMENTS.never_cancel && self.state(step).is_some_and(StepState::has_last_attempt);
                return self.attempt_failed(step, Why::Failed, if is_final { Retry::No } else { retry }, now);
            }
            Outcome::SkippedItself if S::REQUIREMENTS.self_skips => self.skip_itself(step),
            // Where no step skips itself, there is no such outcome.
            Outcome::SkippedItself | Outcome::Panicked => self.fail(step, Why::Panicked),
            Outcome::Abandoned | Outcome::GivenUp if !is_abandoned => self.fail(step, Why::TaskDropped),
            Outcome::Abandoned | Outcome::GivenUp if why == Why::TimedOut => {
                let retry = self.setup.plan().settings(step).retry_on_timeout;
                return self.attempt_failed(step, Why::TimedOut, retry.into(), now);
            }
            Outcome::Abandoned | Outcome::GivenUp => self.end_cut_short(step, why, by),
        }
        Verdict::Ended
    }

    fn attempt_failed(&mut self, step: StepId, why: Why, retry: Retry, now: Instant) -> Verdict {
        let settings = self.setup.plan().settings(step);
        let Some(node) = self.states.get_mut(step.index()) else { return Verdict::Ignored };
        if why == Why::TimedOut {
            node.set(TIMED_OUT_LAST);
        } else {
            node.unset(TIMED_OUT_LAST | LATE);
        }
        let attempts = node.attempts();
        if !S::REQUIREMENTS.retries || retry == Retry::No || attempts > settings.retries {
            self.fail(step, why);
            return Verdict::Ended;
        }
        let delay = match retry {
            _ if !S::REQUIREMENTS.timers => 0,
            Retry::After(delay) => crate::time::nanos(delay),
            _ if S::REQUIREMENTS.jitter => settings.backoff.delay_nanos(attempts, self.seed_of(step)),
            _ => settings.backoff.plain(attempts, S::REQUIREMENTS.rare_delays),
        };
        let (again, deadline) = (now.plus(delay), self.deadline_of(step));
        // A delay up to the end of the clock would never be over, while a retry at once needs no time.
        if again >= deadline && (deadline < Instant::NEVER || delay > 0) {
            self.fail(step, why);
            return Verdict::Ended;
        }
        if let Some(cause) = self.forbidden(step) {
            self.end_stopped(step, Phase::Cancelled, cause, self.stopping.by);
            return Verdict::Ended;
        }
        if delay == 0 {
            self.make_ready(step);
        } else {
            self.set_phase(step, Phase::Backoff);
            self.timers.arm(step, again.as_nanos(), self.states);
        }
        Verdict::Retry(again)
    }

    /// Each step draws from a place of its own, so that no two share their delays.
    fn seed_of(&self, step: StepId) -> u64 {
        self.setup.config().seed ^ u64::from(step.0).wrapping_add(1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
    }
}
