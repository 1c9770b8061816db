//! How the cost of a step grows from a thousand steps to a million: time by phase. (Bytes: `heap`.)

use rungs::NoClock;
use rungs_benches::{
    clock::{Phases, best, life, medians, time},
    graph::{Graph, Shape},
    table::{Target, figures, head},
};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const ROUNDS: usize = 5;
const GROWTH: Target = Target::new("cost of a step of 1,000,000, by one of 1,000 (best of each)", 4.0);

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    let title = format!("ns a step by size, median of {ROUNDS} interleaved rounds (all: without rerun)");
    head(&title, &["build", "check", "run", "rerun", "drop", "all", "all, best", "by 1,000"]);
    for shape in [Shape::Chain, Shape::Layered, Shape::Random] {
        let mut sizes = SIZES.map(|steps| (Graph::new(shape, steps), Vec::new()));
        for _ in 0..ROUNDS {
            sizes.iter_mut().for_each(|(graph, rounds)| rounds.push(measure(graph)));
        }
        let first = sizes.first().map_or(f64::NAN, |(_, rounds)| best(rounds));
        for (graph, rounds) in &sizes {
            let (phases, best) = (medians(rounds), best(rounds));
            let rest = [life(phases), best, best / first];
            figures(&format!("{} {}", shape.name(), graph.len()), phases.into_iter().chain(rest));
        }
        if let Some((_, rounds)) = sizes.last() {
            GROWTH.hold(best(rounds) / first);
        }
    }
}

fn measure(graph: &mut Graph) -> Phases {
    let pipelines = (200_000 / graph.len()).max(1) as u32;
    time(graph, &NoClock, pipelines)
}
