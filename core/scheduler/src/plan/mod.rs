//! The graph: who needs whom, and what is said of each step. Pure data over slices, checked once.

mod cycles;
mod graph;
mod numbering;
mod priorities;
mod topological;

pub use cycles::{find_cycle, shortest_cycle};
pub use graph::{invert, levels, needs_come_first};
pub use numbering::{Numbering, Use};
pub use priorities::{group_by_class, invert_order, longest_paths, longest_remaining, priority_key};
pub use topological::topological;

use crate::policy::{Config, Settings};
use core::fmt;

/// A step of a plan, by its place in the order of declaration.
///
/// ```
/// use rungs_scheduler::StepId;
///
/// let third = StepId::new(2).unwrap();
/// assert_eq!(third.index(), 2);
/// assert_eq!(third.to_string(), "2");
/// assert_eq!(StepId::new(usize::MAX), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StepId(pub(crate) u32);

impl StepId {
    /// The step declared as the `index`-th, from 0; none beyond [`Plan::MAX_STEPS`].
    pub const fn new(index: usize) -> Option<Self> {
        if index < Plan::MAX_STEPS { Some(Self(index as u32)) } else { None }
    }

    /// The step of a number that came from [`number`](Self::number), or that is known to be below [`Plan::MAX_STEPS`].
    #[doc(hidden)]
    #[inline]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// As [`index`](Self::index), in the width in which plans hold it.
    #[doc(hidden)]
    #[inline]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Its place in the order of declaration, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Its place in the order of declaration, from 0.
impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One edge: a step that another waits for.
///
/// ```
/// use rungs_scheduler::{Need, StepId};
///
/// let step = StepId::new(5).unwrap();
/// assert!(Need::result(step).has_result() && !Need::after(step).has_result());
/// assert!(Need::order(step).is_order() && !Need::after(step).is_order());
/// assert_eq!(Need::order(step).step(), step);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Need(u32);

/// The edge passes no result on.
const NO_RESULT: u32 = 1 << 30;
/// The edge passes no failure on either.
const NO_FAILURE: u32 = 1 << 31;

impl Need {
    /// A need whose result is passed on.
    pub const fn result(step: StepId) -> Self {
        Self(step.0)
    }

    /// A need without its result: its failure is one for the step that waits.
    pub const fn after(step: StepId) -> Self {
        Self(step.0 | NO_RESULT)
    }

    /// An order only: waits for the step's end, whatever it comes to.
    pub const fn order(step: StepId) -> Self {
        Self(step.0 | NO_RESULT | NO_FAILURE)
    }

    /// The step waited for (or, in a list of dependents, the step that waits).
    pub const fn step(self) -> StepId {
        StepId(self.0 & !(NO_RESULT | NO_FAILURE))
    }

    /// Whether a result is passed on.
    pub const fn has_result(self) -> bool {
        self.0 & NO_RESULT == 0
    }

    /// Whether this is no more than an order.
    pub const fn is_order(self) -> bool {
        self.0 & NO_FAILURE != 0
    }

    /// The same kind of edge with another step.
    #[doc(hidden)]
    #[must_use = "this makes another need"]
    pub const fn of(self, step: StepId) -> Self {
        Self(step.0 | (self.0 & (NO_RESULT | NO_FAILURE)))
    }
}

/// Lists of edges, one a step, in compressed rows: row `i` is `list[starts[i]..starts[i + 1]]`.
///
/// ```
/// use rungs_scheduler::{Edges, Need, StepId};
///
/// let [a, b, c] = [0, 1, 2].map(|step| StepId::new(step).unwrap());
/// let list = [Need::result(a), Need::result(b)];
/// let needs = Edges::new(&[0, 0, 0, 2], &list); // `c` has two, the others none
/// assert_eq!((needs.len(), needs.total()), (3, 2));
/// assert!(needs.of(b).is_empty());
/// assert_eq!(needs.of(c), list);
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Edges<'p> {
    starts: &'p [u32],
    list: &'p [Need],
    after_all: &'p [StepId],
}

impl<'p> Edges<'p> {
    /// Rows over `list`; `starts` has one more entry than there are rows.
    pub const fn new(starts: &'p [u32], list: &'p [Need]) -> Self {
        Self { starts, list, after_all: &[] }
    }

    /// The same edges, where each of these steps, in ascending order, also needs all steps that were declared before it,
    /// without their results. One mark stands for all those edges: they are in no row, take no memory, and cost a run
    /// O(V) in total. What a step of [`When::AnyFailed`](crate::When::AnyFailed) or
    /// [`When::NoneFailed`](crate::When::NoneFailed) makes of them costs O(V) once more for each such step.
    ///
    /// This is for steps of a rule with which they run after failures or joins; to a step of another rule each of these edges
    /// is no more than an order.
    ///
    /// ```
    /// use rungs_scheduler::{Edges, StepId, levels};
    ///
    /// // Three steps without edges, and one that comes after all of them.
    /// let last = StepId::new(3).unwrap();
    /// let marks = [last];
    /// let needs = Edges::new(&[0; 5], &[]).with_after_all(&marks);
    /// assert!(needs.waits_for_all(last) && needs.of(last).is_empty());
    /// let mut level = [0; 4];
    /// assert_eq!(levels(needs, &[], &mut level), 2);
    /// assert_eq!(level, [0, 0, 0, 1]);
    /// ```
    #[must_use = "this makes other edges"]
    pub const fn with_after_all(mut self, steps: &'p [StepId]) -> Self {
        self.after_all = steps;
        self
    }

    /// Whether a step needs all that were declared before it. O(log n) in the number of such steps.
    pub const fn waits_for_all(&self, step: StepId) -> bool {
        let mark = self.mark_from(step.0);
        mark < self.after_all.len() && self.after_all[mark].0 == step.0
    }

    /// The steps that need all that were declared before them.
    pub(crate) const fn after_all(&self) -> &'p [StepId] {
        self.after_all
    }

    /// Where the marks of this step and of those after it begin among all marks.
    pub(crate) const fn mark_from(&self, step: u32) -> usize {
        let (mut low, mut high) = (0, self.after_all.len());
        while low < high {
            let middle = low + (high - low) / 2;
            // Not an index, which the boards' compiler checks.
            match self.after_all.split_at_checked(middle) {
                Some((_, [mark, ..])) if mark.0 < step => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// The edges of a step; none for a step that there is not.
    #[inline]
    pub fn of(&self, step: StepId) -> &'p [Need] {
        Rows { starts: self.starts, list: self.list }.of(step)
    }

    /// How long each row is.
    pub(crate) fn counts(&self) -> impl Iterator<Item = u32> + use<'p> {
        let ends = self.starts.get(1..).unwrap_or_default();
        self.starts.iter().zip(ends).map(|(from, to)| to.saturating_sub(*from))
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many edges there are.
    pub const fn total(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no row.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Edges in rows, and nothing else: no mark stands for some of them.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Rows<'p> {
    starts: &'p [u32],
    list: &'p [Need],
}

impl<'p> Rows<'p> {
    #[inline]
    fn of(&self, step: StepId) -> &'p [Need] {
        let i = step.index();
        let (Some(&from), Some(&to)) = (self.starts.get(i), self.starts.get(i + 1)) else {
            return &[];
        };
        self.list.get(from as usize..to as usize).unwrap_or(&[])
    }
}

/// A plan: its edges both ways and its settings, borrowed from wherever they lie (flash, a `Vec`, an array).
///
/// ```
/// use rungs_scheduler::{Edges, Need, Plan, StepId, invert};
/// use rungs_scheduler::Settings;
///
/// // 0 -> 1
/// let zero = StepId::new(0).unwrap();
/// let needs = [Need::result(zero)];
/// let starts = [0, 0, 1];
/// let (mut up, mut list) = ([0; 3], [Need::result(zero); 1]);
/// invert(Edges::new(&starts, &needs), &mut up, &mut list);
/// let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &[Settings::DEFAULT], &[]);
/// assert_eq!(plan.len(), 2);
/// assert_eq!(plan.dependents(zero)[0].step().index(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plan<'p> {
    needs: Edges<'p>,
    dependents: Rows<'p>,
    settings: &'p [Settings<'p>],
    which: &'p [u32],
}

impl<'p> Plan<'p> {
    /// A step's number has 30 bits; the other two tell the kind of an edge.
    pub const MAX_STEPS: usize = 1 << 30;

    /// A plan over these edges. `which` tells the settings of each step as an index into `settings`; if it is empty, all
    /// steps have the first.
    pub const fn new(needs: Edges<'p>, dependents: Edges<'p>, settings: &'p [Settings<'p>], which: &'p [u32]) -> Self {
        let dependents = Rows { starts: dependents.starts, list: dependents.list };
        Self { needs, dependents, settings, which }
    }

    /// How many steps there are.
    pub const fn len(&self) -> usize {
        self.needs.len()
    }

    /// Whether there is no step.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a step waits for, in the order it was said; but for [all steps before it](Self::waits_for_all).
    #[inline]
    pub fn needs(&self, step: StepId) -> &'p [Need] {
        self.needs.of(step)
    }

    /// Whether a step needs all that were declared before it, beside its [`needs`](Self::needs): see
    /// [`Edges::with_after_all`].
    #[inline]
    pub const fn waits_for_all(&self, step: StepId) -> bool {
        self.needs.waits_for_all(step)
    }

    /// Who waits for a step, in the order of declaration; but for the steps that [wait for all](Self::waits_for_all) before
    /// them.
    #[inline]
    pub fn dependents(&self, step: StepId) -> &'p [Need] {
        self.dependents.of(step)
    }

    /// All needs.
    pub const fn all_needs(&self) -> Edges<'p> {
        self.needs
    }

    /// The settings of a step.
    #[inline]
    pub const fn settings(&self, step: StepId) -> &'p Settings<'p> {
        let i = step.index();
        let which = if i < self.which.len() { self.which[i] as usize } else { 0 };
        if which < self.settings.len() { &self.settings[which] } else { const { &Settings::DEFAULT } }
    }

    /// The first step that cannot do without a clock. O(V).
    pub const fn needs_clock(&self) -> Option<StepId> {
        let mut i = 0;
        while i < self.len() {
            if self.settings(StepId(i as u32)).needs_clock() {
                return Some(StepId(i as u32));
            }
            i += 1;
        }
        None
    }

    /// The first step that draws its delays at random. O(V).
    pub const fn needs_seed(&self) -> Option<StepId> {
        let mut i = 0;
        while i < self.len() {
            if self.settings(StepId(i as u32)).needs_seed() {
                return Some(StepId(i as u32));
            }
            i += 1;
        }
        None
    }

    /// The settings that steps may have, each once or more often.
    pub(crate) const fn all_settings(&self) -> &'p [Settings<'p>] {
        self.settings
    }

    /// All steps, in the order of declaration.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = StepId> + ExactSizeIterator + use<> {
        (0..self.len() as u32).map(StepId)
    }

    /// How many timers may be armed at once, in a run under this configuration. O(V).
    pub const fn timers(&self, config: &Config) -> usize {
        if config.has_grace() {
            return self.len();
        }
        if self.which.is_empty() && !self.settings(StepId(0)).may_wait(config) {
            return 0;
        }
        let (mut timers, mut step) = (0, 0);
        while step < self.len() {
            if self.settings(StepId(step as u32)).may_wait(config) {
                timers += 1;
            }
            step += 1;
        }
        timers
    }
}
