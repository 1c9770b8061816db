//! The scheduler alone, without futures, results or heap: ns and instructions a step.

use rungs_benches::{
    callgrind::{instructions, is_there},
    clock::{median, timed},
    graph::{Graph, Shape},
    plain::{Bare, measured_invert, measured_schedule},
    table::{figures, head},
};

const ROUNDS: usize = 9;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, shape, steps] = args.as_slice()
        && word == "child"
    {
        return child(shape, steps);
    }
    if !rungs_benches::is_wanted() {
        return;
    }
    let title = match is_there() {
        true => "The scheduler alone, a step",
        false => "The scheduler alone, a step (instructions not counted, as there is no valgrind)",
    };
    head(title, &["invert ns", "run ns", "invert ins", "run ins"]);
    for (shape, steps) in
        [(Shape::Chain, 1_000), (Shape::Fan, 1_002), (Shape::Random, 10_000), (Shape::Random, 1_000_000)]
    {
        let graph = Graph::new(shape, steps);
        let mut bare = Bare::new(&graph);
        let repeats = (1_000_000 / steps).max(1);
        let (mut inverts, mut runs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let ((), nanos) = timed(|| (0..repeats).for_each(|_| measured_invert(&mut bare)));
            inverts.push(nanos / (repeats * steps) as f64);
            let (started, nanos) = timed(|| (0..repeats).map(|_| measured_schedule(&mut bare)).sum::<usize>());
            assert_eq!(started, repeats * steps, "every step starts once");
            runs.push(nanos / (repeats * steps) as f64);
        }
        let args = ["child".into(), shape.name().into(), steps.min(10_000).to_string()];
        let counted = ["measured_invert", "measured_schedule"]
            .map(|function| instructions(function, &args).unwrap_or(f64::NAN) / steps.min(10_000) as f64);
        let [invert, run] = counted;
        figures(&format!("{} {steps}", shape.name()), [median(inverts), median(runs), invert, run]);
    }
}

fn child(shape: &str, steps: &str) {
    let shape = Shape::ALL.into_iter().find(|known| known.name() == shape).expect("a shape");
    let mut bare = Bare::new(&Graph::new(shape, steps.parse().expect("a number")));
    measured_invert(&mut bare);
    measured_schedule(&mut bare);
}
