//! rungs' `LocalPipeline`: its steps and results need not be `Send`.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::write_steps::write_steps,
    graph::Graph,
};
use rungs::{Handle, LocalPipeline, NoClock, Report, dynamic::LocalCell};
use std::convert::Infallible;

/// A pipeline, the handle of its last step, and the report of its run.
pub(crate) struct LocalInPlace {
    pipeline: LocalPipeline<'static, Infallible>,
    last: Handle<u64>,
    report: Option<Report<Infallible, LocalCell>>,
}

impl Contestant for LocalInPlace {
    const NAME: &'static str = "rungs, LocalPipeline";
    const ABOUT: &'static str = "`LocalPipeline`, steps in place, `NoClock`";
    const GROUP: Group = Group::Rungs;
    const CHECKS: bool = true;

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let (pipeline, last) = write_steps!(graph, B, LocalPipeline::with_error("bench"), |step, _i| step);
        Self { pipeline, last, report: None }
    }

    fn check(&mut self) {
        self.pipeline.check().expect("the plan is right");
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let report = B::block_on(self.pipeline.run(&NoClock)).map_err(|error| error.to_string())?;
        self.report.insert(report).output(self.last).map(|sum| *sum).map_err(|error| error.to_string())
    }
}
