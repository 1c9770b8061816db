//! What code by hand keeps of a graph to know which steps can start: who waits for whom, and for how many.

use crate::graph::Graph;

/// A graph's edges the other way round, and what each step still waits for.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    graph: &'static Graph,
    rows: Vec<u32>,
    dependents: Vec<u32>,
    /// How many needs of each step have not ended.
    missing: Vec<u32>,
    /// What the steps that have ended came to.
    sums: Vec<u64>,
}

impl Topology {
    pub(super) fn new(graph: &'static Graph) -> Self {
        let mut rows = vec![0; graph.len() + 1];
        for &need in (0..graph.len()).flat_map(|step| graph.needs(step)) {
            rows[need as usize + 1] += 1;
        }
        for row in 1..rows.len() {
            rows[row] += rows[row - 1];
        }
        let (mut next, mut dependents) = (rows.clone(), vec![0; rows.last().map_or(0, |&end| end as usize)]);
        for step in 0..graph.len() {
            for &need in graph.needs(step) {
                let at = &mut next[need as usize];
                dependents[*at as usize] = step as u32;
                *at += 1;
            }
        }
        let missing = (0..graph.len()).map(|step| graph.needs(step).len() as u32).collect();
        Self { graph, rows, dependents, missing, sums: vec![0; graph.len()] }
    }

    /// How many steps there are.
    pub(super) fn len(&self) -> usize {
        self.graph.len()
    }

    /// Starts the steps that need nothing.
    pub(super) fn start_first(&self, mut start: impl FnMut(u32, u64)) {
        let first = (0..self.graph.len()).filter(|&step| self.graph.needs(step).is_empty());
        first.for_each(|step| start(step as u32, self.graph.own(step)));
    }

    /// A step has ended; starts those that waited for nothing else, each with its number and the sum of its needs.
    pub(super) fn end(&mut self, step: u32, sum: u64, mut start: impl FnMut(u32, u64)) {
        let Self { graph, rows, dependents, missing, sums } = self;
        let step = step as usize;
        sums[step] = sum;
        for &dependent in &dependents[rows[step] as usize..rows[step + 1] as usize] {
            let at = dependent as usize;
            missing[at] -= 1;
            if missing[at] == 0 {
                let needs = graph.needs(at).iter();
                start(dependent, needs.fold(graph.own(at), |sum, &need| sum.wrapping_add(sums[need as usize])));
            }
        }
    }

    /// What the last step came to, once all have ended.
    pub(super) fn sum(&self) -> Result<u64, String> {
        if self.missing.iter().any(|&missing| missing > 0) {
            return Err("a step has not started".into());
        }
        self.sums.last().copied().ok_or_else(|| "there is no step".into())
    }
}
