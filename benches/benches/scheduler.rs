//! The scheduler alone, without futures, results or heap: ns and instructions a step.

use rungs_benches::{
    callgrind::{instructions, is_there},
    clock::{median, timed},
    graph::{Graph, Shape},
    job::Job,
    plain::{Bare, measured_invert, measured_schedule},
    table::{figures, head},
};

const JOB: &str = env!("CARGO_BIN_EXE_job");
const ROUNDS: usize = 9;

fn main() {
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
        let counted_steps = steps.min(10_000);
        let job = Job::Schedule(shape, counted_steps);
        let counted = ["measured_invert", "measured_schedule"]
            .map(|function| instructions(JOB, function, job).unwrap_or(f64::NAN) / counted_steps as f64);
        let [invert, run] = counted;
        figures(&format!("{} {steps}", shape.name()), [median(inverts), median(runs), invert, run]);
    }
}
