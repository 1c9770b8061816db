//! The memory of a pipeline's runs.

use crate::{
    driver::{Rare, WakerSlots, Wants},
    steps::{Emissions, RunExtras, Watches},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use rungs_scheduler::{Config, Plan, StepId, StorageSize, TimerEntry};

/// The memory that runs write to, kept from one run to the next.
pub(super) struct RunStorage<C: ?Sized> {
    pub(super) ready: Vec<usize>,
    pub(super) timers: Vec<TimerEntry>,
    pub(super) free: Vec<u32>,
    pub(super) open: Vec<u32>,
    pub(super) slots: Option<WakerSlots>,
    /// What few runs have.
    pub(super) rare: Option<Box<Rare<C>>>,
    /// What few runs have and attempts read. Emissions wake the run by its slots.
    pub(super) extras: RunExtras,
    /// Whether there was a run: steps must be reset before the next.
    pub(super) is_used: bool,
}

impl<C: ?Sized> RunStorage<C> {
    pub(super) const fn new() -> Self {
        Self {
            ready: Vec::new(),
            timers: Vec::new(),
            free: Vec::new(),
            open: Vec::new(),
            slots: None,
            rare: None,
            extras: RunExtras::NONE,
            is_used: false,
        }
    }

    /// For a run of this plan, in which the results of these steps are dropped when their last readers have ended.
    pub(super) fn renew_rare(&mut self, released: &[StepId], plan: &Plan<'_>, watches: Watches<C>) {
        if self.rare.is_some() || !released.is_empty() || watches.is_any() {
            let rare = self.rare.get_or_insert_default();
            rare.releases.reset(released, plan);
            rare.watches = watches;
        }
    }

    pub(super) fn fit(&mut self, needed: &StorageSize, config: &Config, wants: Option<&Arc<Wants>>) {
        fn grow<T: Clone + Default>(list: &mut Vec<T>, len: usize) {
            if list.len() < len {
                list.resize(len, T::default());
            }
        }
        grow(&mut self.ready, needed.ready);
        grow(&mut self.timers, needed.timers);
        grow(&mut self.free, needed.free);
        grow(&mut self.open, needed.open);
        if let Some(wants) = wants {
            self.rare.get_or_insert_default().claims.set_wants(wants);
        }
        // An attempt that is given up frees its permit, but not its slot, and a claim has a slot without a permit.
        let limit = config.get_max_concurrent().filter(|_| config.get_grace().is_none() && wants.is_none());
        let width = limit.map_or(needed.states, |limit| needed.states.min(limit as usize));
        // Slots that lead to what an earlier run left stay until the next run has waited for that; it fits them after.
        if self.slots.as_ref().is_none_or(|slots| slots.capacity() < width && !slots.may_lead_to_attempts()) {
            self.slots = Some(WakerSlots::new(width));
            self.extras.emissions = None;
        }
    }

    /// What an earlier run left is not told to the observers of the next one.
    pub(super) fn renew_emissions(&mut self, has_observers: bool) {
        let emissions = &mut self.extras.emissions;
        match emissions {
            Some(left) if has_observers => drop(left.take()),
            None if has_observers => {
                *emissions = self.slots.as_ref().map(|slots| Arc::new(Emissions::new(slots.run_waker())));
            }
            // Nobody would take what steps emit.
            _ => *emissions = None,
        }
    }
}
