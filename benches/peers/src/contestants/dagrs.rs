//! dagrs: actions that receive their inputs from channels, and send their result to others.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::tokio_runtime::block_on,
    graph::Graph,
};
use dagrs::{
    Action, Content, DefaultNode, EnvVar, Graph as Dag, InChannels, Node, NodeId, NodeTable, OutChannels, Output,
};
use std::{marker::PhantomData, sync::Arc};

/// A step: its number.
struct Sum<B>(u64, PhantomData<B>);

#[async_trait::async_trait]
impl<B: Body> Action for Sum<B> {
    async fn run(&self, inputs: &mut InChannels, outputs: &mut OutChannels, _env: Arc<EnvVar>) -> Output {
        let values = inputs.map(|content| content.ok().and_then(|content| content.into_inner::<u64>())).await;
        let sum = values.into_iter().flatten().fold(self.0, |sum, value| sum.wrapping_add(*value));
        let sum = B::step(sum).await;
        outputs.broadcast(Content::new(sum)).await;
        Output::Out(Some(Content::new(sum)))
    }
}

/// A graph of dagrs, and its last step.
pub(crate) struct Dagrs {
    dag: Dag,
    last: NodeId,
}

impl Contestant for Dagrs {
    const NAME: &'static str = "dagrs";
    const ABOUT: &'static str = "0.9: actions, wired by channels, each a task of tokio on one thread";
    const GROUP: Group = Group::Peer;
    const ON_TOKIO: bool = true;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let mut table = NodeTable::default();
        let mut dag = Dag::new();
        let mut ids = Vec::with_capacity(graph.len());
        let mut dependents = vec![Vec::new(); graph.len()];
        for step in 0..graph.len() {
            let action = Sum::<B>(graph.own(step), PhantomData);
            let node = DefaultNode::with_action(graph.name(step).to_owned(), action, &mut table);
            let id = node.id();
            dag.add_node(node).expect("each node is added once");
            graph.needs(step).iter().for_each(|&need| dependents[need as usize].push(id));
            ids.push(id);
        }
        for (step, dependents) in dependents.into_iter().enumerate().filter(|(_, dependents)| !dependents.is_empty()) {
            dag.add_edge(ids[step], dependents).expect("both ends were added");
        }
        dag.set_env(EnvVar::new(table));
        Self { dag, last: *ids.last().expect("a graph has a step") }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        block_on(self.dag.async_start()).map_err(|error| error.to_string())?;
        let results = self.dag.get_results::<u64>();
        results
            .get(&self.last)
            .and_then(|sum| sum.as_deref().copied())
            .ok_or_else(|| "the last step has no value".into())
    }
}
