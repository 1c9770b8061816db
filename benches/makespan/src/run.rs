//! Runs of a workflow as a pipeline, in a simulation.

use crate::{
    list::list_schedule,
    random::Random,
    workflow::{Task, Workflow},
};
use rungs::{BoxError, Durations, LocalPipeline, Order, sim::Sim};
use std::{cell::RefCell, cmp::Reverse, rc::Rc, time::Duration};

/// What a run knows of the durations of its steps, and what it does with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of them, exactly.
    Exactly,
    /// What one run before has told, in which each step took up to a quarter more, or less by the same factor.
    Learnt,
    /// All of them, each wrong by a factor of up to two.
    WithinTwo,
    /// None: the longest path is that of most steps.
    Nothing,
    /// None, and a step starts when all of the levels before it have ended.
    Levels,
    /// None, and the ready step that was declared first goes first. The library has no such order: this is a textbook's.
    Declared,
}

impl Known {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Exactly, Self::Learnt, Self::WithinTwo, Self::Nothing, Self::Levels, Self::Declared];

    /// As it is called in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exactly => "known exactly",
            Self::Learnt => "learnt from one run",
            Self::WithinTwo => "wrong by up to 2",
            Self::Nothing => "not known",
            Self::Levels => "level by level",
            Self::Declared => "as declared",
        }
    }

    const fn is_random(self) -> bool {
        matches!(self, Self::Learnt | Self::WithinTwo)
    }
}

/// Over how many seeds the mean is taken where figures depend on one.
const SEEDS: u64 = 16;

/// A workflow as a pipeline, whose steps sleep on the clock of a simulation.
pub struct Runs<'w> {
    workflow: &'w Workflow,
    sim: Sim,
    pipeline: LocalPipeline<'w>,
    /// How long each step takes in the next run.
    durations: Rc<RefCell<Vec<Duration>>>,
}

impl<'w> Runs<'w> {
    /// The pipeline of this workflow.
    pub fn new(workflow: &'w Workflow) -> Self {
        let sim = Sim::new();
        let durations = Rc::new(RefCell::new(Vec::new()));
        let mut pipeline = LocalPipeline::new(&workflow.name);
        for (at, task) in workflow.tasks.iter().enumerate() {
            let needs = task.needs.iter().filter_map(|&need| workflow.tasks.get(need)).map(|need| &*need.name);
            let (clock, durations) = (sim.clock(), durations.clone());
            pipeline.step(&task.name).after_named(needs).run(move || {
                let span = durations.borrow().get(at).copied().unwrap_or_default();
                let clock = clock.clone();
                async move {
                    clock.sleep(span).await;
                    Ok(())
                }
            });
        }
        Self { workflow, sim, pipeline, durations }
    }

    /// How long a run takes, as a multiple of what no schedule goes below: where it depends on a seed, the mean of sixteen.
    ///
    /// # Errors
    /// The workflow is no pipeline, or its run did not succeed.
    pub fn ratio(&mut self, workers: u32, known: Known) -> Result<f64, BoxError> {
        let bound = self.workflow.lower_bound(workers).as_secs_f64();
        let seeds = if known.is_random() { SEEDS } else { 1 };
        let mut sum = 0.0;
        for seed in 0..seeds {
            sum += self.makespan(workers, known, &mut Random(seed))?.as_secs_f64();
        }
        Ok(sum / seeds as f64 / bound)
    }

    /// How long a run takes.
    ///
    /// # Errors
    /// The workflow is no pipeline, or its run did not succeed.
    pub fn makespan(&mut self, workers: u32, known: Known, random: &mut Random) -> Result<Duration, BoxError> {
        let durations = match known {
            Known::Declared => {
                let equal = vec![Reverse(Duration::ZERO); self.workflow.tasks.len()];
                return Ok(list_schedule(self.workflow, workers, &equal));
            }
            Known::Exactly => self.known(|task| task.duration),
            Known::WithinTwo => self.known(|task| task.duration.mul_f64(random.factor(2.0))),
            Known::Learnt => {
                self.take(|task| task.duration.mul_f64(random.factor(1.25)));
                self.run(workers, Order::Eager, &Durations::new())?.1
            }
            Known::Nothing | Known::Levels => Durations::new(),
        };
        self.take(|task| task.duration);
        let order = if known == Known::Levels { Order::Levels } else { Order::Eager };
        Ok(self.run(workers, order, &durations)?.0)
    }

    /// How long each step takes from now on.
    fn take(&mut self, takes: impl FnMut(&Task) -> Duration) {
        *self.durations.borrow_mut() = self.workflow.tasks.iter().map(takes).collect();
    }

    fn known(&self, mut takes: impl FnMut(&Task) -> Duration) -> Durations {
        self.workflow.tasks.iter().map(|task| (&*task.name, takes(task))).collect()
    }

    fn run(&mut self, workers: u32, order: Order, known: &Durations) -> Result<(Duration, Durations), BoxError> {
        let runner = self.pipeline.runner().max_concurrent(workers).order(order).durations(known);
        let report = self.sim.run(runner)?.into_result()?;
        Ok((report.duration(), report.durations()))
    }
}

impl std::fmt::Debug for Runs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runs").field("workflow", &self.workflow.name).finish_non_exhaustive()
    }
}
