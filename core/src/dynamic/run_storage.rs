//! The memory of a pipeline's runs.

use crate::{
    driver::{Claims, Releases, WakerSlots, Wants},
    steps::Emissions,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use rungs_scheduler::{Config, Plan, StepId, StorageSize, TimerEntry};

/// The memory that runs write to, kept from one run to the next.
#[derive(Default)]
pub(super) struct RunStorage {
    pub(super) ready: Vec<usize>,
    pub(super) timers: Vec<TimerEntry>,
    pub(super) free: Vec<u32>,
    pub(super) open: Vec<u32>,
    pub(super) slot_of: Vec<u32>,
    pub(super) slots: Option<WakerSlots>,
    /// The results that are dropped before the end of a run, if there are any.
    pub(super) releases: Option<Box<Releases>>,
    /// What steps have emitted, in runs with observers. It wakes the run by its slots.
    pub(super) emissions: Option<Arc<Emissions>>,
    /// Shared resources that steps hold or wait for.
    pub(super) claims: Option<Box<Claims>>,
    /// Still set after a run that was forgotten rather than dropped: its steps may have attempts in flight.
    pub(super) is_running: bool,
    /// Whether there was a run: steps must be reset before the next.
    pub(super) is_used: bool,
}

impl RunStorage {
    /// For a run of this plan, in which the results of these steps are dropped when their last readers have ended.
    pub(super) fn release(&mut self, released: &[StepId], plan: &Plan<'_>) {
        if !released.is_empty() {
            self.releases.get_or_insert_default().reset(released, plan);
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
            self.claims.get_or_insert_default().set_wants(wants);
        }
        // An attempt that is given up frees its permit, but not its slot, and a claim has a slot without a permit.
        let limit = config.get_max_concurrent().filter(|_| config.get_grace().is_none() && wants.is_none());
        let width = limit.map_or(needed.states, |limit| needed.states.min(limit as usize));
        if self.slots.as_ref().is_none_or(|slots| slots.capacity() < width) {
            self.slots = Some(WakerSlots::new(width));
            self.emissions = None;
        }
    }

    /// What an earlier run left is not told to the observers of the next one.
    pub(super) fn renew_emissions(&mut self, has_observers: bool) {
        match &self.emissions {
            Some(emissions) => drop(emissions.take()),
            None if has_observers => {
                self.emissions = self.slots.as_ref().map(|slots| Arc::new(Emissions::new(slots.run_waker())));
            }
            None => {}
        }
    }
}
