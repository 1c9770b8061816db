//! operese-dagx, a fork of dagx: tasks as types, of which one has up to eight dependencies.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::{arity::match_needs, tokio_runtime::block_on},
    graph::Graph,
};
use operese_dagx::{DagRunner, Task, TaskHandle, TaskInput};
use std::marker::PhantomData;

/// A step: what its body is, and its number.
struct Sum<B>(u64, PhantomData<B>);

/// What the attribute `task` writes for a method of this many parameters, were the type not generic.
macro_rules! impl_task {
    ($($value:ident),*) => {
        impl<B: Body> Task<($(impl_task!(@u64 $value),)*)> for Sum<B> {
            type Output = u64;

            async fn run(self, input: TaskInput<'_, ($(impl_task!(@u64 $value),)*)>) -> u64 {
                $(let ($value, input) = input.next();)*
                _ = input;
                B::step(self.0 $(.wrapping_add(*$value))*).await
            }
        }
    };
    (@u64 $value:ident) => { u64 };
}
impl_task!();
impl_task!(a);
impl_task!(a, b);
impl_task!(a, b, c);
impl_task!(a, b, c, d);
impl_task!(a, b, c, d, e);
impl_task!(a, b, c, d, e, f);
impl_task!(a, b, c, d, e, f, g);
impl_task!(a, b, c, d, e, f, g, h);

/// A graph of operese-dagx until it runs, and the handle of its last step.
pub(crate) struct OpereseDagx {
    dag: Option<(DagRunner, TaskHandle<u64>)>,
    output: Option<operese_dagx::DagOutput>,
}

/// Adds a step with these needs.
macro_rules! add {
    ($dag:ident, $own:ident, $Body:ident, $handles:ident) => {
        $dag.add_task::<(), Sum<$Body>>(Sum($own, PhantomData))
    };
    ($dag:ident, $own:ident, $Body:ident, $handles:ident $(, $need:ident $value:ident)+) => {
        $dag.add_task::<($(add!(@u64 $value),)+), Sum<$Body>>(Sum($own, PhantomData))
            .depends_on(($(&$handles[$need as usize],)+))
    };
    (@u64 $value:ident) => { u64 };
}

impl Contestant for OpereseDagx {
    const NAME: &'static str = "operese-dagx";
    const ABOUT: &'static str = "0.4: tasks as types, spawned on tokio on one thread; it runs level by level";
    const GROUP: Group = Group::Peer;
    const MOST_NEEDS: usize = 8;
    const ON_TOKIO: bool = true;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let mut dag = DagRunner::new();
        let mut handles: Vec<TaskHandle<u64>> = Vec::with_capacity(graph.len());
        for step in 0..graph.len() {
            let own = graph.own(step);
            let handle = match_needs!(graph.needs(step), add, dag, own, B, handles);
            handles.push(handle);
        }
        let last = handles.pop().expect("a graph has a step");
        Self { dag: Some((dag, last)), output: None }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let (dag, last) = self.dag.take().ok_or("it runs once")?;
        let spawn = |future| async move { tokio::spawn(future).await.expect("a task ends without a panic") };
        let output = block_on(dag.run(spawn)).map_err(|error| error.to_string())?;
        Ok(self.output.insert(output).get(last))
    }
}
