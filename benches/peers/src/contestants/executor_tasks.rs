//! Tasks of async-executor by hand, which tell by a channel that they have ended.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::topology::Topology,
    graph::Graph,
};
use async_executor::Executor;

/// Runs the tasks, on the thread of the run.
static EXECUTOR: Executor<'static> = Executor::new();

/// Counts what each step waits for.
pub(crate) struct Tasks(Topology);

impl Contestant for Tasks {
    const NAME: &'static str = "async-executor tasks";
    const ABOUT: &'static str = "counters by hand, and a task of async-executor for each step, all on one thread";
    const GROUP: Group = Group::ByHand;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        Self(Topology::new(graph))
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let (ended, ends) = async_channel::unbounded();
        let start = |step, sum| {
            let ended = ended.clone();
            let run = async move { _ = ended.send((step, B::step(sum).await)).await };
            EXECUTOR.spawn(run).detach();
        };
        self.0.start_first(start);
        B::block_on(EXECUTOR.run(async {
            let mut left = self.0.len();
            while left > 0 {
                let (step, sum) = ends.recv().await.map_err(|error| error.to_string())?;
                left -= 1;
                self.0.end(step, sum, start);
            }
            Ok::<(), String>(())
        }))?;
        self.0.sum()
    }
}
