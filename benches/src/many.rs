//! Pipelines with as many different things as steps: sets of resources, settings, mistakes.

use crate::graph::Adding;
use futures_lite::future::yield_now;
use rungs::{NoClock, Pipeline};
use std::time::Duration;

/// What is different from step to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// Each step uses a resource of its own.
    Resources,
    /// Each step uses a resource of its own, and all use one more, of which there are four units.
    Shared,
    /// Each step uses another number of units of one resource.
    Units,
    /// Each step uses three resources of a hundred, chosen so that most sets are different.
    Sets,
    /// Each step states another expected duration, and every second one uses a resource.
    Settings,
    /// Two steps depend on each other, and the next two.
    Cycles,
    /// Each step needs one that does not exist.
    Unknown,
}

impl Many {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Resources, Self::Shared, Self::Units, Self::Sets, Self::Settings, Self::Cycles, Self::Unknown];

    /// As it is called on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resources => "resources",
            Self::Shared => "shared",
            Self::Units => "units",
            Self::Sets => "sets",
            Self::Settings => "settings",
            Self::Cycles => "cycles",
            Self::Unknown => "unknown",
        }
    }

    /// Writes a pipeline of so many steps and runs it; each step waits once.
    ///
    /// # Panics
    /// A step does not succeed, or a wrong plan is taken for a right one.
    #[inline(never)]
    pub fn measured_many(self, steps: u32) {
        let mut pipeline: Adding = Pipeline::with_error("many");
        self.declare(&mut pipeline, steps);
        (0..steps).for_each(|step| self.add(&mut pipeline, step, steps));
        match self {
            Self::Cycles => assert_eq!(mistakes(&mut pipeline), steps as usize / 2),
            Self::Unknown => assert_eq!(mistakes(&mut pipeline), steps as usize),
            _ => assert!(futures_lite::future::block_on(pipeline.run(&NoClock)).is_ok_and(|run| run.is_success())),
        }
    }

    fn declare(self, pipeline: &mut Adding, steps: u32) {
        match self {
            Self::Resources | Self::Shared => {
                pipeline.resource("shared", 4);
                (0..steps).for_each(|step| _ = pipeline.resource(&step.to_string(), 1));
            }
            Self::Units => _ = pipeline.resource("units", steps),
            Self::Sets => (0..100).for_each(|resource| _ = pipeline.resource(&resource.to_string(), 3)),
            Self::Settings => _ = pipeline.resource("bus", 2),
            Self::Cycles | Self::Unknown => {}
        }
    }

    fn add(self, pipeline: &mut Adding, number: u32, steps: u32) {
        let name = number.to_string();
        let step = pipeline.step(&name);
        let step = match self {
            Self::Resources => step.uses(&name, 1),
            Self::Shared => step.uses(&name, 1).uses("shared", 1),
            Self::Units => step.uses("units", 1 + (number.wrapping_mul(7_919)) % steps),
            Self::Sets => [1, 101, 10_007]
                .into_iter()
                .fold(step, |step, factor| step.uses((number.wrapping_mul(factor) / 3 % 100).to_string(), 1)),
            Self::Settings => {
                let step = step.expected(Duration::from_nanos(u64::from(number)));
                if number.is_multiple_of(2) { step.uses("bus", 1) } else { step }
            }
            Self::Cycles => step.after_named([(number ^ 1).to_string()]),
            Self::Unknown => step.after_named([format!("no {number}")]),
        };
        step.run(async || {
            yield_now().await;
            Ok(())
        });
    }
}

fn mistakes(pipeline: &mut Adding) -> usize {
    pipeline.check().map_or_else(|error| error.mistakes().len(), |_| 0)
}
