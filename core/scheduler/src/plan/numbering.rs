//! Which ready step goes first: a numbering, made once.

use super::{Plan, StepId, needs_come_first};
use crate::policy::settings::NONE;

/// So many units of a resource, held while an attempt is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Use {
    /// The resource, as an index into the capacities.
    pub resource: u32,
    /// How many units.
    pub units: u32,
}

/// The order in which ready steps are tried, and what they use.
///
/// Each step has a place; of the steps that are ready, the one with the lowest place starts first. Where steps use
/// resources they fall into classes, all steps of a class using the same; a class owns a range of priorities, and between
/// classes `ranks` decides. So a class that lacks something is passed over at once, with all its steps.
///
/// Two steps that want a bus of which there is one:
///
/// ```
/// use rungs_scheduler::*;
/// use rungs_scheduler::{Config, Instant, Settings};
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
    /// Step by place. Empty: the order of declaration.
    pub order: &'p [u32],
    /// Place by step. Empty: the order of declaration.
    pub priorities: &'p [u32],
    /// Rank by place, over all classes. Empty: the priorities themselves.
    pub ranks: &'p [u32],
    /// Where the priorities of each class begin, and the end. Empty: one class.
    pub classes: &'p [u32],
    /// What each class uses: rows of `uses`, one entry more than classes. Empty: nothing.
    pub use_rows: &'p [u32],
    /// What classes use.
    pub uses: &'p [Use],
    /// How many units there are of each resource.
    pub capacities: &'p [u32],
    /// Each step's level: for [`Order::Levels`](crate::Order::Levels) only. Places go by level first then.
    pub levels: &'p [u32],
    /// Whether each step's place comes after those of its needs, as [`needs_come_first`](super::needs_come_first) tells.
    /// Steps that succeed at once then cost a run next to nothing; `false` is always right, and slower.
    pub needs_first: bool,
}

impl<'p> Numbering<'p> {
    /// The order of declaration; nothing is used.
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

/// Writes the length of the longest path from each step to an end of the graph, the step itself included: its expected
/// duration in nanoseconds where any step states one (a step that does not counts as 1), else 1 a step.
///
/// The priority of Hu's level algorithm (T. C. Hu, "Parallel Sequencing and Assembly Line Problems", 1961).
/// `order` is what [`topological`](super::topological) wrote; if empty, the order of declaration is one. O(V + E).
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::{Edges, Need, Plan, StepId, longest_remaining};
/// use rungs_scheduler::Settings;
///
/// // 0 -> 1, and 2 alone, which takes longer than both.
/// let (zero, one) = (StepId::new(0).unwrap(), StepId::new(1).unwrap());
/// let (needs, waiting) = ([Need::result(zero)], [Need::result(one)]);
/// let settings = [2, 5].map(|nanos| Settings::DEFAULT.expected(Duration::from_nanos(nanos)));
/// let plan = Plan::new(Edges::new(&[0, 0, 1, 1], &needs), Edges::new(&[0, 1, 1, 1], &waiting), &settings, &[0, 0, 1]);
/// let mut lengths = [0; 3];
/// longest_remaining(&plan, &[], &mut lengths);
/// assert_eq!(lengths, [4, 2, 5]);
/// ```
pub const fn longest_remaining(plan: &Plan<'_>, order: &[u32], lengths: &mut [u64]) {
    let dependents = plan.dependents;
    let mut i = dependents.len();
    while i > 0 {
        i -= 1;
        let step = if order.is_empty() { i } else { order[i] as usize };
        let own = match plan.settings(StepId(step as u32)).expected {
            NONE => 1,
            expected => expected,
        };
        let mut rest = 0;
        let mut k = dependents.starts[step] as usize;
        while k < dependents.starts[step + 1] as usize {
            let length = lengths[dependents.list[k].step().index()];
            if length > rest {
                rest = length;
            }
            k += 1;
        }
        lengths[step] = own.saturating_add(rest);
    }
}
