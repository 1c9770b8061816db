//! `FuturesUnordered` by hand: what most users write for a graph that they know only at run time.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::topology::Topology,
    graph::Graph,
};
use futures_util::stream::{FuturesUnordered, StreamExt};

/// Counts what each step waits for.
pub(crate) struct Unordered(Topology);

impl Contestant for Unordered {
    const NAME: &'static str = "FuturesUnordered";
    const ABOUT: &'static str = "counters by hand, and a `FuturesUnordered` of the steps that can go on";
    const GROUP: Group = Group::ByHand;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        Self(Topology::new(graph))
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let run = |step, sum| async move { (step, B::step(sum).await) };
        B::block_on(async {
            let mut running = FuturesUnordered::new();
            self.0.start_first(|step, sum| running.push(run(step, sum)));
            while let Some((step, sum)) = running.next().await {
                self.0.end(step, sum, |step, sum| running.push(run(step, sum)));
            }
        });
        self.0.sum()
    }
}
