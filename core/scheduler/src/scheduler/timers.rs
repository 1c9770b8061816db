//! When each step has to be looked at again: a binary heap whose entries know their steps and are known to them.

use super::step_state::StepState;
use crate::plan::StepId;

/// A step's armed deadline.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TimerEntry {
    at: u64,
    step: u32,
}

impl TimerEntry {
    /// Not armed.
    #[doc(hidden)]
    pub const NEW: Self = Self { at: 0, step: 0 };

    /// Ties go by step, so that the order hangs on nothing else.
    fn is_before(&self, other: &Self) -> bool {
        (self.at, self.step) < (other.at, other.step)
    }
}

/// The states of armed steps hold their alarm's place plus one in `link`; 0 is none.
#[derive(Debug)]
pub(super) struct Timers<'s> {
    heap: &'s mut [TimerEntry],
    len: usize,
}

impl<'s> Timers<'s> {
    pub(super) fn new(heap: &'s mut [TimerEntry]) -> Self {
        Self { heap, len: 0 }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(super) fn first(&self) -> Option<(u64, StepId)> {
        if self.len == 0 {
            return None;
        }
        self.heap.first().map(|alarm| (alarm.at, StepId(alarm.step)))
    }

    /// Arms or moves the step's alarm.
    pub(super) fn arm(&mut self, step: StepId, at: u64, states: &mut [StepState]) {
        let place = match link(states, step) {
            0 => {
                self.len += 1;
                self.len - 1
            }
            link => link as usize - 1,
        };
        // The storage was held against the plan, so there is room: a step has one alarm at most.
        if self.set(place, TimerEntry { at, step: step.0 }, states) {
            self.settle(place, states);
        } else {
            self.len = self.len.min(self.heap.len());
        }
    }

    // By itself, as several call it: a board has it in flash once.
    #[inline(never)]
    pub(super) fn disarm(&mut self, step: StepId, states: &mut [StepState]) {
        let Some(place) = (link(states, step) as usize).checked_sub(1) else { return };
        set_link(states, step.0, 0);
        self.len = self.len.saturating_sub(1);
        if place < self.len
            && let Some(&last) = self.heap.get(self.len)
        {
            self.set(place, last, states);
            self.settle(place, states);
        }
    }

    fn settle(&mut self, place: usize, states: &mut [StepState]) {
        let place = self.rise(place, states);
        self.sink(place, states);
    }

    fn rise(&mut self, mut place: usize, states: &mut [StepState]) -> usize {
        while place > 0 && self.swap_if_before(place, (place - 1) / 2, states) {
            place = (place - 1) / 2;
        }
        place
    }

    fn sink(&mut self, mut place: usize, states: &mut [StepState]) {
        loop {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            if left >= self.len {
                return;
            }
            let child = match (self.heap.get(left), self.heap.get(right)) {
                (Some(a), Some(b)) if right < self.len && b.is_before(a) => right,
                _ => left,
            };
            if !self.swap_if_before(child, place, states) {
                return;
            }
            place = child;
        }
    }

    fn swap_if_before(&mut self, low: usize, high: usize, states: &mut [StepState]) -> bool {
        let (Some(&a), Some(&b)) = (self.heap.get(low), self.heap.get(high)) else { return false };
        let before = a.is_before(&b);
        if before {
            self.set(high, a, states);
            self.set(low, b, states);
        }
        before
    }

    fn set(&mut self, place: usize, alarm: TimerEntry, states: &mut [StepState]) -> bool {
        let Some(slot) = self.heap.get_mut(place) else { return false };
        *slot = alarm;
        set_link(states, alarm.step, place as u32 + 1);
        true
    }
}

fn link(states: &[StepState], step: StepId) -> u32 {
    states.get(step.index()).map_or(0, |node| node.link)
}

fn set_link(states: &mut [StepState], step: u32, link: u32) {
    if let Some(node) = states.get_mut(step as usize) {
        node.link = link;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, vec};

    #[test]
    fn agrees_with_a_sorted_set() {
        let n = 40;
        let mut states = vec![StepState::default(); n];
        let mut heap = vec![TimerEntry::default(); n];
        let mut timers = Timers::new(&mut heap);
        let mut sorted = BTreeSet::new();
        let mut seed = 1;
        for round in 0..20_000 {
            seed = crate::policy::random(seed, round);
            let step = StepId((seed >> 8) as u32 % n as u32);
            let at = (seed >> 40) % 30;
            sorted.retain(|&(_, s)| s != step.0);
            if seed.is_multiple_of(3) {
                timers.disarm(step, &mut states);
            } else {
                timers.arm(step, at, &mut states);
                sorted.insert((at, step.0));
            }
            assert_eq!(timers.first(), sorted.first().map(|&(at, s)| (at, StepId(s))));
        }
    }

    #[test]
    fn an_alarm_takes_16_bytes() {
        assert_eq!(size_of::<TimerEntry>(), 16);
    }
}
