//! An order in which each step comes after its needs.

use super::Edges;

/// Writes a topological order: each step after all that it waits for. Returns how many steps it holds: all, unless there is
/// a cycle.
///
/// The steps of a cycle, and those that wait for one, are left out; `missing` then holds how many of its needs each step
/// still waits for, as [`find_cycle`](super::find_cycle) takes it. `missing` and `order` need one entry per step. O(V + E).
///
/// ```
/// use rungs_scheduler::{Edges, Need, StepId, levels, topological};
///
/// // 2 -> 1 -> 0: each depends on one that was declared later.
/// let need = |step| Need::result(StepId::new(step).unwrap());
/// let (needs, dependents) = ([need(1), need(2)], [need(0), need(1)]);
/// let (needs, dependents) = (Edges::new(&[0, 1, 2, 2], &needs), Edges::new(&[0, 0, 1, 2], &dependents));
/// let (mut missing, mut order) = ([0; 3], [0; 3]);
/// assert_eq!(topological(needs, dependents, &mut missing, &mut order), 3);
/// assert_eq!(order, [2, 1, 0]);
///
/// let mut level = [0; 3];
/// assert_eq!(levels(needs, &order, &mut level), 3);
/// assert_eq!(level, [2, 1, 0]);
/// ```
pub const fn topological(needs: Edges<'_>, dependents: Edges<'_>, missing: &mut [u32], order: &mut [u32]) -> usize {
    let (steps, marks) = (needs.len(), needs.after_all);
    let mut placed = 0;
    let mut mark = 0;
    let mut i = 0;
    while i < steps {
        missing[i] = needs.starts[i + 1] - needs.starts[i];
        if mark < marks.len() && marks[mark].index() == i {
            // All steps before it count as one need.
            missing[i] += 1;
            mark += 1;
        }
        if missing[i] == 0 {
            order[placed] = i as u32;
            placed += 1;
        }
        i += 1;
    }
    // The order is also the queue of the steps whose dependents are still to be looked at.
    let mut next = 0;
    // All steps below this one have been placed.
    let mut below = 0;
    mark = 0;
    loop {
        while mark < marks.len() && marks[mark].index() < steps {
            let step = marks[mark].index();
            while below < step && missing[below] == 0 {
                below += 1;
            }
            if below < step {
                break;
            }
            mark += 1;
            missing[step] -= 1;
            if missing[step] == 0 {
                order[placed] = step as u32;
                placed += 1;
            }
        }
        if next == placed {
            return placed;
        }
        let step = order[next] as usize;
        next += 1;
        let mut k = dependents.starts[step] as usize;
        while k < dependents.starts[step + 1] as usize {
            let dependent = dependents.list[k].step().index();
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                order[placed] = dependent as u32;
                placed += 1;
            }
            k += 1;
        }
    }
}
