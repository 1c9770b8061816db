//! The order of undos: the graph of their steps, turned around.

use super::Steps;
use crate::model::{Edge, EdgeKind};

/// What each undo waits for: the undos of all that came of its step or after it, also through steps without an undo. Those that
/// follow from others are left out.
///
/// `undone` has the step of each undo. All edges are orders, so that an undo that fails keeps none from the next.
pub(crate) fn reversed(needs: &[Vec<Edge>], order: &[usize], undone: &[usize]) -> Vec<Vec<Edge>> {
    let undo_of = |step: usize| undone.iter().position(|&other| other == step);
    let mut after = vec![Steps::new(); needs.len()];
    for &step in order.iter().rev() {
        let from_here: Steps = after[step].iter().copied().chain(undo_of(step)).collect();
        needs[step].iter().for_each(|edge| after[edge.step].extend(&from_here));
    }
    let waits_for = |step: &usize| {
        let all = &after[*step];
        let follows = |undo: &usize| all.iter().any(|&other| after[undone[other]].contains(undo));
        let nearest = all.iter().filter(|undo| !follows(undo));
        nearest.map(|&step| Edge { step, kind: EdgeKind::Order }).collect()
    };
    undone.iter().map(waits_for).collect()
}
