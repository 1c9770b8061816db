//! Straight on: while every attempt succeeds before the scheduler is asked again, steps start in the order of their
//! priorities.
//!
//! Where needs come first among priorities, the step at the first place that has not ended has all its needs, and no ready
//! step has a lower place: so it is the one that starts, with any limit, in any order. Until something else happens it
//! is enough to count the steps that have ended; nobody counts needs, or gathers who is ready. What the attempt in flight
//! has is as ever: its phase, its deadline, its alarm.

use super::{Numbering, Plan, Scheduler, Setup, StepId, StepState, step_state::Phase};
use crate::{
    policy::{Order, When},
    time::Instant,
};

/// Whether steps that succeed at once start in the order of their priorities. O(settings).
pub const fn allows_fast_path(plan: &Plan<'_>, numbering: &Numbering<'_>) -> bool {
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
            flags |= StepState::flags_for(settings.when, settings.optional);
        }
        if flags != 0 {
            for (step, node) in self.setup.plan().steps().zip(self.states.iter_mut()) {
                let settings = self.setup.plan().settings(step);
                node.set(StepState::flags_for(settings.when, settings.optional));
            }
        }
        if !allows_fast_path(self.setup.plan(), self.setup.numbering())
            || (S::REQUIREMENTS.limit && self.setup.config().max_concurrent == 0)
        {
            self.settle();
        }
    }

    /// Starts the step at the next place: all before it have succeeded.
    #[inline]
    #[doc(hidden)]
    pub fn start_next(&mut self, now: Instant) -> Option<StepId> {
        let step = self.setup.numbering().step(self.ended as usize);
        let node = self.states.get_mut(step.index())?;
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
        let from = if self.on_fast_path { self.ended } else { u32::MAX };
        let all = self.states.len() as u32;
        (from..from.saturating_add(steps).min(all)).map(|place| self.setup.numbering().step(place as usize))
    }

    /// The attempt in flight has succeeded; tells whether it was this step's.
    #[inline]
    pub(super) fn succeed_next(&mut self, step: StepId, now: Instant) -> bool {
        let Some(node) = self.states.get_mut(step.index()) else { return false };
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

    /// Something else has kind: from here on needs are counted, as if they had been from the beginning. O(V + E),
    /// once a run.
    #[cold]
    #[inline(never)]
    pub(super) fn settle(&mut self) {
        self.on_fast_path = false;
        if S::REQUIREMENTS.levels && self.setup.config().order == Order::Levels {
            self.open_levels();
        }
        for (needs, node) in self.setup.plan().all_needs().counts().zip(self.states.iter_mut()) {
            if node.phase() == Phase::Waiting {
                node.link = needs;
            }
        }
        for place in 0..self.ended as usize {
            for waits in self.setup.plan().dependents(self.setup.numbering().step(place)) {
                if let Some(node) = self.states.get_mut(waits.step().index())
                    && node.phase() == Phase::Waiting
                {
                    node.link = node.link.saturating_sub(1);
                }
            }
        }
        for step in self.setup.plan().steps() {
            if self.states.get(step.index()).is_some_and(|node| node.phase() == Phase::Waiting && node.link == 0) {
                self.needs_are_met(step, 0);
            }
        }
    }

    fn open_levels(&mut self) {
        self.open.fill(0);
        for (&level, node) in self.setup.numbering().levels.iter().zip(self.states.iter()) {
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
        scheduler::{DynamicSetup, Outcome, Storage, StorageTooSmall, TimerEntry},
    };
    use std::{format, string::String, vec::Vec};

    const STEPS: usize = 4;

    /// A diamond: what is known of it at its end, if the first steps are not asked for one by one, or if they are, and
    /// the next one fails for good.
    fn end(succeeded: u32, at_once: bool) -> Result<Vec<String>, StorageTooSmall> {
        let step = StepId;
        let needs = [Need::result(step(0)), Need::result(step(0)), Need::result(step(1)), Need::after(step(2))];
        let (starts, mut up, mut list) = ([0, 0, 1, 2, 4], [0; STEPS + 1], needs);
        invert(Edges::new(&starts, &needs), &mut up, &mut list);
        let second = Instant::from_nanos(1_000_000_000);
        let limited = [Settings::DEFAULT.retries(1).deadline(second - Instant::ZERO)];
        let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &limited, &[]);
        let (mut states, mut ready, mut timers) = ([StepState::NEW; STEPS], [0; 1], [TimerEntry::NEW; STEPS]);
        let state = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
        let setup = DynamicSetup { plan, numbering: Numbering::declared(&plan), config: Config::DEFAULT };
        let now = Instant::ZERO;
        let mut run;
        if at_once {
            StepState::all_succeed(state.states.get_mut(..succeeded as usize).unwrap_or_default());
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
            run.states().iter().map(|node| format!("{:?} {:?} {}", node.status(), node.cause(), node.attempts())),
        );
        Ok(told)
    }

    #[test]
    fn steps_that_are_passed_at_once_have_been_passed_one_by_one() -> Result<(), StorageTooSmall> {
        for succeeded in 0..=STEPS as u32 {
            assert_eq!(end(succeeded, true)?, end(succeeded, false)?, "after {succeeded}");
        }
        Ok(())
    }
}
