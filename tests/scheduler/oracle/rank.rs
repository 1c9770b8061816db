//! Which of several startable steps starts first: known before the run begins.

use std::cmp::Reverse;

use super::Case;

/// The step with the lowest rank starts first; the id decides among equals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// 0 for every step where levels are no barrier.
    pub(super) level: usize,
    longest_path: Reverse<u64>,
}

/// The rank of every step.
pub(super) fn ranks(case: &Case) -> Vec<Rank> {
    let levels = if case.levels { levels(case) } else { vec![0; case.steps.len()] };
    // If nothing is scarce, every startable step starts, and the longest path would only change the order of an
    // instant.
    let is_contended = case.limit.is_some() || case.steps.iter().any(|spec| !spec.uses.is_empty());
    let paths = if is_contended { longest_paths(case) } else { vec![0; case.steps.len()] };
    levels.into_iter().zip(paths).map(|(level, path)| Rank { level, longest_path: Reverse(path) }).collect()
}

/// The level of every step: 0 if it waits for no step, else one above the highest level that it waits for.
fn levels(case: &Case) -> Vec<usize> {
    let mut levels = vec![0; case.steps.len()];
    // No path is longer than there are steps, so that many rounds reach the fixpoint.
    for _ in &case.steps {
        for id in 0..case.steps.len() {
            for before in case.waits_for(id) {
                levels[id] = levels[id].max(levels[before] + 1);
            }
        }
    }
    levels
}

/// The longest path from every step to an end of the graph, itself included.
fn longest_paths(case: &Case) -> Vec<u64> {
    // A step that states no duration counts 1, whether the others do or not.
    let weights: Vec<u64> = case.steps.iter().map(|spec| spec.expected.unwrap_or(1)).collect();
    let mut paths = weights.clone();
    for _ in &case.steps {
        for id in 0..case.steps.len() {
            for before in case.waits_for(id) {
                paths[before] = paths[before].max(weights[before].saturating_add(paths[id]));
            }
        }
    }
    paths
}
