//! Time a step, by phase: with and without a clock, all on one thread.

use rungs::NoClock;
use rungs_benches::{
    clock::{Phases, best, life, medians, time},
    graph::{Graph, Shape},
    table::{figures, head},
};
use rungs_smol::Smol;

const ROUNDS: usize = 9;
/// So many steps a graph and round.
const STEPS: usize = 200_000;

/// One line of the table.
struct Row {
    graph: Graph,
    name: String,
    clock: bool,
    rounds: Vec<Phases>,
}

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    let graphs = [(Shape::Chain, 1_000), (Shape::Fan, 1_002), (Shape::Random, 10_000)];
    let mut rows: Vec<Row> =
        [false, true].into_iter().flat_map(|clock| graphs.map(|(s, n)| Row::new(s, n, clock))).collect();
    for _ in 0..ROUNDS {
        rows.iter_mut().for_each(Row::measure);
    }
    let title = format!("ns a step, median of {ROUNDS} interleaved rounds (all: without rerun)");
    head(&title, &["build", "check", "run", "rerun", "drop", "all", "all, best"]);
    for row in &rows {
        let phases = medians(&row.rounds);
        figures(&row.name, phases.into_iter().chain([life(phases), best(&row.rounds)]));
    }
}

impl Row {
    fn new(shape: Shape, steps: usize, clock: bool) -> Self {
        let graph = Graph::new(shape, steps);
        let name = format!("{} {steps}{}", shape.name(), if clock { ", clock" } else { "" });
        Self { graph, name, clock, rounds: Vec::new() }
    }

    fn measure(&mut self) {
        let pipelines = (STEPS / self.graph.len()) as u32;
        self.rounds.push(if self.clock {
            time(&mut self.graph, &Smol, pipelines)
        } else {
            time(&mut self.graph, &NoClock, pipelines)
        });
    }
}
