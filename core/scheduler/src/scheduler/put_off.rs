//! Starts that the driver puts off, because they need something of which the scheduler knows nothing.

use super::{Scheduler, Setup, StepId, step_state::Phase};
use crate::time::Instant;

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Takes the start of an attempt back, which [`Action::Start`](super::Action::Start) has just begun: there was no
    /// attempt. The step waits without a permit, without resources and without a timeout until it is [put on](Self::put_on)
    /// again. Meanwhile a stop ends it as one in its backoff, and so does its deadline once it has made an attempt. A step
    /// without an attempt in flight is ignored.
    #[doc(hidden)]
    pub fn put_off(&mut self, step: StepId, now: Instant) {
        self.now = now;
        if !self.state(step).is_some_and(|node| node.phase() == Phase::Running) {
            return;
        }
        if self.on_fast_path {
            self.leave_fast_path();
        }
        self.finish_attempt(step);
        if let Some(node) = self.states.get_mut(step.index()) {
            node.take_start_back();
        }
        let deadline = self.deadline_of(step);
        if deadline < Instant::NEVER {
            self.timers.arm(step, deadline.as_nanos(), self.states);
        }
    }

    /// A step that was [put off](Self::put_off) may start when its turn comes. Any other is ignored.
    #[doc(hidden)]
    pub fn put_on(&mut self, step: StepId) {
        if self.state(step).is_some_and(|node| node.phase() == Phase::Backoff) {
            self.timers.disarm(step, self.states);
            self.make_ready(step);
        }
    }
}
