//! The fast path: while every attempt succeeds before the scheduler is asked again, steps start in the order of their
//! priorities.
//!
//! If needs come first among the priorities, the first step by priority that has not ended has all its needs, and no
//! ready step comes before it. So it is the step that starts, whatever the limit and the order. Until something else
//! happens it is enough to count the steps that have ended: no needs are counted and no set of ready steps is kept. The
//! attempt in flight has its phase, its deadline and its timer as always.

use super::{Numbering, Plan, Scheduler, Setup, StepId, step_state::Phase};
use crate::{
    policy::{Order, When},
    time::Instant,
};

/// Whether steps that succeed at once start in the order of their priorities, so that a run begins on the fast path.
/// O(settings).
pub const fn allows_fast_path(plan: &Plan<'_>, numbering: &Numbering<'_>) -> bool {
    // A step may be passed over because a resource is short, and a step with `AnyFailed` may end without having
    // started.
    numbering.needs_first && numbering.use_rows.is_empty() && !may_refuse(plan, false)
}

/// Whether some step may end without a start though no need has doomed it, among those of other rules than joins or
/// among all. O(settings).
pub(super) const fn may_refuse(plan: &Plan<'_>, or_join: bool) -> bool {
    let settings = plan.all_settings();
    let mut i = 0;
    while i < settings.len() {
        if matches!(settings[i].when, When::AnyFailed) || (or_join && matches!(settings[i].when, When::NoneFailed)) {
            return true;
        }
        i += 1;
    }
    false
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Leaves the fast path at once if the plan or the configuration does not allow it.
    pub(super) fn check_fast_path(&mut self) {
        if !allows_fast_path(self.setup.plan(), self.setup.numbering())
            || (S::REQUIREMENTS.limit && self.setup.config().max_concurrent == 0)
        {
            self.leave_fast_path();
        }
    }

    /// Starts the next step by priority: all before it have succeeded.
    #[inline]
    #[doc(hidden)]
    pub fn start_next(&mut self, now: Instant) -> Option<StepId> {
        let step = self.setup.numbering().step(self.ended as usize);
        self.states.get_mut(step.index())?.start_first(now);
        self.in_flight = 1;
        if !self.is_plain {
            self.acquire(step, now);
        }
        Some(step)
    }

    /// The step in flight and those that start after it, up to `steps` of them; none off the fast path.
    #[doc(hidden)]
    pub fn upcoming(&self, steps: u32) -> impl Iterator<Item = StepId> {
        let from = if self.on_fast_path { self.ended } else { u32::MAX };
        let all = self.states.len() as u32;
        (from..from.saturating_add(steps).min(all)).map(|priority| self.setup.numbering().step(priority as usize))
    }

    /// Takes the success of the attempt in flight; `false` if it is not an attempt of this step.
    #[inline]
    pub(super) fn succeed_next(&mut self, step: StepId, now: Instant) -> bool {
        let Some(state) = self.states.get_mut(step.index()) else { return false };
        if !state.is_running() {
            return false;
        }
        state.succeed(now);
        self.in_flight = 0;
        self.ended += 1;
        if !self.is_plain {
            self.release(step);
        }
        true
    }

    /// Leaves the fast path for the rest of the run: counts needs and collects the ready steps, as if this had been
    /// done from the beginning. O(V + E), once per run.
    #[cold]
    #[inline(never)]
    pub(super) fn leave_fast_path(&mut self) {
        self.on_fast_path = false;
        if S::REQUIREMENTS.levels && self.setup.config().order == Order::Levels {
            self.count_levels();
        }
        for (needs, state) in self.setup.plan().all_needs().counts().zip(self.states.iter_mut()) {
            if state.phase() == Phase::Waiting {
                state.link = needs;
            }
        }
        for priority in 0..self.ended as usize {
            for dependent in self.setup.plan().dependents(self.setup.numbering().step(priority)) {
                if let Some(state) = self.states.get_mut(dependent.step().index())
                    && state.phase() == Phase::Waiting
                {
                    state.link = state.link.saturating_sub(1);
                }
            }
        }
        if self.has_after_all() {
            self.count_marks();
        }
        for step in self.setup.plan().steps() {
            if self.states.get(step.index()).is_some_and(|state| state.phase() == Phase::Waiting && state.link == 0) {
                self.needs_are_met(step, 0);
            }
        }
    }

    /// Counts the steps of each level that have not ended.
    fn count_levels(&mut self) {
        self.open.fill(0);
        for (&level, state) in self.setup.numbering().levels.iter().zip(self.states.iter()) {
            if let Some(open) = self.open.get_mut(level as usize)
                && !state.has_ended()
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
        scheduler::{DynamicSetup, Outcome, StepState, Storage, StorageTooSmall, TimerEntry},
    };
    use std::{format, string::String, vec::Vec};

    const STEPS: usize = 4;

    /// Runs a diamond whose first steps succeed and whose next step fails for good, and returns everything that can be
    /// seen of it. The first steps are handed over at once, or run one by one.
    fn end(succeeded: u32, at_once: bool) -> Result<Vec<String>, StorageTooSmall> {
        let step = StepId;
        let needs = [Need::result(step(0)), Need::result(step(0)), Need::result(step(1)), Need::after(step(2))];
        let (starts, mut up, mut list) = ([0, 0, 1, 2, 4], [0; STEPS + 1], needs);
        invert(Edges::new(&starts, &needs), &mut up, &mut list);
        let second = Instant::from_nanos(1_000_000_000);
        let limited = [Settings::DEFAULT.retries(1).deadline(second - Instant::ZERO)];
        let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &limited, &[]);
        let (mut states, mut ready, mut timers) = ([StepState::NEW; STEPS], [0; 1], [TimerEntry::NEW; STEPS]);
        let storage = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
        let setup = DynamicSetup { plan, numbering: Numbering::declared(&plan), config: Config::DEFAULT };
        let now = Instant::ZERO;
        let mut run;
        if at_once {
            StepState::all_succeed(storage.states.get_mut(..succeeded as usize).unwrap_or_default());
            run = Scheduler::after(setup, storage, now, succeeded)?;
        } else {
            run = Scheduler::with(setup, storage, now)?;
            for index in 0..succeeded {
                run.poll_action(now);
                run.handle_outcome(step(index), Outcome::Success, now);
            }
        }
        let mut seen = Vec::new();
        for now in [now, second] {
            while let Some(action) = run.poll_action(now) {
                seen.push(format!("{action:?}"));
            }
            let verdict = run.handle_outcome(step(succeeded), Outcome::Failed(Retry::No), now);
            seen.push(format!("{verdict:?}, {:?}, in flight: {}", run.poll_deadline(), run.in_flight()));
        }
        seen.push(format!("{}", run.has_ended()));
        seen.extend(
            run.states().iter().map(|state| format!("{:?} {:?} {}", state.status(), state.cause(), state.attempts())),
        );
        Ok(seen)
    }

    #[test]
    fn a_prefix_handed_over_at_once_equals_one_run_step_by_step() -> Result<(), StorageTooSmall> {
        for succeeded in 0..=STEPS as u32 {
            assert_eq!(end(succeeded, true)?, end(succeeded, false)?, "after {succeeded}");
        }
        Ok(())
    }
}
