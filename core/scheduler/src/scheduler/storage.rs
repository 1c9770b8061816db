//! The storage of a scheduler, lent by whoever runs it.

use super::{StepState, TimerEntry, bits};
use crate::{
    plan::{Numbering, Plan},
    policy::{Config, Order},
};

/// What a scheduler writes on: slices of anything (arrays, `Vec`s), of at least the lengths that [`StorageSize`] tells.
///
/// [`Scheduler`](super::Scheduler) has an example.
#[derive(Debug, Default)]
pub struct Storage<'s> {
    /// One a step: 24 bytes.
    pub states: &'s mut [StepState],
    /// Which steps are ready: a bit a step, and a little above.
    pub ready: &'s mut [usize],
    /// One for each step that has a time limit or retries: 16 bytes.
    pub timers: &'s mut [TimerEntry],
    /// Free units, one entry a resource.
    pub free: &'s mut [u32],
    /// Steps not ended, one entry a level; only for [`Order::Levels`].
    pub open: &'s mut [u32],
}

/// How long the slices of a [`Storage`] must be.
///
/// ```
/// use rungs_scheduler::*;
/// use rungs_scheduler::{Config, Instant, Settings};
///
/// let free = Edges::new(&[0, 0, 0], &[]);
/// let settings = [Settings::DEFAULT.retries(3)];
/// let plan = Plan::new(free, free, &settings, &[]);
/// let numbering = Numbering::declared(&plan);
/// let needed = StorageSize::for_run(&plan, &numbering, &Config::DEFAULT);
/// assert_eq!((needed.states, needed.timers, needed.free), (2, 2, 0));
///
/// let (mut states, mut ready) = (vec![StepState::default(); needed.states], vec![0; needed.ready]);
/// let state = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
/// let refused = Scheduler::new(plan, numbering, Config::DEFAULT, state, Instant::ZERO);
/// assert_eq!(refused.err(), Some(StorageTooSmall(needed)), "there are no timers");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StorageSize {
    /// Nodes.
    pub states: usize,
    /// Words of ready bits.
    pub ready: usize,
    /// Timers.
    pub timers: usize,
    /// Resources.
    pub free: usize,
    /// Levels.
    pub open: usize,
}

impl StorageSize {
    /// What a run of this plan needs. O(V).
    pub const fn for_run(plan: &Plan<'_>, numbering: &Numbering<'_>, config: &Config) -> Self {
        let levels = match config.order {
            Order::Levels => count(numbering.levels),
            Order::Eager => 0,
        };
        Self {
            states: plan.len(),
            ready: Self::ready_words(plan.len()),
            timers: plan.timers(),
            free: numbering.capacities.len(),
            open: levels,
        }
    }

    /// Words of ready bits for this many steps: for the length of an array.
    pub const fn ready_words(steps: usize) -> usize {
        bits::words(steps)
    }

    pub(super) fn fits(&self, state: &Storage<'_>) -> bool {
        self.states <= state.states.len()
            && self.ready <= state.ready.len()
            && self.timers <= state.timers.len()
            && self.free <= state.free.len()
            && self.open <= state.open.len()
    }
}

/// How many levels there are, if these are the steps' levels.
const fn count(levels: &[u32]) -> usize {
    let (mut count, mut i) = (0, 0);
    while i < levels.len() {
        if levels[i] as usize >= count {
            count = levels[i] as usize + 1;
        }
        i += 1;
    }
    count
}

/// The storage lent is too small for the plan.
///
/// [`StorageSize`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StorageTooSmall(
    /// What would do.
    pub StorageSize,
);

impl core::fmt::Display for StorageTooSmall {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "too many steps for the storage: {} states and {} timers are needed", self.0.states, self.0.timers)
    }
}

impl core::error::Error for StorageTooSmall {}
