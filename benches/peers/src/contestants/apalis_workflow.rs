//! apalis-workflow: a graph of tasks that a worker takes from a queue in memory, each result as JSON.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::tokio_runtime::block_on,
    graph::{Graph, Shape},
    workload::Workload,
};
use apalis_core::{
    backend::ext::shared::Shared,
    task::task_fn::task_fn,
    worker::{builder::WorkerBuilder, context::WorkerContext, event::Event, ext::event_listener::EventListenerExt},
};
use apalis_workflow::{GraphFlow, WorkflowSink, graph::DepsCheck, in_memory::InMemoryWorkflow};
use petgraph::graph::NodeIndex;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

/// The queue, of arguments as JSON.
type Queue = Shared<InMemoryWorkflow<Vec<u8>>>;

/// A step that was added, as a need of others.
#[derive(Clone, Copy)]
struct Added(NodeIndex);

impl DepsCheck<u64> for Added {
    fn to_node_indices(&self) -> Vec<NodeIndex> {
        vec![self.0]
    }
}

/// A graph of apalis-workflow until it runs, how many steps need nothing, and what the last step comes to.
pub(crate) struct Apalis {
    flow: Option<GraphFlow<Queue>>,
    first: usize,
    sum: Arc<AtomicU64>,
}

impl Contestant for Apalis {
    const NAME: &'static str = "apalis-workflow";
    const ABOUT: &'static str =
        "1.0: a `GraphFlow` on its queue in memory, results as JSON, one worker on tokio on one thread";
    const GROUP: Group = Group::Peer;
    const ON_TOKIO: bool = true;
    const CHECKS: bool = true;

    fn refuses(workload: &Workload) -> Option<&'static str> {
        let reason = "it fails: \"Fan-in dependency task returned invalid response\"";
        (workload.shape == Shape::Random).then_some(reason)
    }

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let flow: GraphFlow<Queue> = GraphFlow::new("bench");
        let (sum, mut first) = (Arc::new(AtomicU64::new(0)), 0);
        let mut added: Vec<Added> = Vec::with_capacity(graph.len());
        for step in 0..graph.len() {
            let (own, is_last, last) = (graph.own(step), step + 1 == graph.len(), sum.clone());
            // The last step keeps its result, and stops the worker.
            let end = move |value: u64, worker: &WorkerContext| {
                if is_last {
                    last.store(value, Ordering::Relaxed);
                    _ = worker.stop();
                }
                value
            };
            let of_one = move |input: u64, worker: WorkerContext| {
                let end = end.clone();
                async move { end(B::step(own.wrapping_add(input)).await, &worker) }
            };
            let name = graph.name(step);
            let index = match graph.needs(step) {
                [] => {
                    first += 1;
                    flow.add_node(name, task_fn(of_one)).to_node_indices()[0]
                }
                &[need] => flow.add_node(name, task_fn(of_one)).depends_on(added[need as usize]).id(),
                needs => {
                    let needs: Vec<Added> = needs.iter().map(|&need| added[need as usize]).collect();
                    let of_many = move |inputs: Vec<u64>, worker: WorkerContext| {
                        of_one(inputs.into_iter().fold(0, u64::wrapping_add), worker)
                    };
                    flow.add_node(name, task_fn(of_many)).depends_on(needs).id()
                }
            };
            added.push(Added(index));
        }
        Self { flow: Some(flow), first, sum }
    }

    fn check(&mut self) {
        self.flow.as_ref().expect("it has not run").validate().expect("the graph has no cycle");
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let flow = self.flow.take().ok_or("it runs once")?;
        let error = Arc::new(Mutex::new(None));
        let told = error.clone();
        block_on(async {
            let mut queue: Queue = InMemoryWorkflow::create();
            match self.first {
                1 => queue.push_start(0_u64).await.map_err(|error| error.to_string())?,
                many => queue.start_fan_out(vec![0_u64; many]).await.map_err(|error| error.to_string())?,
            }
            let worker = WorkerBuilder::new("bench").backend(queue).on_event(move |worker, event| {
                if let Event::Error(error) = event {
                    *told.lock().expect("nobody panics with it") = Some(error.to_string());
                    _ = worker.stop();
                }
            });
            worker.build(flow).run().await.map_err(|error| error.to_string())
        })?;
        match error.lock().expect("nobody panics with it").take() {
            Some(error) => Err(error),
            None => Ok(self.sum.load(Ordering::Relaxed)),
        }
    }
}
