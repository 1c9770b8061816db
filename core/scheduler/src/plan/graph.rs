//! Walks over edges, on storage that the caller lends, and usable in a `const`.
//!
//! V is the number of steps, E that of edges. All panic if a slice is shorter than stated.

use super::{Edges, Need, StepId};

/// Turns the edges around: from what each step waits for to the steps that wait for it, or back.
///
/// `starts` needs one entry more than there are steps, and `list` as many as there are edges; if either is shorter,
/// nothing is written. The entries of each row are in the order of declaration. O(V + E).
///
/// [`Plan`](super::Plan) has an example.
pub const fn invert(edges: Edges<'_>, starts: &mut [u32], list: &mut [Need]) {
    let (steps, total) = (edges.len(), edges.total());
    if starts.len() <= steps || list.len() < total {
        return;
    }
    // Counted two rows on, so that filling moves each row's start to where it belongs.
    let mut i = 0;
    while i < starts.len() {
        starts[i] = 0;
        i += 1;
    }
    let mut k = 0;
    while k < total {
        let to = edges.list[k].step().index() + 2;
        if to < starts.len() {
            starts[to] += 1;
        }
        k += 1;
    }
    let mut i = 2;
    while i < starts.len() {
        starts[i] += starts[i - 1];
        i += 1;
    }
    let mut i = 0;
    while i < steps {
        let mut k = edges.starts[i] as usize;
        while k < edges.starts[i + 1] as usize {
            let need = edges.list[k];
            let row = need.step().index() + 1;
            if row < starts.len() {
                list[starts[row] as usize] = need.of(StepId(i as u32));
                starts[row] += 1;
            }
            k += 1;
        }
        i += 1;
    }
}

/// Writes the level of each step: 0 for a step without needs, else one above its highest need. Returns how many levels
/// there are.
///
/// `order` is what [`topological`](super::topological) wrote; if it is empty, the steps are taken in the order of
/// declaration, which then has to be topological. `levels` needs one entry per step. O(V + E).
///
/// [`topological`](super::topological) has an example.
pub const fn levels(needs: Edges<'_>, order: &[u32], levels: &mut [u32]) -> usize {
    let mut count = 0;
    // Steps after all others come in the order of declaration, so each goes on where the one before it ended.
    let (mut mark, mut passed, mut above_passed) = (0, 0, 0);
    let mut i = 0;
    while i < needs.len() {
        let step = if order.is_empty() { i } else { order[i] as usize };
        let mut level = 0;
        let mut k = needs.starts[step] as usize;
        while k < needs.starts[step + 1] as usize {
            let below = levels[needs.list[k].step().index()] + 1;
            if below > level {
                level = below;
            }
            k += 1;
        }
        if mark < needs.after_all.len() && needs.after_all[mark].index() == step {
            mark += 1;
            while passed < step {
                if levels[passed] + 1 > above_passed {
                    above_passed = levels[passed] + 1;
                }
                passed += 1;
            }
            if above_passed > level {
                level = above_passed;
            }
        }
        levels[step] = level;
        if level as usize >= count {
            count = level as usize + 1;
        }
        i += 1;
    }
    count
}

/// Whether each step has a higher priority index than all of its needs, so that it is tried after them.
///
/// `priorities` holds the priority index of each step; if it is empty, the index is that of declaration. O(V + E).
///
/// ```
/// use rungs_scheduler::{Edges, Need, StepId, needs_come_first};
///
/// // 0 needs 1.
/// let list = [Need::result(StepId::new(1).unwrap())];
/// let needs = Edges::new(&[0, 1, 1], &list);
/// assert!(!needs_come_first(needs, &[]));
/// assert!(needs_come_first(needs, &[1, 0]));
/// ```
pub const fn needs_come_first(needs: Edges<'_>, priorities: &[u32]) -> bool {
    let (mut mark, mut highest) = (0, 0);
    let mut step = 0;
    while step < needs.len() {
        let own = if priorities.is_empty() { step as u32 } else { priorities[step] };
        let mut k = needs.starts[step] as usize;
        while k < needs.starts[step + 1] as usize {
            let need = needs.list[k].step();
            let other = if priorities.is_empty() { need.0 } else { priorities[need.index()] };
            if other >= own {
                return false;
            }
            k += 1;
        }
        if mark < needs.after_all.len() && needs.after_all[mark].index() == step {
            mark += 1;
            if own < highest {
                return false;
            }
        }
        if own > highest {
            highest = own;
        }
        step += 1;
    }
    true
}
