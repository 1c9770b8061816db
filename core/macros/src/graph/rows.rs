//! The graph as the scheduler's crate takes it, which walks over it.

use crate::model::{Edge, EdgeKind};
use rungs_scheduler::{Edges, Need, StepId, invert};

/// The edges of each step, in compressed rows: see [`Edges`].
pub(crate) struct Rows {
    pub(crate) starts: Vec<u32>,
    pub(crate) list: Vec<Need>,
}

impl Rows {
    /// What each step waits for.
    pub(super) fn new(needs: &[Vec<Edge>]) -> Self {
        Self::of(needs, |_| true)
    }

    /// As [`new`](Self::new), without the edges that a mark stands for in the plan.
    pub(crate) fn in_plan(needs: &[Vec<Edge>]) -> Self {
        Self::of(needs, |edge| edge.kind != EdgeKind::AfterAll)
    }

    fn of(needs: &[Vec<Edge>], is_in: fn(&Edge) -> bool) -> Self {
        let (mut starts, mut list) = (vec![0], Vec::new());
        for row in needs {
            list.extend(row.iter().filter(|edge| is_in(edge)).map(need));
            starts.push(list.len() as u32);
        }
        Self { starts, list }
    }

    /// The steps that wait for each step.
    pub(crate) fn inverted(&self) -> Self {
        let (mut starts, mut list) = (vec![0; self.starts.len()], self.list.clone());
        invert(self.edges(), &mut starts, &mut list);
        Self { starts, list }
    }

    pub(super) fn edges(&self) -> Edges<'_> {
        Edges::new(&self.starts, &self.list)
    }
}

pub(super) fn id(step: usize) -> StepId {
    StepId::from_number(step as u32)
}

fn need(edge: &Edge) -> Need {
    let step = id(edge.step);
    match edge.kind {
        EdgeKind::Result => Need::result(step),
        EdgeKind::After | EdgeKind::AfterAll => Need::after(step),
        EdgeKind::Order => Need::order(step),
    }
}
