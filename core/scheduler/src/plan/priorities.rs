//! What a numbering is made of: which step has the higher priority, and the priority indices that follow.
//!
//! As in `graph`, all panic if a slice is shorter than stated.

use super::{Plan, StepId};
use crate::policy::limit::NONE;

/// Writes the length of the longest path from each step to an end of the graph, the step itself included: the sum of the
/// expected durations in nanoseconds, where a step that states none counts as 1.
///
/// It is the priority of Hu's level algorithm (T. C. Hu, "Parallel Sequencing and Assembly Line Problems", 1961).
/// `order` is what [`topological`](super::topological) wrote; if it is empty, the steps are taken in the order of
/// declaration, which then has to be topological. `lengths` needs one entry per step. O(V + E).
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::{Edges, Need, Plan, Settings, StepId, longest_remaining};
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
    let mut step = 0;
    while step < plan.len() {
        lengths[step] = match plan.settings(StepId(step as u32)).expected {
            NONE => 1,
            expected => expected,
        };
        step += 1;
    }
    longest_paths(plan, order, lengths);
}

/// Replaces the length of each step, of whatever origin, by that of the longest path from the step to an end of the graph, the
/// step itself included.
///
/// `order` and the complexity are those of [`longest_remaining`], which is the same for the durations that the plan states.
///
/// ```
/// use rungs_scheduler::{Edges, Need, Plan, StepId, longest_paths};
///
/// // 0 -> 1, and 2 alone.
/// let (zero, one) = (StepId::new(0).unwrap(), StepId::new(1).unwrap());
/// let (needs, waiting) = ([Need::result(zero)], [Need::result(one)]);
/// let plan = Plan::new(Edges::new(&[0, 0, 1, 1], &needs), Edges::new(&[0, 1, 1, 1], &waiting), &[], &[]);
/// let mut lengths = [40, 2, 5];
/// longest_paths(&plan, &[], &mut lengths);
/// assert_eq!(lengths, [42, 2, 5]);
/// ```
pub const fn longest_paths(plan: &Plan<'_>, order: &[u32], lengths: &mut [u64]) {
    let dependents = plan.dependents;
    let mut i = plan.len();
    while i > 0 {
        i -= 1;
        let step = if order.is_empty() { i } else { order[i] as usize };
        let mut rest = 0;
        let mut k = dependents.starts[step] as usize;
        while k < dependents.starts[step + 1] as usize {
            let length = lengths[dependents.list[k].step().index()];
            if length > rest {
                rest = length;
            }
            k += 1;
        }
        // Of the steps that wait for all before them, the next has the longest path, as all others wait for it.
        let mark = plan.needs.mark_from(step as u32 + 1);
        if mark < plan.needs.after_all.len() {
            let length = lengths[plan.needs.after_all[mark].index()];
            if length > rest {
                rest = length;
            }
        }
        lengths[step] = lengths[step].saturating_add(rest);
    }
}

/// What steps are sorted by: of two that are ready, the one with the lower key is tried first. It is the step of the lower
/// level, then that with the longer remaining path, then that which was declared first.
///
/// `levels` is what [`levels`](super::levels) wrote, and is empty unless levels are barriers
/// ([`Order::Levels`](crate::Order::Levels)). `lengths` is what [`longest_remaining`] wrote. O(1).
///
/// ```
/// use rungs_scheduler::{StepId, priority_key};
///
/// let [a, b, c] = [0, 1, 2].map(|index| StepId::new(index).unwrap());
/// let key = |step| priority_key(&[], &[1, 2, 2], step);
/// assert!(key(b) < key(c) && key(c) < key(a));
/// let key = |step| priority_key(&[0, 1, 0], &[1, 2, 2], step);
/// assert!(key(c) < key(a) && key(a) < key(b));
/// ```
#[inline]
pub const fn priority_key(levels: &[u32], lengths: &[u64], step: StepId) -> u128 {
    let i = step.index();
    let level = if i < levels.len() { levels[i] } else { 0 };
    let length = if i < lengths.len() { lengths[i] } else { 0 };
    // One number, whose comparison needs no branch that a processor would have to predict, and which a `const` can compare.
    ((level as u128) << 96) | ((!length as u128) << 32) | step.0 as u128
}

/// Groups steps by their class, and keeps their order within a class: from `ranked`, all steps by falling priority, it
/// writes the [`classes`](super::Numbering::classes), [`order`](super::Numbering::order) and
/// [`ranks`](super::Numbering::ranks) of a numbering.
///
/// `classes` needs one entry more than there are classes; the others need one entry per step. A step counts as one of the
/// last class if its own does not exist. O(V + C), where C is the number of classes.
///
/// ```
/// use rungs_scheduler::{Edges, Plan, Settings, group_by_class, invert_order};
///
/// // The second step uses something, the others nothing.
/// let free = Edges::new(&[0, 0, 0, 0], &[]);
/// let settings = [Settings::DEFAULT, Settings::DEFAULT.class(1)];
/// let plan = Plan::new(free, free, &settings, &[0, 1, 0]);
///
/// let (mut classes, mut order, mut ranks, mut priorities) = ([0; 3], [0; 3], [0; 3], [0; 3]);
/// group_by_class(&plan, &[2, 1, 0], &mut classes, &mut order, &mut ranks);
/// assert_eq!((classes, order, ranks), ([0, 2, 3], [2, 0, 1], [0, 2, 1]));
/// invert_order(&order, &mut priorities);
/// assert_eq!(priorities, [1, 2, 0]);
/// ```
pub const fn group_by_class(
    plan: &Plan<'_>,
    ranked: &[u32],
    classes: &mut [u32],
    order: &mut [u32],
    ranks: &mut [u32],
) {
    let mut class = 0;
    while class < classes.len() {
        classes[class] = 0;
        class += 1;
    }
    // Counted two classes on, so that filling moves the start of each class to where it belongs.
    let mut rank = 0;
    while rank < ranked.len() {
        let counted = class_of(plan, ranked[rank], classes.len()) + 2;
        if counted < classes.len() {
            classes[counted] += 1;
        }
        rank += 1;
    }
    let mut class = 2;
    while class < classes.len() {
        classes[class] += classes[class - 1];
        class += 1;
    }
    let mut rank = 0;
    while rank < ranked.len() {
        let next = class_of(plan, ranked[rank], classes.len()) + 1;
        let at = classes[next] as usize;
        order[at] = ranked[rank];
        ranks[at] = rank as u32;
        classes[next] += 1;
        rank += 1;
    }
}

/// The class of a step, where there are `bounds - 1` classes.
const fn class_of(plan: &Plan<'_>, step: u32, bounds: usize) -> usize {
    let class = plan.settings(StepId(step)).get_class() as usize;
    if class + 1 < bounds { class } else { bounds - 2 }
}

/// Writes the priority index of each step, where `order` holds the step of each index: the inverse of a permutation.
///
/// Both have one entry per step. O(V). [`group_by_class`] has an example.
pub const fn invert_order(order: &[u32], priorities: &mut [u32]) {
    let mut at = 0;
    while at < order.len() {
        priorities[order[at] as usize] = at as u32;
        at += 1;
    }
}
