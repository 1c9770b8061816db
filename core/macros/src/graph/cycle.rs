//! Steps that depend on each other.

use super::rows::{Rows, id};
use crate::model::Edge;
use rungs_scheduler::{Edges, StepId, shortest_cycle};

/// A cycle of steps.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// Each depends on the next, and the last on the first, which was declared before the others.
    pub(crate) path: Vec<usize>,
    /// The index, among the needs of the last step, of the one that closes the cycle.
    pub(crate) closed_by: usize,
}

/// One cycle per strongly connected component: a shortest one through the component's first step.
pub(crate) fn cycles(needs: &[Vec<Edge>]) -> Vec<Cycle> {
    let rows = Rows::new(needs);
    let dependents = rows.inverted();
    let (mut from, mut path) = (vec![0; needs.len()], vec![0; needs.len()]);
    let mut cycles = Vec::new();
    // Each component is met at its first step, and its other steps are known from then on.
    let mut is_known = vec![false; needs.len()];
    for first in 0..needs.len() {
        if is_known[first] {
            continue;
        }
        let length = shortest_cycle(rows.edges(), id(first), &mut from, &mut path);
        let path: Vec<usize> = path[..length].iter().map(|&step| step as usize).collect();
        let closing = path.last().and_then(|&last| needs[last].iter().position(|edge| edge.step == first));
        let Some(closed_by) = closing else { continue };
        cycles.push(Cycle { path, closed_by });
        let (needed, waiting) = (reached(rows.edges(), id(first)), reached(dependents.edges(), id(first)));
        for step in 0..needs.len() {
            is_known[step] |= needed[step] && waiting[step];
        }
    }
    cycles
}

/// Whether each step is reached from this one along at least one edge.
fn reached(edges: Edges<'_>, from: StepId) -> Vec<bool> {
    let (mut reached, mut open) = (vec![false; edges.len()], vec![from]);
    while let Some(step) = open.pop() {
        let next = edges.of(step).iter().map(|edge| edge.step());
        open.extend(next.filter(|step| !std::mem::replace(&mut reached[step.index()], true)));
    }
    reached
}
