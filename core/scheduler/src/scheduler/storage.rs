//! The storage of a scheduler, which the caller lends.

use super::{StepState, TimerEntry, bits, queues};
use crate::{
    plan::{Numbering, Plan},
    policy::{Config, Order},
};

/// The memory of a scheduler: slices (of arrays, of `Vec`s) that are at least as long as [`StorageSize`] says.
///
/// [`Scheduler`](super::Scheduler) has an example.
#[derive(Debug, Default)]
pub struct Storage<'s> {
    /// One state per step: 24 bytes.
    pub states: &'s mut [StepState],
    /// The set of ready steps: slightly more than one bit per step.
    pub ready: &'s mut [usize],
    /// One timer for each step that has a time limit or retries: 16 bytes.
    pub timers: &'s mut [TimerEntry],
    /// How many units are free, one entry per resource; if there are many classes of steps, then their queues.
    pub free: &'s mut [u32],
    /// How many steps have not ended, one entry per level; only for [`Order::Levels`].
    pub open: &'s mut [u32],
}

/// How long the slices of a [`Storage`] must be.
///
/// ```
/// use rungs_scheduler::*;
///
/// let free = Edges::new(&[0, 0, 0], &[]);
/// let settings = [Settings::DEFAULT.retries(3)];
/// let plan = Plan::new(free, free, &settings, &[]);
/// let numbering = Numbering::declared(&plan);
/// let needed = StorageSize::for_run(&plan, &numbering, &Config::DEFAULT);
/// assert_eq!((needed.states, needed.timers, needed.free), (2, 2, 0));
///
/// let (mut states, mut ready) = (vec![StepState::default(); needed.states], vec![0; needed.ready]);
/// let storage = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
/// let refused = Scheduler::new(plan, numbering, Config::DEFAULT, storage, Instant::ZERO);
/// assert_eq!(refused.err(), Some(StorageTooSmall(needed)), "there are no timers");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StorageSize {
    /// The number of states.
    pub states: usize,
    /// The number of words of the ready set.
    pub ready: usize,
    /// The number of timers.
    pub timers: usize,
    /// The number of resources, and of the words for queues of classes, if there are many. With one entry per resource and no
    /// more, each start looks at each class.
    pub free: usize,
    /// The number of levels.
    pub open: usize,
}

impl StorageSize {
    /// The sizes that a run of this plan needs. O(V + C), where C is the number of classes.
    pub const fn for_run(plan: &Plan<'_>, numbering: &Numbering<'_>, config: &Config) -> Self {
        let levels = match config.order {
            Order::Levels => count(numbering.levels),
            Order::Eager => 0,
        };
        Self {
            states: plan.len(),
            ready: Self::ready_words(plan.len()),
            timers: plan.timers(config),
            free: numbering.capacities.len() + queues::wanted_words(numbering),
            open: levels,
        }
    }

    /// The number of words of the ready set for this many steps, for the length of an array.
    pub const fn ready_words(steps: usize) -> usize {
        bits::words(steps)
    }

    /// With room for queues, however few classes there are.
    #[doc(hidden)]
    #[must_use = "this makes another size"]
    pub const fn with_queues(mut self, numbering: &Numbering<'_>) -> Self {
        self.free = numbering.capacities.len() + queues::words(numbering);
        self
    }

    pub(super) fn fits(&self, storage: &Storage<'_>) -> bool {
        self.states <= storage.states.len()
            && self.ready <= storage.ready.len()
            && self.timers <= storage.timers.len()
            && self.free <= storage.free.len()
            && self.open <= storage.open.len()
    }
}

/// How many levels there are, given the level of each step.
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
    /// The sizes that the plan needs.
    pub StorageSize,
);

impl core::fmt::Display for StorageTooSmall {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "too many steps for the storage: {} states and {} timers are needed", self.0.states, self.0.timers)
    }
}

impl core::error::Error for StorageTooSmall {}
