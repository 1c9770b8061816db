//! Straight on: while every attempt succeeds before the scheduler is asked again, steps start in the order of their
//! places.
//!
//! Where needs come first among places, the step at the first place that has not ended has all its needs, and no ready
//! step has a lower place: so it is the one that starts, with any limit, in any order. Until something else happens it
//! is enough to count the steps that have ended; nobody counts needs, or gathers who is ready. What the attempt in flight
//! has is as ever: its phase, its deadline, its alarm.

use super::{Node, Numbering, Plan, Scheduler, Setup, StepId, node::Phase};
use crate::{
    policy::{Order, When},
    time::Instant,
};

/// Whether steps that succeed at once start in the order of their places. O(settings).
pub const fn goes_by_place(plan: &Plan<'_>, numbering: &Numbering<'_>) -> bool {
    // A step may be passed over for want of a resource, and an alarm may end without having started.
    let mut goes = numbering.needs_first && numbering.use_rows.is_empty();
    let settings = plan.all_settings();
    let mut i = 0;
    while i < settings.len() {
        goes &= !matches!(settings[i].when, When::AnyFailed);
        i += 1;
    }
    goes
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Tells steps of which nothing is known apart by what was said of them.
    pub(super) fn open_steps(&mut self) {
        let mut flags = 0;
        for settings in self.setup.plan().all_settings() {
            flags |= Node::flags_for(settings.when, settings.optional);
        }
        if flags != 0 {
            for (step, node) in self.setup.plan().steps().zip(self.nodes.iter_mut()) {
                let settings = self.setup.plan().settings(step);
                node.set(Node::flags_for(settings.when, settings.optional));
            }
        }
        if !goes_by_place(self.setup.plan(), self.setup.numbering())
            || (S::ASKS.limit && self.setup.config().max_concurrent == 0)
        {
            self.settle();
        }
    }

    /// Starts the step at the next place: all before it have succeeded.
    #[inline]
    #[doc(hidden)]
    pub fn start_next(&mut self, now: Instant) -> Option<StepId> {
        let step = self.setup.numbering().step(self.ended as usize);
        let node = self.nodes.get_mut(step.index())?;
        node.start_first(now);
        self.in_flight = 1;
        if !self.is_plain {
            self.hold(step, now);
        }
        Some(step)
    }

    /// The step that has just started and those that start after it, so many in all; none where that is not known.
    #[doc(hidden)]
    pub fn coming(&self, steps: u32) -> impl Iterator<Item = StepId> {
        let from = if self.is_straight { self.ended } else { u32::MAX };
        let all = self.nodes.len() as u32;
        (from..from.saturating_add(steps).min(all)).map(|place| self.setup.numbering().step(place as usize))
    }

    /// The attempt in flight has succeeded; tells whether it was this step's.
    #[inline]
    pub(super) fn succeed_next(&mut self, step: StepId, now: Instant) -> bool {
        let Some(node) = self.nodes.get_mut(step.index()) else { return false };
        if !node.is_running() {
            return false;
        }
        node.succeed(now);
        self.in_flight = 0;
        self.ended += 1;
        if !self.is_plain {
            self.let_go(step);
        }
        true
    }

    /// Something else has happened: from here on needs are counted, as if they had been from the beginning. O(V + E),
    /// once a run.
    #[cold]
    #[inline(never)]
    pub(super) fn settle(&mut self) {
        self.is_straight = false;
        if S::ASKS.levels && self.setup.config().order == Order::Levels {
            self.open_levels();
        }
        for (needs, node) in self.setup.plan().all_needs().counts().zip(self.nodes.iter_mut()) {
            if node.phase() == Phase::Waiting {
                node.link = needs;
            }
        }
        for place in 0..self.ended as usize {
            for waits in self.setup.plan().dependents(self.setup.numbering().step(place)) {
                if let Some(node) = self.nodes.get_mut(waits.step().index())
                    && node.phase() == Phase::Waiting
                {
                    node.link = node.link.saturating_sub(1);
                }
            }
        }
        for step in self.setup.plan().steps() {
            if self.nodes.get(step.index()).is_some_and(|node| node.phase() == Phase::Waiting && node.link == 0) {
                self.needs_are_met(step, 0);
            }
        }
    }

    fn open_levels(&mut self) {
        self.open.fill(0);
        for (&level, node) in self.setup.numbering().levels.iter().zip(self.nodes.iter()) {
            if let Some(open) = self.open.get_mut(level as usize)
                && !node.has_ended()
            {
                *open += 1;
            }
        }
        self.pass_closed_levels();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        plan::{Edges, Need, invert},
        policy::{Config, Retry, Settings},
        scheduler::{Alarm, AnySetup, Outcome, State, TooSmall},
    };
    use std::{format, string::String, vec::Vec};

    const STEPS: usize = 4;

    /// A diamond: what is known of it at its end, if the first steps are not asked for one by one, or if they are, and
    /// the next one fails for good.
    fn end(succeeded: u32, at_once: bool) -> Result<Vec<String>, TooSmall> {
        let step = StepId;
        let needs = [Need::result(step(0)), Need::result(step(0)), Need::result(step(1)), Need::after(step(2))];
        let (starts, mut up, mut list) = ([0, 0, 1, 2, 4], [0; STEPS + 1], needs);
        invert(Edges::new(&starts, &needs), &mut up, &mut list);
        let second = Instant::from_nanos(1_000_000_000);
        let limited = [Settings::DEFAULT.retries(1).deadline(second - Instant::ZERO)];
        let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &limited, &[]);
        let (mut nodes, mut ready, mut alarms) = ([Node::NEW; STEPS], [0; 1], [Alarm::NEW; STEPS]);
        let state = State { nodes: &mut nodes, ready: &mut ready, alarms: &mut alarms, ..State::default() };
        let setup = AnySetup { plan, numbering: Numbering::declared(&plan), config: Config::DEFAULT };
        let now = Instant::ZERO;
        let mut run;
        if at_once {
            Node::all_succeed(state.nodes.get_mut(..succeeded as usize).unwrap_or_default());
            run = Scheduler::after(setup, state, now, succeeded)?;
        } else {
            run = Scheduler::with(setup, state, now)?;
            for place in 0..succeeded {
                run.poll_action(now);
                run.handle_outcome(step(place), Outcome::Success, now);
            }
        }
        let mut told = Vec::new();
        for now in [now, second] {
            while let Some(action) = run.poll_action(now) {
                told.push(format!("{action:?}"));
            }
            let verdict = run.handle_outcome(step(succeeded), Outcome::Failed(Retry::No), now);
            told.push(format!("{verdict:?}, {:?}, in flight: {}", run.poll_deadline(), run.in_flight()));
        }
        told.push(format!("{}", run.has_ended()));
        told.extend(
            run.nodes().iter().map(|node| format!("{:?} {:?} {}", node.status(), node.cause(), node.attempts())),
        );
        Ok(told)
    }

    #[test]
    fn steps_that_are_passed_at_once_have_been_passed_one_by_one() -> Result<(), TooSmall> {
        for succeeded in 0..=STEPS as u32 {
            assert_eq!(end(succeeded, true)?, end(succeeded, false)?, "after {succeeded}");
        }
        Ok(())
    }
}
