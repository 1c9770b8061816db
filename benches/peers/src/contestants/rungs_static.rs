//! rungs' static API: the diamond of four, known at compile time.

use crate::{
    body::{Body, Mode, Ready, Sleeps, Works, Yields},
    contestant::{Contestant, Group},
    graph::{Graph, Shape},
    workload::Workload,
};
use rungs::NoClock;
use std::convert::Infallible;

/// A diamond of four whose steps have this body.
macro_rules! diamond {
    ($module:ident, $Body:ident) => {
        #[rungs::pipeline(error = Infallible)]
        mod $module {
            use super::*;

            #[step]
            async fn a() -> Result<u64, Infallible> {
                Ok($Body::step(0).await)
            }
            #[step]
            async fn b(a: &u64) -> Result<u64, Infallible> {
                Ok($Body::step(a.wrapping_add(1)).await)
            }
            #[step]
            async fn c(a: &u64) -> Result<u64, Infallible> {
                Ok($Body::step(a.wrapping_add(2)).await)
            }
            #[step]
            async fn d(b: &u64, c: &u64) -> Result<u64, Infallible> {
                Ok($Body::step(b.wrapping_add(*c).wrapping_add(3)).await)
            }
        }
    };
}
diamond!(ready, Ready);
diamond!(yields, Yields);
diamond!(sleeps, Sleeps);
diamond!(works, Works);

/// There is nothing to build: the plan and the storage are laid out at compile time.
pub(crate) struct Static;

impl Contestant for Static {
    const NAME: &'static str = "rungs, static";
    const ABOUT: &'static str = "`#[rungs::pipeline]`, `NoClock`; built and checked at compile time, without a heap";
    const GROUP: Group = Group::Rungs;

    fn refuses(workload: &Workload) -> Option<&'static str> {
        let is_written = workload.shape == Shape::Diamond && workload.steps == 4;
        (!is_written).then_some("only the diamond of four is written out")
    }

    fn build<B: Body>(_graph: &'static Graph) -> Self {
        Self
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let sum = match B::MODE {
            Mode::Ready => B::block_on(ready::run(&NoClock)).outputs.d,
            Mode::Yields => B::block_on(yields::run(&NoClock)).outputs.d,
            Mode::Sleeps => B::block_on(sleeps::run(&NoClock)).outputs.d,
            Mode::Works => B::block_on(works::run(&NoClock)).outputs.d,
        };
        sum.ok_or_else(|| "the last step did not succeed".into())
    }
}
