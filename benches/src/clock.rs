//! Times by phase.

use crate::{
    graph::Graph,
    phase::{measured_build, measured_check, measured_drop, measured_run},
};
use rungs::Timer;
use std::time::Instant;

/// Nanoseconds a step: build, check, run, rerun, drop.
pub type Phases = [f64; 5];

/// Lives through so many pipelines of this graph, and tells the mean of each phase.
///
/// # Panics
/// A sum is wrong.
pub fn time<T: Timer>(graph: &mut Graph, timer: &T, pipelines: u32) -> Phases {
    let mut total = Phases::default();
    for _ in 0..pipelines {
        let ((mut pipeline, last), build) = timed(|| measured_build(graph));
        let ((), check) = timed(|| measured_check(&mut pipeline));
        let (report, run) = timed(|| measured_run(&mut pipeline, timer));
        assert_eq!(report.output(last).ok().as_deref(), Some(&graph.sum()), "the first run's sum");
        drop(report);
        let (report, rerun) = timed(|| measured_run(&mut pipeline, timer));
        assert_eq!(report.output(last).ok().as_deref(), Some(&graph.sum()), "the second run's sum");
        let ((), dropped) = timed(|| measured_drop(pipeline, report));
        total.iter_mut().zip([build, check, run, rerun, dropped]).for_each(|(total, nanos)| *total += nanos);
    }
    total.map(|nanos| nanos / f64::from(pipelines) / graph.len() as f64)
}

/// What it makes, and how many nanoseconds it takes.
pub fn timed<R>(what: impl FnOnce() -> R) -> (R, f64) {
    let start = Instant::now();
    let made = what();
    (made, start.elapsed().as_nanos() as f64)
}

/// The median of each phase over several rounds.
pub fn medians(rounds: &[Phases]) -> Phases {
    let mut medians = Phases::default();
    for (phase, median) in medians.iter_mut().enumerate() {
        *median = self::median(rounds.iter().filter_map(|round| round.get(phase).copied()).collect());
    }
    medians
}

/// What a pipeline's life costs without its second run.
pub fn life([build, check, run, _, dropped]: Phases) -> f64 {
    build + check + run + dropped
}

/// The cheapest life of several rounds: what comes closest to a machine without other work.
pub fn best(rounds: &[Phases]) -> f64 {
    rounds.iter().copied().map(life).fold(f64::INFINITY, f64::min)
}

/// The median; of two in the middle the higher.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
