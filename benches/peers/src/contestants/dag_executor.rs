//! dag-executor: closures that read the results of others from a blackboard of JSON values.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::tokio_runtime::block_on,
    graph::Graph,
};
use dag_executor::prelude::{BasicTask, Context, Dag, DagExecutor, ExecutionReport};
use std::sync::Arc;

/// A graph of dag-executor until it runs, the name of its last step, and the report of the run.
pub(crate) struct DagExecutorRun {
    dag: Option<Dag>,
    executor: DagExecutor,
    last: &'static str,
    report: Option<ExecutionReport>,
}

impl Contestant for DagExecutorRun {
    const NAME: &'static str = "dag-executor";
    const ABOUT: &'static str =
        "0.1: closures that pass JSON values by name, on tokio on one thread, without persistence";
    const GROUP: Group = Group::Peer;
    const ON_TOKIO: bool = true;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let mut dag = Dag::new();
        for step in 0..graph.len() {
            let (own, needs) = (graph.own(step), graph.needs(step));
            let names = needs.iter().map(|&need| graph.name(need as usize));
            let sum = move |context: Arc<Context>| async move {
                let values = needs.iter().filter_map(|&need| context.get_as::<u64>(graph.name(need as usize)));
                Ok(serde_json::json!(B::step(values.fold(own, u64::wrapping_add)).await))
            };
            dag.add_task(Arc::new(BasicTask::new(graph.name(step), sum).with_deps(names)))
                .expect("each name occurs once");
        }
        let executor = DagExecutor::builder().persist(false).build();
        Self { dag: Some(dag), executor, last: graph.name(graph.len() - 1), report: None }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let dag = self.dag.take().ok_or("it runs once")?;
        let report = block_on(self.executor.run(dag)).map_err(|error| error.to_string())?;
        let report = self.report.insert(report);
        let value = report.records.get(self.last).and_then(|record| record.output.as_ref());
        value.and_then(serde_json::Value::as_u64).ok_or_else(|| "the last step has no value".into())
    }
}
