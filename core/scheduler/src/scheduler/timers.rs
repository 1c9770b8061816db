//! The timers of steps: a binary heap, in which the state of each step knows the index of its entry.

use super::step_state::StepState;
use crate::plan::StepId;

/// An entry of the heap of timers: a time and the step whose timer fires then.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TimerEntry {
    at: u64,
    step: u32,
}

impl TimerEntry {
    /// An entry that is not in use.
    #[doc(hidden)]
    pub const NEW: Self = Self { at: 0, step: 0 };

    /// Ties are broken by step, so that the order depends on nothing else.
    fn is_before(&self, other: &Self) -> bool {
        (self.at, self.step) < (other.at, other.step)
    }
}

/// While a step's timer is armed, the `link` of its state is the heap index of the entry plus one; 0 is no timer.
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
        self.heap.first().map(|entry| (entry.at, StepId(entry.step)))
    }

    /// Arms or moves the step's timer.
    pub(super) fn arm(&mut self, step: StepId, at: u64, states: &mut [StepState]) {
        let index = match link(states, step) {
            0 => {
                self.len += 1;
                self.len - 1
            }
            link => link as usize - 1,
        };
        // The length of the storage was checked against the plan, and a step has at most one timer, so there is room.
        if self.set(index, TimerEntry { at, step: step.0 }, states) {
            self.sift(index, states);
        } else {
            self.len = self.len.min(self.heap.len());
        }
    }

    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    pub(super) fn disarm(&mut self, step: StepId, states: &mut [StepState]) {
        let Some(index) = (link(states, step) as usize).checked_sub(1) else { return };
        set_link(states, step.0, 0);
        self.len = self.len.saturating_sub(1);
        if index < self.len
            && let Some(&last) = self.heap.get(self.len)
        {
            self.set(index, last, states);
            self.sift(index, states);
        }
    }

    fn sift(&mut self, index: usize, states: &mut [StepState]) {
        let index = self.sift_up(index, states);
        self.sift_down(index, states);
    }

    fn sift_up(&mut self, mut index: usize, states: &mut [StepState]) -> usize {
        while index > 0 && self.swap_if_before(index, (index - 1) / 2, states) {
            index = (index - 1) / 2;
        }
        index
    }

    fn sift_down(&mut self, mut index: usize, states: &mut [StepState]) {
        loop {
            let (left, right) = (2 * index + 1, 2 * index + 2);
            if left >= self.len {
                return;
            }
            let child = match (self.heap.get(left), self.heap.get(right)) {
                (Some(a), Some(b)) if right < self.len && b.is_before(a) => right,
                _ => left,
            };
            if !self.swap_if_before(child, index, states) {
                return;
            }
            index = child;
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

    fn set(&mut self, index: usize, entry: TimerEntry, states: &mut [StepState]) -> bool {
        let Some(slot) = self.heap.get_mut(index) else { return false };
        *slot = entry;
        set_link(states, entry.step, index as u32 + 1);
        true
    }
}

fn link(states: &[StepState], step: StepId) -> u32 {
    states.get(step.index()).map_or(0, |state| state.link)
}

fn set_link(states: &mut [StepState], step: u32, link: u32) {
    if let Some(state) = states.get_mut(step as usize) {
        state.link = link;
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
    fn an_entry_takes_16_bytes() {
        assert_eq!(size_of::<TimerEntry>(), 16);
    }
}
