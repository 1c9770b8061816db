//! Which ready step starts next, and what its attempt holds until it ends.

use super::{Scheduler, Setup, StepId, step_state::Phase};
use crate::{
    plan::Use,
    policy::{Order, limit::NONE},
    time::Instant,
};

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// All needs of a waiting step have ended, and none has doomed it.
    #[inline]
    pub(super) fn needs_are_met(&mut self, step: StepId, depth: u32) {
        if self.may_refuse && self.is_refused(step) {
            self.doom(step, depth + 1);
        } else {
            self.make_ready(step);
        }
    }

    /// The step may start its first attempt or a retry. Before a retry its deadline runs while it waits for a permit.
    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    pub(super) fn make_ready(&mut self, step: StepId) {
        let Some(state) = self.states.get_mut(step.index()) else { return };
        state.set_phase(Phase::Ready);
        let is_retry = state.has_started();
        self.insert_ready(self.setup.numbering().place(step));
        if S::REQUIREMENTS.step_deadlines && is_retry {
            self.arm(step, self.deadline_of(step));
        }
    }

    pub(super) fn set_phase(&mut self, step: StepId, phase: Phase) {
        if let Some(state) = self.states.get_mut(step.index()) {
            state.set_phase(phase);
        }
    }

    /// Starts the ready step that comes first, if a permit is free.
    #[inline]
    pub(super) fn start(&mut self, now: Instant) -> Option<StepId> {
        if S::REQUIREMENTS.limit && self.in_flight >= self.setup.config().max_concurrent {
            return None;
        }
        let priority = self.first_startable()?;
        let step = self.setup.numbering().step(priority);
        self.remove_ready(priority);
        self.in_flight += 1;
        let state = self.states.get_mut(step.index())?;
        state.start(now);
        if !self.is_plain {
            self.acquire(step, now);
        }
        Some(step)
    }

    /// An attempt has ended: frees its permit and its resources, and disarms its timer.
    #[inline]
    pub(super) fn finish_attempt(&mut self, step: StepId) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if !self.is_plain {
            self.release(step);
        }
    }

    /// Acquires the resources of an attempt and arms its timer.
    pub(super) fn acquire(&mut self, step: StepId, now: Instant) {
        for wanted in self.uses(step) {
            if let Some(free) = self.free.get_mut(wanted.resource as usize) {
                *free = free.saturating_sub(wanted.units);
            }
        }
        if self.has_queues() {
            self.refresh_queues(step);
        }
        if S::REQUIREMENTS.timers {
            self.arm_limits(step, now);
        }
    }

    /// Undoes [`acquire`](Self::acquire).
    pub(super) fn release(&mut self, step: StepId) {
        if S::REQUIREMENTS.timers {
            self.timers.disarm(step, self.states);
        }
        self.free_resources(step);
    }

    /// Frees what the step's attempt held.
    #[inline]
    pub(super) fn free_resources(&mut self, step: StepId) {
        for held in self.uses(step) {
            if let Some(free) = self.free.get_mut(held.resource as usize) {
                *free = free.saturating_add(held.units);
            }
        }
        if self.has_queues() {
            self.refresh_queues(step);
        }
    }

    /// The lowest priority of a ready step that its level and its resources let start.
    #[inline]
    fn first_startable(&mut self) -> Option<usize> {
        if !S::REQUIREMENTS.resources || self.setup.numbering().use_rows.is_empty() {
            return self.ready.first().filter(|&priority| self.is_level_open(priority));
        }
        if self.has_queues() {
            return self.first_queued().filter(|&priority| self.is_level_open(priority));
        }
        // All steps of a class use the same resources, so only the first ready step of each class is looked at.
        let bounds = self.setup.numbering().classes.windows(2).enumerate();
        bounds
            .filter_map(|(class, bounds)| {
                let &[from, end] = bounds else { return None };
                let priority = self.ready.first_from(from as usize)?;
                let fits = self.setup.numbering().uses(class).iter().all(|wanted| self.has_free(wanted));
                (priority < end as usize && fits && self.is_level_open(priority)).then_some(priority)
            })
            .min_by_key(|&priority| self.setup.numbering().rank(priority))
    }

    /// Whether the step of this priority is in a level that may start. Priorities are sorted by level, so if the lowest
    /// one is not, none is.
    #[inline]
    pub(super) fn is_level_open(&self, priority: usize) -> bool {
        if !S::REQUIREMENTS.levels {
            return true;
        }
        match self.setup.config().order {
            Order::Eager => true,
            Order::Levels => {
                let step = self.setup.numbering().step(priority);
                self.setup.numbering().levels.get(step.index()).is_none_or(|&level| level <= self.level)
            }
        }
    }

    pub(super) fn has_free(&self, wanted: &Use) -> bool {
        self.free.get(wanted.resource as usize).is_some_and(|&free| free >= wanted.units)
    }

    #[inline]
    pub(super) fn uses(&self, step: StepId) -> &'a [Use] {
        if !S::REQUIREMENTS.resources || self.setup.numbering().use_rows.is_empty() {
            return &[];
        }
        self.listed_uses(step)
    }

    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    fn listed_uses(&self, step: StepId) -> &'a [Use] {
        self.setup.numbering().uses(self.setup.plan().settings(step).class as usize)
    }

    #[inline]
    fn arm_limits(&mut self, step: StepId, now: Instant) {
        let settings = self.setup.plan().settings(step);
        let may_take_the_runs = S::REQUIREMENTS.clean_up_deadline && settings.when.is_clean_up();
        let has_deadline = settings.deadline != NONE || may_take_the_runs;
        if !has_deadline && settings.timeout == NONE {
            return;
        }
        let deadline = if has_deadline { self.deadline_of(step) } else { Instant::NEVER };
        self.arm(step, now.plus(settings.timeout.min(self.setup.timeout_cap(step))).min(deadline));
    }

    /// Arms the step's timer, if there is a limit.
    pub(super) fn arm(&mut self, step: StepId, limit: Instant) {
        if limit < Instant::NEVER {
            self.timers.arm(step, limit.as_nanos(), self.states);
        }
    }
}
