//! The figures that .ci/run holds against `baseline/host.tsv`: each line is a name, a tab and a value.
//!
//! They repeat exactly, or nearly: instructions, allocations and bytes; no times. What they mean is told by the benchmarks
//! `instructions`, `diamond`, `scheduler` and `heap`, which measure the same and more. A line's name is its place in the
//! baseline, so who renames one renames it there.

mod life;

use life::Life;
use rungs::{Handle, NoClock, Out, Pipeline, Report, StepResult, scheduler::StepState};
use rungs_benches::{
    callgrind::{Counts, counts, counts_between, difference, instructions, is_there},
    diamond::{self, Way},
    graph::{Adding, Graph, Mode, Shape},
    job::{Job, Lives},
};
use rungs_smol::Smol;
use std::{convert::Infallible, process::ExitCode};

const JOB: &str = env!("CARGO_BIN_EXE_job");
/// The settings that users have.
const LIMITED: &str = " on a clock where each step waits once and one in four has retries and a timeout";
const GRAPHS: [(Shape, usize); 3] = [(Shape::Chain, 1_000), (Shape::Fan, 1_002), (Shape::Random, 10_000)];

fn main() -> ExitCode {
    if !rungs_benches::is_wanted() {
        return ExitCode::SUCCESS;
    }
    if !is_there() {
        eprintln!("error: there is no valgrind, which counts the instructions");
        return ExitCode::FAILURE;
    }
    GRAPHS.into_iter().for_each(count_lives);
    count_small_lives();
    count_diamonds();
    GRAPHS.into_iter().for_each(count_schedules);
    GRAPHS.into_iter().for_each(allocate);
    measure_types();
    ExitCode::SUCCESS
}

/// Instructions of a process's first pipeline: all phases, and runs in other modes.
fn count_lives((shape, steps): (Shape, usize)) {
    let ready = Lives { shape, steps, mode: Mode::Ready, clock: false, pipelines: 1, runs: 1 };
    let waiting = Lives { mode: Mode::Waiting, ..ready };
    let limited = Lives { mode: Mode::Limited, clock: true, ..ready };
    let spawned = Lives { mode: Mode::Spawned, ..ready };
    let name = |what: &str| format!("{} {steps}, {what}", shape.name());
    let first = |phase: &str, lives| counts(JOB, &format!("measured_{phase}"), Job::Lives(lives));
    let rerun = |lives: Lives| {
        let again = Lives { runs: 3, ..lives };
        counts_between(JOB, "measured_run", Job::Lives(lives), Job::Lives(again), 2.0)
    };
    for phase in ["build", "check", "drop"] {
        let instructions = first(phase, ready).map(|counts| counts.instructions);
        say(&name(phase), "instructions per step", per(steps, instructions));
    }
    for (what, counts) in [
        ("run", first("run", ready)),
        ("rerun", rerun(ready)),
        ("run on a clock", first("run", Lives { clock: true, ..ready })),
        ("run where each step waits once", first("run", waiting)),
        ("rerun where each step waits once", rerun(waiting)),
        ("run on a clock where each step waits once", first("run", Lives { clock: true, ..waiting })),
        (&format!("run{LIMITED}"), first("run", limited)),
        (&format!("rerun{LIMITED}"), rerun(limited)),
        ("run where each step is spawned", first("run", spawned)),
    ] {
        say_counts(&name(what), steps, counts);
    }
}

/// Instructions of the graph that most users have: its whole life, in a process that has had others.
fn count_small_lives() {
    let count = |phase: &str, mode| {
        let once = Lives { shape: Shape::Diamond, steps: 4, mode, clock: true, pipelines: 1, runs: 1 };
        let more = Lives { pipelines: 101, ..once };
        counts_between(JOB, &format!("measured_{phase}"), Job::Lives(once), Job::Lives(more), 100.0)
    };
    for (what, mode) in [("", Mode::Ready), (" where each step waits once", Mode::Waiting)] {
        say_counts(&format!("diamond 4, whole life on a clock{what}"), 4, count("", mode));
    }
    for phase in ["build", "check", "run", "drop"] {
        say_counts(&format!("diamond 4, {phase}{LIMITED}"), 4, count(phase, Mode::Limited));
    }
}

/// Instructions of the static diamond.
fn count_diamonds() {
    let ways = [
        ("run", Way::RUN),
        ("run_in", Way::RUN_IN),
        ("run where each step waits once", Way::WAITING),
        ("run_in where each step waits once", Way::WAITING_IN),
    ];
    for (what, way) in ways {
        let count = difference(JOB, "measured_", Job::Diamond(way, 1), Job::Diamond(way, 101), 100.0);
        say(&format!("static diamond 4, {what}"), "instructions per step", per(4, count));
    }
}

/// Instructions of the scheduler alone.
fn count_schedules((shape, steps): (Shape, usize)) {
    let count = instructions(JOB, "measured_schedule", Job::Schedule(shape, steps));
    say(&format!("{} {steps}, the scheduler alone", shape.name()), "instructions per step", per(steps, count));
}

/// Allocations of each phase of a pipeline, and bytes at the peak.
fn allocate((shape, steps): (Shape, usize)) {
    for mode in Mode::ALL {
        let life = Life::of(&mut Graph::new(shape, steps).in_mode(mode), &Smol);
        let graph = format!("{} {steps}, {}", shape.name(), mode.name());
        for (phase, count) in ["build", "check", "run", "rerun"].into_iter().zip(life.allocations()) {
            say(&format!("{graph}, {phase}"), "allocations", count);
        }
        say(&format!("{graph}, peak"), "bytes per step", life.peak as f64 / steps as f64);
        say(&format!("{graph}, kept after a run"), "bytes per step", life.kept as f64 / steps as f64);
    }
}

/// Bytes of what users hold, and of what each step has in memory.
fn measure_types() {
    let mut pipeline: Adding = Pipeline::with_error("sizes");
    let unclocked = size_of_val(&pipeline.run(&NoClock));
    let clocked = size_of_val(&pipeline.run(&Smol));
    let [run, waiting, storage] = diamond::bytes();
    let sizes = [
        ("Pipeline", size_of::<Pipeline<'static, Infallible>>()),
        ("Pipeline::run's future", unclocked),
        ("Pipeline::run's future, on smol's clock", clocked),
        ("Report", size_of::<Report<Infallible>>()),
        ("StepResult", size_of::<StepResult<'static, Infallible>>()),
        ("Handle", size_of::<Handle<u64>>()),
        ("Out", size_of::<Out<u64>>()),
        ("a step of the scheduler", size_of::<StepState>()),
        ("static diamond 4, run's future", run),
        ("static diamond 4, run's future where each step waits once", waiting),
        ("static diamond 4, Storage", storage),
    ];
    sizes.into_iter().for_each(|(what, size)| say(what, "bytes", size as f64));
}

/// What steps cost in instructions, and in locked operations, which a count of instructions does not see.
fn say_counts(what: &str, steps: usize, counts: Option<Counts>) {
    say(what, "instructions per step", per(steps, counts.map(|counts| counts.instructions)));
    say(what, "locked operations per step", per(steps, counts.map(|counts| counts.locked)));
}

/// What was not counted is not a number, and no baseline takes it.
fn per(steps: usize, count: Option<f64>) -> f64 {
    count.unwrap_or(f64::NAN) / steps as f64
}

/// One line, to the hundredth.
fn say(what: &str, unit: &str, value: f64) {
    println!("{what}: {unit}\t{}", (value * 100.0).round() / 100.0);
}
