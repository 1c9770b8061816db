//! Steps that need each other in a circle.

use super::Steps;
use crate::model::Edge;
use std::collections::VecDeque;

/// A circle of steps.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// Each needs the next, and the last the first, which was declared before the others.
    pub(crate) path: Vec<usize>,
    /// The place, among the needs of the last, of the one that closes the circle.
    pub(crate) closed_by: usize,
}

/// One cycle for each knot: where circles share steps, the shortest through the knot's first step.
pub(crate) fn cycles(needs: &[Vec<Edge>]) -> Vec<Cycle> {
    let mut cycles = Vec::new();
    // A cycle's first step is the lowest of its knot, so each knot is met at that, and its others are known then.
    let mut known = Steps::new();
    for step in 0..needs.len() {
        if known.contains(&step) {
            continue;
        }
        if let Some(cycle) = shortest_through(step, needs) {
            known.extend(knot(step, needs));
            cycles.push(cycle);
        }
    }
    cycles
}

fn shortest_through(first: usize, needs: &[Vec<Edge>]) -> Option<Cycle> {
    let mut from: Vec<Option<usize>> = vec![None; needs.len()];
    let mut queue = VecDeque::from([first]);
    while let Some(step) = queue.pop_front() {
        if let Some(closed_by) = needs[step].iter().position(|edge| edge.step == first) {
            let back = std::iter::successors(Some(step), |&step| if step == first { None } else { from[step] });
            let mut path: Vec<usize> = back.collect();
            path.reverse();
            return Some(Cycle { path, closed_by });
        }
        for edge in &needs[step] {
            if from[edge.step].is_none() {
                from[edge.step] = Some(step);
                queue.push_back(edge.step);
            }
        }
    }
    None
}

/// The steps that this one needs and that need it, each perhaps through others.
fn knot(step: usize, needs: &[Vec<Edge>]) -> Steps {
    let needed = needed_by(step, needs);
    needed.into_iter().filter(|&other| needed_by(other, needs).contains(&step)).collect()
}

fn needed_by(step: usize, needs: &[Vec<Edge>]) -> Steps {
    let (mut seen, mut open) = (Steps::new(), vec![step]);
    while let Some(step) = open.pop() {
        open.extend(needs[step].iter().map(|edge| edge.step).filter(|&need| seen.insert(need)));
    }
    seen
}
