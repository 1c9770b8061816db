//! The memory of a pipeline's runs.

use crate::driver::WakerSlots;
use alloc::vec::Vec;
use rungs_scheduler::{Config, StepState, Storage, StorageSize, TimerEntry};

/// The memory that runs write to, kept from one run to the next.
#[derive(Default)]
pub(super) struct RunStorage {
    ready: Vec<usize>,
    timers: Vec<TimerEntry>,
    free: Vec<u32>,
    open: Vec<u32>,
    pub(super) slot_of: Vec<u32>,
    pub(super) slots: Option<WakerSlots>,
    /// Still set after a run that was forgotten rather than dropped: its steps may have attempts in flight.
    pub(super) is_running: bool,
    /// Whether there was a run: steps must be reset before the next.
    pub(super) is_used: bool,
}

impl RunStorage {
    pub(super) fn fit(&mut self, needed: &StorageSize, config: &Config) {
        fn grow<T: Clone + Default>(list: &mut Vec<T>, len: usize) {
            if list.len() < len {
                list.resize(len, T::default());
            }
        }
        grow(&mut self.ready, needed.ready);
        grow(&mut self.timers, needed.timers);
        grow(&mut self.free, needed.free);
        grow(&mut self.open, needed.open);
        let width = config.get_max_concurrent().map_or(needed.states, |limit| needed.states.min(limit as usize));
        if self.slots.as_ref().is_none_or(|slots| slots.capacity() < width) {
            self.slots = Some(WakerSlots::new(width));
        }
    }

    #[allow(clippy::type_complexity, reason = "named where it is taken apart")]
    pub(super) fn lend<'s>(
        &'s mut self,
        states: &'s mut [StepState],
    ) -> (Storage<'s>, &'s mut Option<WakerSlots>, &'s mut Vec<u32>, &'s mut bool) {
        let Self { ready, timers, free, open, slots, slot_of, is_running, .. } = self;
        (Storage { states, ready, timers, free, open }, slots, slot_of, is_running)
    }
}
