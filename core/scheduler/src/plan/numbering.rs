//! Which ready step is tried first: a numbering, made once.

use super::{Plan, StepId, needs_come_first};

/// A number of units of a resource, held while an attempt is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Use {
    /// The resource, as an index into the capacities.
    pub resource: u32,
    /// How many units.
    pub units: u32,
}

/// The order in which ready steps are tried, and what they use.
///
/// Each step has a priority index; of the steps that are ready, the one with the lowest index starts first. Where steps use
/// resources they fall into classes, and all steps of a class use the same. A class has a range of indices, and between
/// classes `ranks` decides. So a class that lacks a resource is passed over at once, with all its steps.
///
/// The slices are computed by [`longest_remaining`](super::longest_remaining), [`priority_key`](super::priority_key),
/// [`group_by_class`](super::group_by_class) and [`invert_order`](super::invert_order).
///
/// Two steps that use a bus of which there is one unit:
///
/// ```
/// use rungs_scheduler::*;
///
/// let free = Edges::new(&[0, 0, 0], &[]);
/// let settings = [Settings::DEFAULT.class(0)];
/// let plan = Plan::new(free, free, &settings, &[]);
/// let numbering = Numbering {
///     classes: &[0, 2],
///     use_rows: &[0, 1],
///     uses: &[Use { resource: 0, units: 1 }],
///     capacities: &[1],
///     ..Numbering::declared(&plan)
/// };
/// let (mut states, mut ready, mut free) = ([StepState::default(); 2], [0; StorageSize::ready_words(2)], [0]);
/// let state = Storage { states: &mut states, ready: &mut ready, free: &mut free, ..Storage::default() };
/// let mut run = Scheduler::new(plan, numbering, Config::DEFAULT, state, Instant::ZERO)?;
///
/// let [first, second] = [0, 1].map(|step| StepId::new(step).unwrap());
/// assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Start(first)));
/// assert_eq!(run.poll_action(Instant::ZERO), None);
/// run.handle_outcome(first, Outcome::Success, Instant::ZERO);
/// assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Start(second)));
/// # Ok::<(), StorageTooSmall>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Numbering<'p> {
    /// The step of each priority index. Empty: the order of declaration.
    pub order: &'p [u32],
    /// The priority index of each step. Empty: the order of declaration.
    pub priorities: &'p [u32],
    /// The rank of each priority index among all classes, the lowest first. Empty: the index itself.
    pub ranks: &'p [u32],
    /// The first priority index of each class, then the number of steps. Empty: there is one class.
    pub classes: &'p [u32],
    /// Where the row of each class begins in `uses`, then where the last one ends. Empty: no class uses anything.
    pub use_rows: &'p [u32],
    /// What the classes use, row by row.
    pub uses: &'p [Use],
    /// How many units there are of each resource.
    pub capacities: &'p [u32],
    /// The level of each step; for [`Order::Levels`](crate::Order::Levels) only, where a lower level has the lower indices
    /// within each class, and the lower ranks among all classes.
    pub levels: &'p [u32],
    /// Whether each step has a higher priority index than its needs, as [`needs_come_first`](super::needs_come_first)
    /// tells. If so, steps that succeed at their first poll take the fast path. `false` is always correct, and slower.
    pub needs_first: bool,
}

impl<'p> Numbering<'p> {
    /// The order of declaration, for a plan that uses no resources. O(V + E).
    pub const fn declared(plan: &Plan<'_>) -> Self {
        Self {
            order: &[],
            priorities: &[],
            ranks: &[],
            classes: &[],
            use_rows: &[],
            uses: &[],
            capacities: &[],
            levels: &[],
            needs_first: needs_come_first(plan.all_needs(), &[]),
        }
    }

    #[inline]
    pub(crate) fn place(&self, step: StepId) -> usize {
        self.priorities.get(step.index()).copied().unwrap_or(step.0) as usize
    }

    #[inline]
    pub(crate) fn step(&self, place: usize) -> StepId {
        StepId(self.order.get(place).copied().unwrap_or(place as u32))
    }

    pub(crate) fn rank(&self, place: usize) -> u32 {
        self.ranks.get(place).copied().unwrap_or(place as u32)
    }

    pub(crate) fn uses(&self, class: usize) -> &'p [Use] {
        let (Some(&from), Some(&to)) = (self.use_rows.get(class), self.use_rows.get(class + 1)) else {
            return &[];
        };
        self.uses.get(from as usize..to as usize).unwrap_or(&[])
    }
}
