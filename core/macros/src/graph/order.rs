//! Orders in which each step comes after its needs.

use crate::model::Edge;
use std::{cmp::Reverse, collections::BinaryHeap};

/// Each step after its needs, by declaration where that leaves a choice. Steps of a cycle, and those that wait for one,
/// are left out.
pub(super) fn topological(needs: &[Vec<Edge>]) -> Vec<usize> {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut dependents = vec![Vec::new(); needs.len()];
    for (step, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|edge| dependents[edge.step].push(step));
    }
    let free = (0..needs.len()).filter(|&step| missing[step] == 0);
    let mut free: BinaryHeap<_> = free.map(Reverse).collect();
    let mut order = Vec::new();
    while let Some(Reverse(step)) = free.pop() {
        order.push(step);
        for &waits in &dependents[step] {
            missing[waits] -= 1;
            if missing[waits] == 0 {
                free.push(Reverse(waits));
            }
        }
    }
    order
}

/// Each step's level: 0 without needs, else one above the highest.
pub(super) fn levels(needs: &[Vec<Edge>], order: &[usize]) -> Vec<usize> {
    let mut levels = vec![0; needs.len()];
    for &step in order {
        levels[step] = needs[step].iter().map(|edge| levels[edge.step] + 1).max().unwrap_or(0);
    }
    levels
}
