//! Which ready step starts next, and what it holds meanwhile.

use super::{
    Scheduler, Setup, StepId,
    step_state::{ANY_FAILED, Phase},
};
use crate::{
    plan::Use,
    policy::{Order, settings::NONE},
    time::Instant,
};

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// All needs of a waiting step have ended, and none has sealed its fate.
    #[inline]
    pub(super) fn needs_are_met(&mut self, step: StepId, wave: u32) {
        let Some(node) = self.states.get(step.index()) else { return };
        if S::REQUIREMENTS.any_failed && node.has(ANY_FAILED) && !self.something_went_wrong(step) {
            self.seal(step, wave + 1);
        } else {
            self.make_ready(step);
        }
    }

    /// The step may start, for the first time or again; if again, its deadline runs while it waits for a place.
    // By itself, as several call it: a board has it in flash once.
    #[inline(never)]
    pub(super) fn make_ready(&mut self, step: StepId) {
        self.set_phase(step, Phase::Ready);
        self.ready.insert(self.setup.numbering().place(step));
        let deadline = self.deadline_of(step);
        if deadline < Instant::NEVER {
            self.timers.arm(step, deadline.as_nanos(), self.states);
        }
    }

    pub(super) fn set_phase(&mut self, step: StepId, phase: Phase) {
        if let Some(node) = self.states.get_mut(step.index()) {
            node.set_phase(phase);
        }
    }

    /// Starts the best step that may start.
    #[inline]
    pub(super) fn start(&mut self, now: Instant) -> Option<StepId> {
        if S::REQUIREMENTS.limit && self.in_flight >= self.setup.config().max_concurrent {
            return None;
        }
        let place = self.best_place()?;
        let step = self.setup.numbering().step(place);
        self.ready.remove(place);
        self.in_flight += 1;
        let node = self.states.get_mut(step.index())?;
        node.start(now);
        if !self.is_plain {
            self.hold(step, now);
        }
        Some(step)
    }

    /// An attempt has really ended: its place and its resources are free, its time limit is off.
    #[inline]
    pub(super) fn release(&mut self, step: StepId) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if !self.is_plain {
            self.let_go(step);
        }
    }

    /// The attempt takes its resources, and its time limit is armed.
    pub(super) fn hold(&mut self, step: StepId, now: Instant) {
        for wanted in self.uses(step) {
            if let Some(free) = self.free.get_mut(wanted.resource as usize) {
                *free = free.saturating_sub(wanted.units);
            }
        }
        if S::REQUIREMENTS.timers {
            self.arm_limits(step, now);
        }
    }

    /// What [`hold`](Self::hold) did is undone.
    pub(super) fn let_go(&mut self, step: StepId) {
        if S::REQUIREMENTS.timers {
            self.timers.disarm(step, self.states);
        }
        for held in self.uses(step) {
            if let Some(free) = self.free.get_mut(held.resource as usize) {
                *free = free.saturating_add(held.units);
            }
        }
    }

    #[inline]
    fn best_place(&self) -> Option<usize> {
        if !S::REQUIREMENTS.resources || self.setup.numbering().use_rows.is_empty() {
            return self.ready.first().filter(|&place| self.is_open(place));
        }
        // One look a class: all its steps want the same, so the first speaks for all.
        let bounds = self.setup.numbering().classes.windows(2).enumerate();
        bounds
            .filter_map(|(class, bounds)| {
                let &[from, end] = bounds else { return None };
                let place = self.ready.first_from(from as usize)?;
                let fits = self.setup.numbering().uses(class).iter().all(|wanted| self.has_free(wanted));
                (place < end as usize && fits && self.is_open(place)).then_some(place)
            })
            .min_by_key(|&place| self.setup.numbering().rank(place))
    }

    /// Places go by level, so if the first is not in the open level, none is.
    #[inline]
    fn is_open(&self, place: usize) -> bool {
        if !S::REQUIREMENTS.levels {
            return true;
        }
        match self.setup.config().order {
            Order::Eager => true,
            Order::Levels => {
                let step = self.setup.numbering().step(place);
                self.setup.numbering().levels.get(step.index()).is_none_or(|&level| level <= self.level)
            }
        }
    }

    fn has_free(&self, wanted: &Use) -> bool {
        self.free.get(wanted.resource as usize).is_some_and(|&free| free >= wanted.units)
    }

    #[inline]
    fn uses(&self, step: StepId) -> &'a [Use] {
        if !S::REQUIREMENTS.resources || self.setup.numbering().use_rows.is_empty() {
            return &[];
        }
        self.setup.numbering().uses(self.setup.plan().settings(step).class as usize)
    }

    #[inline]
    fn arm_limits(&mut self, step: StepId, now: Instant) {
        let settings = self.setup.plan().settings(step);
        if settings.deadline == NONE && settings.timeout == NONE {
            return;
        }
        let limit = now.plus(settings.timeout).min(self.deadline_of(step));
        if limit < Instant::NEVER {
            self.timers.arm(step, limit.as_nanos(), self.states);
        }
    }
}
