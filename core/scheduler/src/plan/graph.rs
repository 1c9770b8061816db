//! Walks over edges: all O(V + E), on storage that the caller lends, and usable in a `const`.

use super::{Edges, Need, StepId};

/// Turns edges around: `starts` needs one entry more than there are steps, `list` as many as there are edges.
///
/// Rows come out in the order of declaration. O(V + E).
///
/// [`Plan`](super::Plan) has an example.
pub const fn invert(edges: Edges<'_>, starts: &mut [u32], list: &mut [Need]) {
    let (steps, total) = (edges.len(), edges.total());
    if starts.len() <= steps || list.len() < total {
        return;
    }
    // Counted two priorities on, so that filling moves each row's start to where it belongs.
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

/// Writes the steps in an order in which each comes after its needs, and tells how many could be so placed: all of them,
/// unless there is a cycle. `missing` is scratch; both need one entry a step. O(V + E).
///
/// ```
/// use rungs_scheduler::{Edges, Need, StepId, find_cycle, levels, topological};
///
/// // 2 -> 1 -> 0: each needs one that was declared later.
/// let need = |step| Need::result(StepId::new(step).unwrap());
/// let (needs, waiting) = ([need(1), need(2)], [need(0), need(1)]);
/// let (needs, waiting) = (Edges::new(&[0, 1, 2, 2], &needs), Edges::new(&[0, 0, 1, 2], &waiting));
/// let (mut missing, mut order, mut path) = ([0; 3], [0; 3], [0; 3]);
/// assert_eq!(topological(needs, waiting, &mut missing, &mut order), 3);
/// assert_eq!(order, [2, 1, 0]);
/// assert_eq!(find_cycle(needs, &mut missing, &mut path), 0);
///
/// let mut level = [0; 3];
/// assert_eq!(levels(needs, &order, &mut level), 3);
/// assert_eq!(level, [2, 1, 0]);
/// ```
pub const fn topological(needs: Edges<'_>, dependents: Edges<'_>, missing: &mut [u32], order: &mut [u32]) -> usize {
    let steps = needs.len();
    let mut placed = 0;
    let mut i = 0;
    while i < steps {
        missing[i] = needs.starts[i + 1] - needs.starts[i];
        if missing[i] == 0 {
            order[placed] = i as u32;
            placed += 1;
        }
        i += 1;
    }
    let mut next = 0;
    while next < placed {
        let step = order[next] as usize;
        next += 1;
        let mut k = dependents.starts[step] as usize;
        while k < dependents.starts[step + 1] as usize {
            let waits = dependents.list[k].step().index();
            missing[waits] -= 1;
            if missing[waits] == 0 {
                order[placed] = waits as u32;
                placed += 1;
            }
            k += 1;
        }
    }
    placed
}

/// Writes the steps of a cycle, each needing the next and the last the first, and tells how many they are.
///
/// `missing` is what [`topological`] left behind; `path` needs one entry a step. O(V + E).
///
/// ```
/// use rungs_scheduler::{Edges, Need, StepId, find_cycle, topological};
///
/// // 0 needs 1, and 1 needs 0; 2 stands alone.
/// let edges = [1, 0].map(|step| Need::result(StepId::new(step).unwrap()));
/// let edges = Edges::new(&[0, 1, 2, 2], &edges); // the same both ways
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
    if start >= needs.len() {
        return 0;
    }
    // Every step that could not be placed has a need that could not be placed, so the walk comes back to itself.
    const SEEN: u32 = u32::MAX;
    let mut step = start;
    let mut length = 0;
    while missing[step] != SEEN {
        missing[step] = SEEN;
        path[length] = step as u32;
        length += 1;
        let mut k = needs.starts[step] as usize;
        while missing[needs.list[k].step().index()] == 0 {
            k += 1;
        }
        step = needs.list[k].step().index();
    }
    // What lies before the first meeting leads to the cycle and is not in it.
    let mut tail = 0;
    while path[tail] as usize != step {
        tail += 1;
    }
    let mut i = tail;
    while i < length {
        path[i - tail] = path[i];
        i += 1;
    }
    length - tail
}

/// Writes each step's level: 0 without needs, else one above the highest need. Tells how many levels there are.
///
/// `order` is what [`topological`] wrote; if it is empty, the order of declaration is one. O(V + E).
///
/// [`topological`] has an example.
pub const fn levels(needs: Edges<'_>, order: &[u32], levels: &mut [u32]) -> usize {
    let mut count = 0;
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
        levels[step] = level;
        if level as usize >= count {
            count = level as usize + 1;
        }
        i += 1;
    }
    count
}

/// Whether the place of each step comes after those of its needs. `priorities` tells the place of each step; if it is empty,
/// priorities are the order of declaration. O(V + E).
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
    let mut step = 0;
    while step < needs.len() {
        let own = if priorities.is_empty() { step as u32 } else { priorities[step] };
        let mut k = needs.starts[step] as usize;
        while k < needs.starts[step + 1] as usize {
            let need = needs.list[k].step();
            let place = if priorities.is_empty() { need.0 } else { priorities[need.index()] };
            if place >= own {
                return false;
            }
            k += 1;
        }
        step += 1;
    }
    true
}
