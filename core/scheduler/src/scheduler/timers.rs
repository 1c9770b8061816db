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
            // The length of the storage was checked against the plan, and a step has at most one timer, so there is room.
            0 if self.len < self.heap.len() => {
                self.len += 1;
                self.len - 1
            }
            0 => return,
            link => link as usize - 1,
        };
        self.place(index, TimerEntry { at, step: step.0 }, states);
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
            self.place(index, last, states);
        }
    }

    /// Puts the entry where it belongs, from a free place on: those above or below it that it passes move by one.
    fn place(&mut self, mut free: usize, entry: TimerEntry, states: &mut [StepState]) {
        while let Some(parent) = free.checked_sub(1).map(|above| above / 2)
            && self.pass(free, parent, |parent| entry.is_before(parent), states)
        {
            free = parent;
        }
        while let Some(child) = self.first_child(free)
            && self.pass(free, child, |child| child.is_before(&entry), states)
        {
            free = child;
        }
        self.set(free, entry, states);
    }

    /// The child that comes before the other.
    fn first_child(&self, index: usize) -> Option<usize> {
        let left = 2 * index + 1;
        let right = left + 1;
        match (self.heap.get(left), self.heap.get(right)) {
            (Some(a), Some(b)) if right < self.len && b.is_before(a) => Some(right),
            _ => (left < self.len).then_some(left),
        }
    }

    /// Moves the entry of a place to a free one, if it is to be passed.
    fn pass(
        &mut self,
        free: usize,
        place: usize,
        is_passed: impl FnOnce(&TimerEntry) -> bool,
        states: &mut [StepState],
    ) -> bool {
        let Some(&entry) = self.heap.get(place) else { return false };
        let passes = is_passed(&entry);
        if passes {
            self.set(free, entry, states);
        }
        passes
    }

    fn set(&mut self, index: usize, entry: TimerEntry, states: &mut [StepState]) {
        if let Some(slot) = self.heap.get_mut(index) {
            *slot = entry;
            set_link(states, entry.step, index as u32 + 1);
        }
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
