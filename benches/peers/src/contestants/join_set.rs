//! tokio's `JoinSet` by hand.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::{tokio_runtime::block_on, topology::Topology},
    graph::Graph,
};
use tokio::task::JoinSet;

/// Counts what each step waits for.
pub(crate) struct Joined(Topology);

impl Contestant for Joined {
    const NAME: &'static str = "JoinSet";
    const ABOUT: &'static str = "counters by hand, and a task of tokio for each step, all on one thread";
    const GROUP: Group = Group::ByHand;
    const ON_TOKIO: bool = true;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        Self(Topology::new(graph))
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let run = |step, sum| async move { (step, B::step(sum).await) };
        block_on(async {
            let mut running = JoinSet::new();
            self.0.start_first(|step, sum| _ = running.spawn(run(step, sum)));
            while let Some(ended) = running.join_next().await {
                let (step, sum) = ended.map_err(|error| error.to_string())?;
                self.0.end(step, sum, |step, sum| _ = running.spawn(run(step, sum)));
            }
            Ok::<(), String>(())
        })?;
        self.0.sum()
    }
}
