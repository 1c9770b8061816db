//! What benchmarks start under valgrind: a program that does nothing but the phases, so many times.

use crate::{
    diamond::Way,
    graph::{Graph, Mode, Shape},
    many::Many,
    phase::{how_to_run, measured_build, measured_check, measured_drop},
    plain::{Bare, measured_invert, measured_schedule},
};
use rungs::{NoClock, Timer};
use rungs_smol::Smol;

/// What the program does, as said on its command line.
#[derive(Clone, Copy, Debug)]
pub enum Job {
    /// Pipelines live, one after the other.
    Lives(Lives),
    /// The scheduler alone, once.
    Schedule(Shape, usize),
    /// A static diamond is run in this way, so many times.
    Diamond(Way, usize),
    /// A pipeline in which so many steps differ.
    Many(Many, u32),
}

/// Pipelines that are written, checked, run and dropped.
#[derive(Clone, Copy, Debug)]
pub struct Lives {
    /// The graph.
    pub shape: Shape,
    /// How many steps it has.
    pub steps: usize,
    /// How these go.
    pub mode: Mode,
    /// Whether runs have a clock.
    pub clock: bool,
    /// How many pipelines are written, one after the other.
    pub pipelines: usize,
    /// How often each is run.
    pub runs: usize,
}

impl Job {
    /// The command line.
    pub fn args(&self) -> Vec<String> {
        match self {
            Self::Lives(Lives { shape, steps, mode, clock, pipelines, runs }) => {
                format!("lives {} {steps} {} {clock} {pipelines} {runs}", shape.name(), mode.name())
            }
            Self::Schedule(shape, steps) => format!("schedule {} {steps}", shape.name()),
            Self::Diamond(way, runs) => format!("diamond {} {runs}", way.name()),
            Self::Many(many, steps) => format!("many {} {steps}", many.name()),
        }
        .split(' ')
        .map(String::from)
        .collect()
    }

    /// The job of this process, if its arguments say one.
    pub fn of_process() -> Option<Self> {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let shape = |name: &str| Shape::ALL.into_iter().find(|known| known.name() == name);
        let number = |text: &str| text.parse().ok();
        Some(match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["lives", name, steps, mode, clock, pipelines, runs] => Self::Lives(Lives {
                shape: shape(name)?,
                steps: number(steps)?,
                mode: Mode::ALL.into_iter().find(|known| known.name() == mode)?,
                clock: clock.parse().ok()?,
                pipelines: number(pipelines)?,
                runs: number(runs)?,
            }),
            ["schedule", name, steps] => Self::Schedule(shape(name)?, number(steps)?),
            ["diamond", way, runs] => {
                Self::Diamond(Way::ALL.into_iter().find(|known| known.name() == way)?, number(runs)?)
            }
            ["many", name, steps] => {
                Self::Many(Many::ALL.into_iter().find(|known| known.name() == name)?, steps.parse().ok()?)
            }
            _ => return None,
        })
    }

    /// Does it.
    ///
    /// # Panics
    /// A sum is wrong.
    pub fn perform(&self) {
        match *self {
            Self::Lives(lives) if lives.clock => lives.live(&Smol),
            Self::Lives(lives) => lives.live(&NoClock),
            Self::Schedule(shape, steps) => {
                let mut bare = Bare::new(&Graph::new(shape, steps));
                measured_invert(&mut bare);
                assert_eq!(measured_schedule(&mut bare), steps, "every step starts once");
            }
            Self::Diamond(way, runs) => way.run(runs),
            Self::Many(many, steps) => many.measured_many(steps),
        }
    }
}

impl Lives {
    fn live<T: Timer>(&self, timer: &T) {
        let mut graph = Graph::new(self.shape, self.steps).in_mode(self.mode);
        let run = how_to_run(self.mode);
        for _ in 0..self.pipelines {
            let (mut pipeline, last) = measured_build(&mut graph);
            measured_check(&mut pipeline);
            let mut report = run(&mut pipeline, timer);
            for _ in 1..self.runs {
                drop(report);
                report = run(&mut pipeline, timer);
            }
            assert_eq!(report.output(last).ok().as_deref(), Some(&graph.sum()), "the last step's sum");
            measured_drop(pipeline, report);
        }
    }
}
