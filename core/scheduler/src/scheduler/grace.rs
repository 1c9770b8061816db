//! Grace: attempts that do not end in time when they are told to are given up.

use super::{
    Action, Scheduler, Setup, StepId, StepState,
    cause::Why,
    step_state::{Phase, STILL_RUNNING, TIMED_OUT_LAST},
};
use crate::plan::Use;

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// A time limit or a stop has reached the attempt in flight, whose limits matter no more: tells it to end, and its grace
    /// begins. One that is never cancelled goes on, unless it is given up.
    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    pub(super) fn cut_short(&mut self, step: StepId, why: Why, by: StepId, gives_up: bool) -> Option<Action> {
        if S::REQUIREMENTS.timers {
            self.timers.disarm(step, self.states);
        }
        let is_never_cancelled = S::REQUIREMENTS.never_cancel && self.setup.plan().settings(step).never_cancel;
        let node = self.states.get_mut(step.index())?;
        if is_never_cancelled {
            node.overrun(why);
            if !gives_up {
                return None;
            }
        }
        node.abandon(why, by);
        if S::REQUIREMENTS.grace && !is_never_cancelled {
            self.arm(step, self.now.plus(self.setup.config().grace));
        }
        Some(Action::Abandon(step))
    }

    /// The grace of an attempt is over, or its driver does not wait for it. Its step ends with the cause of the request and is
    /// not retried. The attempt keeps its resources until it ends after all, but not its permit.
    pub(super) fn give_up(&mut self, step: StepId) {
        if S::REQUIREMENTS.timers {
            self.timers.disarm(step, self.states);
        }
        let Some(node) = self.states.get_mut(step.index()) else { return };
        let (why, by) = (node.why(), node.abandoned_by());
        node.set(STILL_RUNNING);
        self.still_running += 1;
        self.in_flight = self.in_flight.saturating_sub(1);
        if why == Why::TimedOut {
            node.set(TIMED_OUT_LAST);
        }
        self.end_cut_short(step, why, by);
    }

    /// Ends a step whose attempt was told to end, with the cause of that.
    pub(super) fn end_cut_short(&mut self, step: StepId, why: Why, by: StepId) {
        if !S::REQUIREMENTS.stops || matches!(why, Why::TimedOut | Why::Deadline) {
            self.fail(step, why);
        } else {
            self.end_stopped(step, Phase::Cancelled, why, by);
        }
    }

    /// An attempt has ended that is not in flight: if it was given up before, its resources are free from now on.
    pub(super) fn end_late(&mut self, step: StepId) {
        if !S::REQUIREMENTS.gives_up() {
            return;
        }
        let Some(node) = self.states.get_mut(step.index()).filter(|node| node.is_still_running()) else { return };
        node.unset(STILL_RUNNING);
        self.still_running = self.still_running.saturating_sub(1);
        self.free_resources(step);
    }

    /// Fails the first step that only attempts which were given up hold up. It waits for them while anything is in flight
    /// or a step has a timer: they may end meanwhile. O(classes), and O(V) where something is blocked.
    #[inline]
    pub(super) fn fail_blocked(&mut self) -> Option<StepId> {
        if !S::REQUIREMENTS.gives_up() || self.still_running == 0 || self.in_flight > 0 || !self.timers.is_empty() {
            return None;
        }
        self.fail_first_blocked()
    }

    #[cold]
    #[inline(never)]
    fn fail_first_blocked(&mut self) -> Option<StepId> {
        let priority = self.first_ready()?;
        let step = self.setup.numbering().step(priority);
        let by = self.blocked_by(step)?;
        self.withdraw(step);
        self.fail_because_of(step, Why::Blocked, by);
        Some(step)
    }

    /// The lowest priority of a ready step that its level lets start.
    fn first_ready(&self) -> Option<usize> {
        let numbering = self.setup.numbering();
        let first_of_each = numbering.classes.windows(2).filter_map(|bounds| {
            let &[from, end] = bounds else { return None };
            self.ready.first_from(from as usize).filter(|&priority| priority < end as usize)
        });
        first_of_each.min_by_key(|&priority| numbering.rank(priority)).filter(|&priority| self.is_level_open(priority))
    }

    /// The first step whose attempt was given up and holds a resource that this step lacks.
    fn blocked_by(&self, step: StepId) -> Option<StepId> {
        let wanted = self.uses(step);
        let lacks = |held: &Use| {
            wanted.iter().any(|wanted| wanted.resource == held.resource && held.units > 0 && !self.has_free(wanted))
        };
        let mut steps = self.setup.plan().steps();
        steps.find(|&other| {
            self.state(other).is_some_and(StepState::is_still_running) && self.uses(other).iter().any(lacks)
        })
    }
}
