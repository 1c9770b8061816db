//! The part that a benchmark plays under valgrind: nothing but the phases, so many times.

use crate::{
    graph::{Graph, Shape},
    phase::{measured_build, measured_check, measured_drop, measured_run},
};
use rungs::{NoClock, Timer};
use rungs_smol::Smol;

/// What a child does, as said on its command line.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The graph.
    pub shape: Shape,
    /// How many steps it has.
    pub steps: usize,
    /// Whether runs have a clock.
    pub clock: bool,
    /// How many pipelines are written, one after the other.
    pub pipelines: usize,
    /// How often each is run.
    pub runs: usize,
}

impl Job {
    /// The command line.
    pub fn args(&self) -> [String; 6] {
        let Self { shape, steps, clock, pipelines, runs } = self;
        let text = |n: &usize| n.to_string();
        ["child".into(), shape.name().into(), text(steps), clock.to_string(), text(pipelines), text(runs)]
    }

    /// The job of this process, if it is a child.
    pub fn of_process() -> Option<Self> {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let [word, shape, steps, clock, pipelines, runs] = args.as_slice() else { return None };
        let shape = Shape::ALL.into_iter().find(|known| known.name() == shape)?;
        let number = |text: &String| text.parse().ok();
        (word == "child").then_some(Self {
            shape,
            steps: number(steps)?,
            clock: clock == "true",
            pipelines: number(pipelines)?,
            runs: number(runs)?,
        })
    }

    /// Does it.
    pub fn perform(&self) {
        if self.clock { self.perform_with(&Smol) } else { self.perform_with(&NoClock) }
    }

    fn perform_with<T: Timer>(&self, timer: &T) {
        let mut graph = Graph::new(self.shape, self.steps);
        for _ in 0..self.pipelines {
            let (mut pipeline, last) = measured_build(&mut graph);
            measured_check(&mut pipeline);
            let mut report = measured_run(&mut pipeline, timer);
            for _ in 1..self.runs {
                drop(report);
                report = measured_run(&mut pipeline, timer);
            }
            assert_eq!(report.output(last).ok().as_deref(), Some(&graph.sum()), "the last step's sum");
            measured_drop(pipeline, report);
        }
    }
}
