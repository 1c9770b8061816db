//! Cycles: steps that wait for each other.

use super::{Edges, StepId};

/// No step, among numbers of steps; [`Plan::MAX_STEPS`](super::Plan::MAX_STEPS) is below it.
const NOBODY: u32 = u32::MAX;

/// Writes the steps of a cycle, each of which depends on the next, and the last on the first. Returns how many they are:
/// 0 if there is no cycle.
///
/// It is a shortest cycle through its first step, which was declared before its other steps or before those of a longer
/// cycle that it belongs to. `missing` is what [`topological`](super::topological) left behind, and is overwritten; `path`
/// needs one entry per step. O(V + E).
///
/// ```
/// use rungs_scheduler::{Edges, Need, StepId, find_cycle, topological};
///
/// // 0 depends on 1, and 1 on 0; 2 has no needs.
/// let edges = [1, 0].map(|step| Need::result(StepId::new(step).unwrap()));
/// let edges = Edges::new(&[0, 1, 2, 2], &edges); // the same in both directions
/// let (mut missing, mut order, mut path) = ([0; 3], [0; 3], [0; 3]);
/// assert_eq!(topological(edges, edges, &mut missing, &mut order), 1);
/// let length = find_cycle(edges, &mut missing, &mut path);
/// assert_eq!(path[..length], [0, 1]);
/// ```
pub const fn find_cycle(needs: Edges<'_>, missing: &mut [u32], path: &mut [u32]) -> usize {
    let mut start = 0;
    while start < needs.len() && missing[start] == 0 {
        start += 1;
    }
    if start == needs.len() {
        return 0;
    }
    // Every step that is missing a need has one that is missing a need as well, so the walk comes back to itself.
    let mut step = start;
    while missing[step] != NOBODY {
        missing[step] = NOBODY;
        step = next_missing(needs, step, missing);
    }
    // What lies before the first meeting leads to the cycle and is not in it; now the walk goes once around.
    let meeting = step;
    let mut first = step;
    step = next_missing(needs, step, missing);
    while step != meeting {
        if step < first {
            first = step;
        }
        step = next_missing(needs, step, missing);
    }
    shortest_cycle(needs, StepId(first as u32), missing, path)
}

/// The first need of a step that is itself missing a need.
const fn next_missing(needs: Edges<'_>, step: usize, missing: &[u32]) -> usize {
    let mut k = needs.starts[step] as usize;
    while k < needs.starts[step + 1] as usize {
        if missing[needs.list[k].step().index()] != 0 {
            return needs.list[k].step().index();
        }
        k += 1;
    }
    // Then it waits for all before it.
    let mut before = 0;
    while before < step && missing[before] == 0 {
        before += 1;
    }
    before
}

/// Writes the steps of a shortest cycle through the step `first`, which comes first; each depends on the next, and the last
/// on `first`. Returns how many they are: 0 if `first` is in no cycle.
///
/// `from` is scratch; it and `path` need one entry per step. O(V + E).
///
/// ```
/// use rungs_scheduler::{Edges, Need, StepId, shortest_cycle};
///
/// // 0 -> 1 -> 2 -> 0, and 1 -> 0 as well; 3 depends on 0, and is in no cycle.
/// let step = |index| StepId::new(index).unwrap();
/// let list = [1, 2, 0, 0, 0].map(|index| Need::result(step(index)));
/// let needs = Edges::new(&[0, 1, 3, 4, 5], &list);
/// let (mut from, mut path) = ([0; 4], [0; 4]);
/// assert_eq!(shortest_cycle(needs, step(0), &mut from, &mut path), 2);
/// assert_eq!(path[..2], [0, 1]);
/// assert_eq!(shortest_cycle(needs, step(2), &mut from, &mut path), 3);
/// assert_eq!(path[..3], [2, 0, 1]);
/// assert_eq!(shortest_cycle(needs, step(3), &mut from, &mut path), 0);
/// ```
pub const fn shortest_cycle(needs: Edges<'_>, first: StepId, from: &mut [u32], path: &mut [u32]) -> usize {
    let mut i = 0;
    while i < needs.len() {
        from[i] = NOBODY;
        i += 1;
    }
    // Breadth-first, with `path` as the queue: a step is in it at most once. `from` tells who led to a step.
    path[0] = first.0;
    let (mut taken, mut queued) = (0, 1);
    // All steps below this one have been reached.
    let mut below = 0;
    while taken < queued {
        let step = path[taken];
        taken += 1;
        let row_end = needs.starts[step as usize + 1] as usize;
        let mut k = needs.starts[step as usize] as usize;
        while k < row_end {
            let need = needs.list[k].step();
            if need.0 == first.0 {
                return write_back(step, first.0, from, path);
            }
            if from[need.index()] == NOBODY {
                from[need.index()] = step;
                path[queued] = need.0;
                queued += 1;
            }
            k += 1;
        }
        if needs.waits_for_all(StepId(step)) {
            if first.0 < step {
                return write_back(step, first.0, from, path);
            }
            while below < step {
                if from[below as usize] == NOBODY {
                    from[below as usize] = step;
                    path[queued] = below;
                    queued += 1;
                }
                below += 1;
            }
        }
    }
    0
}

/// Writes the way from `first` to `last`, which `from` tells backwards. Returns how many steps it has.
const fn write_back(last: u32, first: u32, from: &[u32], path: &mut [u32]) -> usize {
    let (mut length, mut step) = (1, last);
    while step != first {
        step = from[step as usize];
        length += 1;
    }
    let (mut at, mut step) = (length, last);
    while at > 1 {
        at -= 1;
        path[at] = step;
        step = from[step as usize];
    }
    path[0] = first;
    length
}
