//! What is measured: which workloads, how often, and for how long.

use crate::{body::Mode, comparison::options::Options, contestants, entry::Entry, graph::Shape, workload::Workload};
use std::time::Duration;

/// The contestant to which all are compared, with the settings that users have.
pub const OURS: &str = "rungs, main settings";
/// What most users write by hand.
pub const BY_HAND: &str = "FuturesUnordered";

/// What is measured.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "plain data of a program")]
pub struct Plan {
    /// Who takes part.
    pub entries: Vec<Entry>,
    /// The workloads that have a table each.
    pub workloads: Vec<Workload>,
    /// Those of which instructions are counted.
    pub counted: Vec<Workload>,
    /// Graphs of growing sizes, shape by shape.
    pub growth: Vec<Vec<Workload>>,
    /// How many rounds the tables are measured, and the growth.
    pub rounds: [usize; 2],
    /// How long a contestant is measured in one round.
    pub span: Duration,
    /// How long it may take.
    pub limit: Duration,
}

impl Plan {
    /// What the options ask for.
    pub fn new(options: &Options) -> Self {
        let all = contestants::all().into_iter();
        let is_asked_for = |entry: &Entry| {
            let is_named = options.only.iter().any(|part| entry.name.contains(part.as_str()));
            options.only.is_empty() || is_named || [OURS, BY_HAND].contains(&entry.name)
        };
        let sizes = if options.quick { Sizes::QUICK } else { Sizes::FULL };
        let workloads = sizes.workloads(options.size);
        let is_counted = |workload: &&Workload| {
            let (is_small, mode) = (matches!(workload.shape, Shape::Diamond | Shape::Chain), workload.mode);
            !options.no_instructions && if options.quick { is_small && mode == Mode::Ready } else { mode.is_counted() }
        };
        let growth = options.no_growth || options.size.is_some();
        Self {
            entries: all.filter(is_asked_for).collect(),
            counted: workloads.iter().filter(is_counted).copied().collect(),
            workloads,
            growth: if growth { Vec::new() } else { sizes.growth() },
            rounds: if options.quick { [2, 1] } else { [5, 3] },
            span: Duration::from_millis(if options.quick { 10 } else { 60 }),
            limit: options.limit.unwrap_or(Duration::from_secs(if options.quick { 3 } else { 10 })),
        }
    }
}

/// How many steps the graphs have.
struct Sizes {
    /// Graphs whose steps take no time.
    quick_steps: [(Shape, usize); 5],
    /// Graphs whose steps sleep or compute.
    slow_steps: [(Shape, usize); 3],
    growth: &'static [usize],
}

impl Sizes {
    const FULL: Self = Self {
        quick_steps: [
            (Shape::Diamond, 4),
            (Shape::Chain, 1_000),
            (Shape::Fan, 1_002),
            (Shape::Layers, 1_000),
            (Shape::Random, 10_000),
        ],
        slow_steps: [(Shape::Diamond, 4), (Shape::Fan, 1_002), (Shape::Layers, 80)],
        growth: &[100, 1_000, 10_000, 100_000, 1_000_000],
    };
    const QUICK: Self = Self {
        quick_steps: [
            (Shape::Diamond, 4),
            (Shape::Chain, 100),
            (Shape::Fan, 102),
            (Shape::Layers, 80),
            (Shape::Random, 100),
        ],
        slow_steps: [(Shape::Diamond, 4), (Shape::Fan, 32), (Shape::Layers, 24)],
        growth: &[10, 100, 1_000],
    };

    fn workloads(&self, size: Option<usize>) -> Vec<Workload> {
        let of = |mode, graphs: &[(Shape, usize)]| -> Vec<Workload> {
            let steps = |shape, steps| match shape {
                // Whole ones.
                Shape::Diamond => steps / 3 * 3 + 1,
                _ => steps,
            };
            let sized = |&(shape, default)| Workload::new(shape, steps(shape, size.unwrap_or(default).max(4)), mode);
            graphs.iter().map(sized).collect()
        };
        [
            of(Mode::Ready, &self.quick_steps),
            of(Mode::Yields, &self.quick_steps),
            of(Mode::Works, &self.slow_steps),
            of(Mode::Sleeps, &self.slow_steps),
        ]
        .concat()
    }

    fn growth(&self) -> Vec<Vec<Workload>> {
        let of = |shape| self.growth.iter().map(|&steps| Workload::new(shape, steps, Mode::Ready)).collect();
        [Shape::Chain, Shape::Random].map(of).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_others_are_compared_to_always_take_part() {
        let plan = Plan::new(&Options { only: vec!["dagx".into()], ..Options::default() });
        let names: Vec<_> = plan.entries.iter().map(|entry| entry.name).collect();
        assert_eq!(names, [OURS, BY_HAND, "dagx", "operese-dagx"]);
    }

    #[test]
    fn one_size_is_that_of_all_graphs_but_diamonds_are_whole() {
        let plan = Plan::new(&Options { size: Some(50), ..Options::default() });
        let is_sized = |workload: &Workload| workload.steps == if workload.shape == Shape::Diamond { 49 } else { 50 };
        assert!(plan.workloads.iter().all(is_sized));
        assert!(plan.growth.is_empty());
    }
}
