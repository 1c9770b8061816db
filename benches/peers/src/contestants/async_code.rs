//! Async code by hand: what a user writes who knows the graph, and needs nothing else.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    graph::{Graph, LAYER, Shape},
    workload::Workload,
};
use futures_lite::future::zip;
use futures_util::future::join_all;

/// The code is the graph: there is nothing to build.
pub(crate) struct AsyncCode(&'static Graph);

impl Contestant for AsyncCode {
    const NAME: &'static str = "async code";
    const ABOUT: &'static str =
        "`await`, `zip` and `join_all` in the form of the graph: the limit, without names, errors or reports";
    const GROUP: Group = Group::ByHand;

    fn refuses(workload: &Workload) -> Option<&'static str> {
        match workload.shape {
            Shape::Random => Some("an arbitrary graph cannot be written so"),
            Shape::Diamond if workload.steps % 3 != 1 => Some("only whole diamonds are written out"),
            _ => None,
        }
    }

    fn build<B: Body>(graph: &'static Graph) -> Self {
        Self(graph)
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        Ok(B::block_on(async {
            match self.0.shape() {
                Shape::Diamond => diamonds::<B>(self.0.len()).await,
                Shape::Chain | Shape::Random => chain::<B>(self.0.len()).await,
                Shape::Fan => fan::<B>(self.0.len()).await,
                Shape::Layers => layers::<B>(self.0.len()).await,
            }
        }))
    }
}

async fn diamonds<B: Body>(steps: usize) -> u64 {
    let mut top = B::step(0).await;
    for first in (1..steps as u64).step_by(3) {
        let (left, right) = zip(B::step(top.wrapping_add(first)), B::step(top.wrapping_add(first + 1))).await;
        top = B::step(left.wrapping_add(right).wrapping_add(first + 2)).await;
    }
    top
}

async fn chain<B: Body>(steps: usize) -> u64 {
    let mut sum = 0;
    for step in 0..steps as u64 {
        sum = B::step(step.wrapping_add(sum)).await;
    }
    sum
}

async fn fan<B: Body>(steps: usize) -> u64 {
    let (first, last) = (B::step(0).await, steps as u64 - 1);
    let all = join_all((1..last).map(|step| B::step(first.wrapping_add(step)))).await;
    B::step(all.into_iter().fold(last, u64::wrapping_add)).await
}

async fn layers<B: Body>(steps: usize) -> u64 {
    let (mut sum, mut last) = (0_u64, 0);
    for start in (0..steps).step_by(LAYER) {
        let layer = start..(start + LAYER).min(steps);
        let all = join_all(layer.map(|step| B::step(sum.wrapping_add(step as u64)))).await;
        last = all.last().copied().unwrap_or(0);
        sum = all.into_iter().fold(0, u64::wrapping_add);
    }
    last
}
