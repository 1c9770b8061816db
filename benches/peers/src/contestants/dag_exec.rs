//! dag_exec: functions over a slice of results, wired by keys.

use crate::{
    body::Body,
    contestant::{Contestant, Group, refuse_to_wait},
    graph::Graph,
    workload::Workload,
};
use dag_exec::{Dag, DagBuilder, Executor, ExecutorConfig};
use std::{convert::Infallible, sync::Arc};

/// A graph of dag_exec, the key of its last step, and the result.
pub(crate) struct DagExec {
    dag: Dag<String, u64, Infallible>,
    last: String,
    sum: Option<Arc<u64>>,
}

impl Contestant for DagExec {
    const NAME: &'static str = "dag_exec";
    const ABOUT: &'static str = "0.1: functions, wired by keys, one after the other (`run_sequential`)";
    const GROUP: Group = Group::Peer;

    fn refuses(workload: &Workload) -> Option<&'static str> {
        refuse_to_wait(workload)
    }

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let mut builder = DagBuilder::new();
        for step in 0..graph.len() {
            let (own, needs) = (graph.own(step), graph.needs(step));
            let needs = needs.iter().map(|&need| graph.name(need as usize).to_owned()).collect();
            let sum =
                move |needs: &[Arc<u64>]| Ok(B::now(needs.iter().fold(own, |sum, value| sum.wrapping_add(**value))));
            builder.add_task(graph.name(step).to_owned(), needs, sum).expect("each name occurs once");
        }
        let last = graph.name(graph.len() - 1).to_owned();
        Self { dag: builder.build().expect("the graph is right"), last, sum: None }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let executor = Executor::new(ExecutorConfig::default());
        let mut sums = executor.run_sequential(&self.dag, [self.last.clone()]).map_err(|error| error.to_string())?;
        self.sum = sums.remove(&self.last);
        self.sum.as_deref().copied().ok_or_else(|| "the last step has no value".into())
    }
}
