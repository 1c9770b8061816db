//! dagx: closures with typed inputs, of which one step has up to eight; each run spawns on tokio.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::{arity::match_needs, tokio_runtime::block_on},
    graph::Graph,
};
use dagx::{DagRunner, TaskHandle, task_fn};

/// A graph of dagx, and the handle of its last step.
pub(crate) struct Dagx {
    dag: DagRunner,
    last: TaskHandle<u64>,
}

/// Adds a step with these needs, as dagx's own benchmarks write steps.
macro_rules! add {
    ($dag:ident, $own:ident, $Body:ident, $handles:ident) => {
        $dag.add_task(task_fn(move |_: ()| $Body::step($own))).into()
    };
    ($dag:ident, $own:ident, $Body:ident, $handles:ident, $need:ident $value:ident) => {
        $dag.add_task(task_fn(move |$value: u64| $Body::step($own.wrapping_add($value))))
            .depends_on(&$handles[$need as usize])
    };
    ($dag:ident, $own:ident, $Body:ident, $handles:ident $(, $need:ident $value:ident)+) => {
        $dag.add_task(task_fn(move |($($value,)+): ($(add!(@u64 $value),)+)| {
            $Body::step($own $(.wrapping_add($value))+)
        }))
        .depends_on(($(&$handles[$need as usize],)+))
    };
    (@u64 $value:ident) => { u64 };
}

impl Contestant for Dagx {
    const NAME: &'static str = "dagx";
    const ABOUT: &'static str =
        "0.3: closures as in its own benchmarks, spawned on tokio on one thread; it runs level by level";
    const GROUP: Group = Group::Peer;
    const MOST_NEEDS: usize = 8;
    const ON_TOKIO: bool = true;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let dag = DagRunner::new();
        let mut handles: Vec<TaskHandle<u64>> = Vec::with_capacity(graph.len());
        for step in 0..graph.len() {
            let own = graph.own(step);
            let handle = match_needs!(graph.needs(step), add, dag, own, B, handles);
            handles.push(handle);
        }
        let last = *handles.last().expect("a graph has a step");
        Self { dag, last }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let spawn = |future| _ = tokio::spawn(future);
        block_on(self.dag.run(spawn)).map_err(|error| error.to_string())?;
        self.dag.get(self.last).map_err(|error| error.to_string())
    }
}
