//! Pictures of plans with many steps.

use rungs::Pipeline;

/// The shape of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictured {
    /// Each step needs the one before.
    Chain,
    /// Each step needs the first one.
    Fan,
}

impl Pictured {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Chain, Self::Fan];

    /// As it is called on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Fan => "fan",
        }
    }

    /// Draws a plan of so many steps in each form.
    ///
    /// # Panics
    /// A step is missing in a picture.
    #[inline(never)]
    pub fn measured_draw(self, steps: u32) {
        let mut pipeline: Pipeline<'_> = Pipeline::new("drawn");
        for number in 0..steps {
            let name = number.to_string();
            let step = pipeline.step(&name);
            let step = match (self, number) {
                (_, 0) => step,
                (Self::Chain, _) => step.after_named([(number - 1).to_string()]),
                (Self::Fan, _) => step.after_named(["0"]),
            };
            step.run(async || Ok(()));
        }
        let picture = pipeline.visualize();
        let forms = [picture.to_string(), picture.mermaid().to_string(), picture.dot().to_string()];
        assert!(forms.iter().all(|form| form.lines().count() >= steps as usize), "a step is missing in a picture");
    }

    /// Draws what the arguments of this process say: the name of a shape, and a number of steps.
    ///
    /// # Panics
    /// They say nothing of that kind.
    pub fn of_process() {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let shape = Self::ALL.into_iter().find(|shape| args.first().is_some_and(|name| name == shape.name()));
        let steps = args.get(1).and_then(|steps| steps.parse().ok());
        shape.zip(steps).map(|(shape, steps)| shape.measured_draw(steps)).expect("a shape and a number of steps");
    }
}
