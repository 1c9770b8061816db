//! Measures what a plan says, in rounds by turns, so that a machine that drifts hurts all alike.

use crate::{
    body::Mode,
    child::PEAK,
    comparison::{
        plan::Plan,
        program::{self, Failure},
        record::{Figures, Outcome, Phases, Row},
    },
    entry::Entry,
    life::Phase,
    workload::Workload,
};
use rungs_benches::callgrind;
use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
    time::Duration,
};

/// A life that takes longer is not counted under valgrind, where it takes fifty times as long.
const COUNTED: Duration = Duration::from_millis(10);

/// The programs that measure.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Programs {
    /// Takes times; valgrind counts its instructions.
    pub peers: PathBuf,
    /// Counts allocations.
    pub heap: PathBuf,
}

impl Programs {
    /// Both programs.
    pub fn new(peers: PathBuf, heap: PathBuf) -> Self {
        Self { peers, heap }
    }
}

/// The tables: all workloads, round by round; then allocations and instructions.
pub fn tables(plan: &Plan, programs: &Programs) -> Vec<Row> {
    let mut rows: Vec<Row> = plan.workloads.iter().map(|&workload| begin(plan, workload)).collect();
    for round in 0..plan.rounds[0] {
        eprintln!("round {} of {}", round + 1, plan.rounds[0]);
        for row in &mut rows {
            measure_round(plan, programs, row);
        }
    }
    eprintln!("allocations");
    rows.iter_mut().for_each(|row| count_allocations(plan, programs, row));
    if !plan.counted.is_empty() && callgrind::is_there() {
        eprintln!("instructions");
        count_instructions(plan, programs, &mut rows);
    }
    rows
}

/// How costs grow: each shape's graphs from the smallest to the largest, each in its rounds.
pub fn growth(plan: &Plan, programs: &Programs) -> Vec<Vec<Row>> {
    let shapes = plan.growth.iter();
    shapes.map(|workloads| grow(plan, programs, workloads)).collect()
}

fn grow(plan: &Plan, programs: &Programs, workloads: &[Workload]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for &workload in workloads {
        eprintln!("growth: {workload}");
        let mut row = begin(plan, workload);
        if let Some(smaller) = rows.last() {
            stop_early(plan, smaller, &mut row);
        }
        for _ in 0..plan.rounds[1] {
            measure_round(plan, programs, &mut row);
        }
        rows.push(row);
    }
    rows
}

/// Whoever was stopped with a smaller graph, or is sure to be with this one, is not started.
fn stop_early(plan: &Plan, smaller: &Row, row: &mut Row) {
    let times = row.workload.steps as f64 / smaller.workload.steps as f64;
    for (outcome, smaller) in row.outcomes.iter_mut().zip(&smaller.outcomes) {
        let is_over = match smaller {
            Outcome::Ran(figures) => figures.median_total() * times > plan.limit.as_nanos() as f64,
            Outcome::Stopped | Outcome::Failed(_) => true,
            Outcome::Refused(_) => false,
        };
        if is_over && outcome.figures().is_some() {
            *outcome = Outcome::Stopped;
        }
    }
}

fn begin(plan: &Plan, workload: Workload) -> Row {
    let outcome = |entry: &Entry| match entry.refuses(&workload) {
        Some(reason) => Outcome::Refused(reason),
        None => Outcome::Ran(Figures::default()),
    };
    Row { workload, outcomes: plan.entries.iter().map(outcome).collect() }
}

/// One round of a workload: everybody once.
fn measure_round(plan: &Plan, programs: &Programs, row: &mut Row) {
    let (workload, span) = (row.workload.to_string(), plan.span.as_millis().to_string());
    for (entry, outcome) in plan.entries.iter().zip(&mut row.outcomes) {
        if outcome.figures().is_some() {
            let told = program::run(&programs.peers, &["time", entry.name, &workload, &span], plan.limit);
            outcome.take(told.map(|figures| phases(&figures)));
        }
    }
}

/// The figures of the phases.
fn phases(figures: &[(String, f64)]) -> Phases {
    Phase::ALL.map(|phase| find(figures, phase.name()).unwrap_or(f64::NAN))
}

fn find(figures: &[(String, f64)], name: &str) -> Option<f64> {
    figures.iter().find(|(known, _)| known == name).map(|&(_, value)| value)
}

fn count_allocations(plan: &Plan, programs: &Programs, row: &mut Row) {
    let workload = row.workload.to_string();
    for (entry, outcome) in plan.entries.iter().zip(&mut row.outcomes) {
        let Outcome::Ran(figures) = outcome else { continue };
        match program::run(&programs.heap, &[entry.name, &workload], plan.limit) {
            Ok(told) => {
                figures.allocations = Phase::ALL.map(|phase| find(&told, phase.name()));
                figures.peak = find(&told, PEAK);
            }
            // Some take longer here; there are their times all the same.
            Err(Failure::Stopped) => {}
            Err(Failure::Failed(reason)) => *outcome = Outcome::Failed(reason),
        }
    }
}

/// Counts on all cores: a count does not depend on what else a machine does.
fn count_instructions(plan: &Plan, programs: &Programs, rows: &mut [Row]) {
    let is_counted = |row: &&mut Row| plan.counted.contains(&row.workload);
    let pairs = rows.iter_mut().filter(is_counted).flat_map(|row| {
        let workload = row.workload;
        let outcomes = plan.entries.iter().zip(&mut row.outcomes);
        outcomes.filter_map(move |(entry, outcome)| match outcome {
            Outcome::Ran(figures) => Some((entry, workload, figures)),
            _ => None,
        })
    });
    let pairs = Mutex::new(pairs);
    let next = || pairs.lock().ok().and_then(|mut pairs| pairs.next());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((entry, workload, figures)) = next() {
                    if figures.median_total() < COUNTED.as_nanos() as f64 {
                        figures.instructions = instructions(&programs.peers, entry, &workload);
                    }
                }
            });
        }
    });
}

/// Instructions of each phase. The check is none where it is no phase of its own, and only the run depends on the mode.
fn instructions(program: &Path, entry: &Entry, workload: &Workload) -> [Option<f64>; Phase::ALL.len()] {
    let args = ["profile".to_owned(), entry.name.to_owned(), workload.to_string()];
    Phase::ALL.map(|phase| {
        let is_counted = match phase {
            Phase::Run => true,
            Phase::Check => entry.checks && workload.mode == Mode::Ready,
            Phase::Build | Phase::Drop => workload.mode == Mode::Ready,
        };
        is_counted.then_some(())?;
        let function = format!("measured_{}", phase.name());
        let count = callgrind::instructions_of(program.to_str()?, &function, &args)?;
        Some(count / workload.lives() as f64)
    })
}
