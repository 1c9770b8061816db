//! fn_graph: a graph of values, over which a closure goes concurrently in topological order.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    graph::Graph,
};
use fn_graph::{DataAccessDyn, FnGraph, FnGraphBuilder, TypeIds};
use std::sync::atomic::{AtomicU64, Ordering};

/// A step, which says that it accesses no data that another might change.
struct Step(usize);

impl DataAccessDyn for Step {
    fn borrows(&self) -> TypeIds {
        TypeIds::new()
    }

    fn borrow_muts(&self) -> TypeIds {
        TypeIds::new()
    }
}

/// A graph of fn_graph. It passes no results between steps, so they lie beside it.
pub(crate) struct FnGraphRun {
    steps: FnGraph<Step>,
    graph: &'static Graph,
    sums: Vec<AtomicU64>,
}

impl Contestant for FnGraphRun {
    const NAME: &'static str = "fn_graph";
    const ABOUT: &'static str =
        "0.18: `for_each_concurrent` over the steps, in place; results by atomics of the caller";
    const GROUP: Group = Group::Peer;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let mut builder = FnGraphBuilder::new();
        let ids: Vec<_> = (0..graph.len()).map(|step| builder.add_fn(Step(step))).collect();
        for step in 0..graph.len() {
            for &need in graph.needs(step) {
                builder.add_logic_edge(ids[need as usize], ids[step]).expect("needs come first");
            }
        }
        let sums = (0..graph.len()).map(|_| AtomicU64::new(0)).collect();
        Self { steps: builder.build(), graph, sums }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let Self { steps, graph, sums } = self;
        let (graph, sums) = (*graph, &*sums);
        B::block_on(steps.for_each_concurrent(None, |step| async move {
            let needs = graph.needs(step.0).iter().map(|&need| sums[need as usize].load(Ordering::Relaxed));
            let sum = B::step(needs.fold(graph.own(step.0), u64::wrapping_add)).await;
            sums[step.0].store(sum, Ordering::Relaxed);
        }));
        sums.last().map(|sum| sum.load(Ordering::Relaxed)).ok_or_else(|| "there is no step".into())
    }
}
