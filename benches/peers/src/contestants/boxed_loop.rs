//! A loop over boxed futures by hand: the steps one after the other, in the order in which they were written.

use crate::{
    body::{Body, Mode},
    contestant::{Contestant, Group},
    graph::Graph,
    workload::Workload,
};
use std::{future::Future, pin::Pin};

/// A step: given the sums so far, its future.
type Step = Box<dyn FnOnce(&[u64]) -> Pin<Box<dyn Future<Output = u64> + Send>> + Send>;

/// The steps in their order.
pub(crate) struct BoxedLoop(Vec<Step>);

impl Contestant for BoxedLoop {
    const NAME: &'static str = "loop over boxed futures";
    const ABOUT: &'static str =
        "each step a boxed closure that makes a boxed future; one after the other, never two at a time";
    const GROUP: Group = Group::ByHand;

    fn refuses(workload: &Workload) -> Option<&'static str> {
        (workload.mode == Mode::Sleeps).then_some("no two steps wait at the same time")
    }

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let step = |step: usize| -> Step {
            let (needs, own) = (graph.needs(step), graph.own(step));
            Box::new(move |sums: &[u64]| {
                let sum = needs.iter().fold(own, |sum, &need| sum.wrapping_add(sums[need as usize]));
                Box::pin(B::step(sum))
            })
        };
        Self((0..graph.len()).map(step).collect())
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        B::block_on(async {
            let mut sums = Vec::with_capacity(self.0.len());
            for step in self.0.drain(..) {
                let future = step(&sums);
                sums.push(future.await);
            }
            sums.last().copied().ok_or_else(|| "there is no step".into())
        })
    }
}
