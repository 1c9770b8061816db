//! Memory: allocations and bytes a step, by phase.
//!
//! A benchmark of its own because counting allocations costs time.

use allocation_counter::{AllocationInfo, measure};
use rungs::{NoClock, Timer};
use rungs_benches::{
    graph::{Graph, Shape},
    phase::{measured_build, measured_check, measured_drop, measured_run},
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

/// What one pipeline's life asks of the heap.
struct Life {
    build: AllocationInfo,
    check: AllocationInfo,
    run: AllocationInfo,
    again: AllocationInfo,
    /// After the first run, report included.
    kept: i64,
    peak: u64,
}

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    // A thread's first `block_on` makes what it sleeps by, once and for all.
    futures_lite::future::block_on(async {});
    let lives: Vec<_> = GRAPHS.iter().map(|&(shape, steps)| (shape, steps, Life::of(shape, steps, &NoClock))).collect();

    head("Allocations (growth of a list counts as one)", &["build", "check", "run", "rerun"]);
    for (shape, steps, life) in &lives {
        figures(&format!("{} {steps}", shape.name()), life.allocations());
    }
    for &(shape, steps) in GRAPHS.iter().filter(|(_, steps)| *steps <= 10_000) {
        figures(&format!("{} {steps}, clock", shape.name()), Life::of(shape, steps, &Smol).allocations());
    }
    if let Some((_, _, chain)) = lives.first() {
        BUILD.hold(chain.build.count_total as f64);
        RUN.hold(chain.run.count_total as f64);
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

impl Life {
    fn of<T: Timer>(shape: Shape, steps: usize, timer: &T) -> Self {
        let mut graph = Graph::new(shape, steps);
        let (mut pipeline, mut report) = (None, None);
        let build = measure(|| pipeline = Some(measured_build(&mut graph)));
        let (mut pipeline, _) = pipeline.expect("built");
        let check = measure(|| measured_check(&mut pipeline));
        let run = measure(|| report = Some(measured_run(&mut pipeline, timer)));
        let kept = build.bytes_current + check.bytes_current + run.bytes_current;
        drop(report.take());
        let again = measure(|| report = Some(measured_run(&mut pipeline, timer)));
        measured_drop(pipeline, report.expect("run"));

        let peak = measure(|| {
            let (mut pipeline, _) = measured_build(&mut graph);
            measured_check(&mut pipeline);
            let report = measured_run(&mut pipeline, timer);
            measured_drop(pipeline, report);
        });
        Self { build, check, run, again, kept, peak: peak.bytes_max }
    }

    fn allocations(&self) -> [f64; 4] {
        [&self.build, &self.check, &self.run, &self.again].map(|info| info.count_total as f64)
    }
}
