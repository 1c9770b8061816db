//! async_dag: closures with typed inputs, which are wired by their positions.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::arity::match_needs,
    graph::Graph,
};
use async_dag::{Graph as Dag, NodeIndex};

/// A graph of async_dag, and its last step.
pub(crate) struct AsyncDag {
    dag: Dag<'static>,
    last: NodeIndex,
}

/// Adds a step with these needs: with the first of them, and then with each of the others.
macro_rules! add {
    ($dag:ident, $own:ident, $Body:ident, $nodes:ident) => {
        $dag.add_task(move || $Body::step($own))
    };
    ($dag:ident, $own:ident, $Body:ident, $nodes:ident, $first:ident $value:ident $(, $need:ident $more:ident)*) => {{
        let sum = move |$value: u64 $(, $more: u64)*| $Body::step($own.wrapping_add($value) $(.wrapping_add($more))*);
        let step = $dag.add_child_task($nodes[$first as usize], sum, 0).expect("the types are the same");
        for (index, need) in (1..).zip::<&[u32]>(&[$($need),*]) {
            $dag.update_dependency($nodes[*need as usize], step, index).expect("the types are the same");
        }
        step
    }};
}

impl Contestant for AsyncDag {
    const NAME: &'static str = "async_dag";
    const ABOUT: &'static str = "0.1: closures, wired by position, in place";
    const GROUP: Group = Group::Peer;
    const MOST_NEEDS: usize = 8;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let mut dag = Dag::new();
        let mut nodes: Vec<NodeIndex> = Vec::with_capacity(graph.len());
        for step in 0..graph.len() {
            let own = graph.own(step);
            let node = match_needs!(graph.needs(step), add, dag, own, B, nodes);
            nodes.push(node);
        }
        let last = *nodes.last().expect("a graph has a step");
        Self { dag, last }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        B::block_on(self.dag.run());
        self.dag.get_value(self.last).ok_or_else(|| "the last step has no value".into())
    }
}
