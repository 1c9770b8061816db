//! Memory: allocations and bytes a step, by phase.
//!
//! A benchmark of its own because counting allocations costs time.

mod life;

use life::Life;
use rungs::NoClock;
use rungs_benches::{
    graph::{Graph, Shape},
    table::{Target, figures, head},
};
use rungs_smol::Smol;

const RUN: Target = Target::new("allocations in a run of a chain of 1,000", 0.0);
const BUILD: Target = Target::new("allocations to build a chain of 1,000: 2 a step, 100 for lists", 2_100.0);
const BYTES: Target = Target::new("peak bytes a step beside closures, results and names, 1,000,000 steps", 300.0);

const GRAPHS: [(Shape, usize); 7] = [
    (Shape::Chain, 1_000),
    (Shape::Fan, 1_002),
    (Shape::Random, 10_000),
    (Shape::Chain, 1_000_000),
    (Shape::Layered, 1_000),
    (Shape::Layered, 1_000_000),
    (Shape::Random, 1_000_000),
];

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    let lives = GRAPHS.map(|(shape, steps)| (shape, steps, Life::of(&mut Graph::new(shape, steps), &NoClock)));

    head("Allocations (growth of a list counts as one)", &["build", "check", "run", "rerun"]);
    for (shape, steps, life) in &lives {
        figures(&format!("{} {steps}", shape.name()), life.allocations());
    }
    for &(shape, steps) in GRAPHS.iter().filter(|(_, steps)| *steps <= 10_000) {
        let life = Life::of(&mut Graph::new(shape, steps), &Smol);
        figures(&format!("{} {steps}, clock", shape.name()), life.allocations());
    }
    if let Some((_, _, chain)) = lives.first() {
        let [build, _, run, _] = chain.allocations();
        BUILD.hold(build);
        RUN.hold(run);
    }

    head("Heap bytes a step", &["peak", "kept", "user's own", "beside own"]);
    for (shape, steps, life) in &lives {
        let a_step = |bytes: f64| bytes / *steps as f64;
        let (peak, own) = (life.peak as f64, Graph::new(*shape, *steps).own_bytes() as f64);
        figures(&format!("{} {steps}", shape.name()), [peak, life.kept as f64, own, peak - own].map(a_step));
        if *steps == 1_000_000 {
            BYTES.hold(a_step(peak - own));
        }
    }
}
