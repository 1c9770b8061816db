//! rungs' `Pipeline`: in place with and without a clock, with the settings that users have, and spawned.

use crate::{
    body::Body,
    contestant::{Contestant, Group},
    contestants::write_steps::write_steps,
    graph::Graph,
};
use async_executor::Executor;
use rungs::{Handle, NoClock, Pipeline, Report};
use rungs_async_executor::On;
use rungs_smol::Smol;
use std::{convert::Infallible, time::Duration};

/// What runs the steps of [`Spawned`], on the thread of the run.
static EXECUTOR: Executor<'static> = Executor::new();

/// A pipeline, the handle of its last step, and the report of its run.
struct Written {
    pipeline: Pipeline<'static, Infallible>,
    last: Handle<u64>,
    report: Option<Report<Infallible>>,
}

impl Written {
    fn new((pipeline, last): (Pipeline<'static, Infallible>, Handle<u64>)) -> Self {
        Self { pipeline, last, report: None }
    }

    fn check(&mut self) {
        self.pipeline.check().expect("the plan is right");
    }

    fn sum(&self) -> Result<u64, String> {
        let report = self.report.as_ref().ok_or("there is no report")?;
        report.output(self.last).map(|sum| *sum).map_err(|error| error.to_string())
    }
}

/// Defines a contestant over [`Written`].
macro_rules! contestant {
    ($(#[$doc:meta])* $type:ident, $name:literal, $about:literal, |$graph:ident, $B:ident| $build:expr, |$written:ident, $C:ident| $run:expr) => {
        $(#[$doc])*
        pub(crate) struct $type(Written);

        impl Contestant for $type {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = $about;
            const GROUP: Group = Group::Rungs;
            const CHECKS: bool = true;

            fn build<$B: Body>($graph: &'static Graph) -> Self {
                Self(Written::new($build))
            }

            fn check(&mut self) {
                self.0.check();
            }

            fn run<$C: Body>(&mut self) -> Result<u64, String> {
                let $written = &mut self.0;
                $written.report = Some($run.map_err(|error| error.to_string())?);
                $written.sum()
            }
        }
    };
}

contestant!(
    /// Without a clock, with the defaults.
    Plain,
    "rungs",
    "`Pipeline`, steps in place, `NoClock`",
    |graph, B| write_steps!(graph, B, Pipeline::with_error("bench"), |step, _i| step),
    |written, B| B::block_on(written.pipeline.run(&NoClock))
);

contestant!(
    /// On smol's clock.
    Clocked,
    "rungs, clock",
    "`Pipeline`, steps in place, the clock of smol",
    |graph, B| write_steps!(graph, B, Pipeline::with_error("bench"), |step, _i| step),
    |written, B| B::block_on(written.pipeline.run(&Smol))
);

contestant!(
    /// The settings that users have: a clock, and one step in four with retries and a timeout.
    Main,
    "rungs, main settings",
    "`Pipeline`, steps in place, the clock of smol, one step in four with two retries and a timeout",
    |graph, B| write_steps!(graph, B, Pipeline::with_error("bench"), |step, i| {
        if i % 4 == 0 { step.retries(2).timeout(Duration::from_secs(60)) } else { step }
    }),
    |written, B| B::block_on(written.pipeline.run(&Smol))
);

contestant!(
    /// Each step a task of an executor.
    Spawned,
    "rungs, spawned",
    "`Pipeline`, each step a task of async-executor on the thread of the run, `NoClock`",
    |graph, B| write_steps!(graph, B, Pipeline::with_error("bench"), |step, _i| step.spawn_on(On(&EXECUTOR))),
    |written, B| B::block_on(EXECUTOR.run(written.pipeline.run(&NoClock)))
);
