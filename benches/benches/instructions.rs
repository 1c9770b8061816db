//! Instructions a step, by phase, counted by callgrind.
//!
//! `first`: of the first pipeline of a process, when the allocator is still empty. `later`: of those after it. `clock`: as
//! `first`, on smol's clock; the system's part of reading it is not counted.

use rungs_benches::{
    callgrind::{difference, instructions, is_there},
    child::Job,
    graph::Shape,
    table::{Target, figures, head},
};

const BUILD_AND_CHECK: Target = Target::new("instructions a step to build and check a chain, first", 800.0);
const RUN: Target = Target::new("instructions a step to run a chain without a clock, first", 250.0);

const PHASES: [&str; 4] = ["build", "check", "run", "drop"];

fn main() {
    if let Some(job) = Job::of_process() {
        return job.perform();
    }
    if !rungs_benches::is_wanted() {
        return;
    }
    if !is_there() {
        println!("\nInstructions a step: not counted, as there is no valgrind");
        return;
    }
    head("Instructions a step", &["build", "check", "run", "drop", "all", "rerun"]);
    for (shape, steps) in [(Shape::Chain, 1_000), (Shape::Fan, 1_002), (Shape::Random, 10_000)] {
        let job = Job { shape, steps, clock: false, pipelines: 1, runs: 1 };
        let (first, rerun) = life(job);
        print(&format!("{} {steps} first", shape.name()), first, rerun);
        let more = Job { pipelines: 3, ..job };
        let later = PHASES.map(|phase| a_step(difference(&name(phase), &job.args(), &more.args(), 2.0), steps));
        print("  later", later, rerun);
        let (clock, rerun) = life(Job { clock: true, ..job });
        print("  clock", clock, rerun);
        if shape == Shape::Chain {
            let [build, check, run, _] = first;
            BUILD_AND_CHECK.hold(build + check);
            RUN.hold(run);
        }
    }
}

/// Of the job's one pipeline: each phase, and a second run.
fn life(job: Job) -> ([f64; 4], f64) {
    let first = PHASES.map(|phase| a_step(instructions(&name(phase), &job.args()), job.steps));
    let again = Job { runs: 3, ..job };
    (first, a_step(difference(&name("run"), &job.args(), &again.args(), 2.0), job.steps))
}

fn name(phase: &str) -> String {
    format!("measured_{phase}")
}

/// What is not known is not a number, and meets no target.
fn a_step(count: Option<f64>, steps: usize) -> f64 {
    count.unwrap_or(f64::NAN) / steps as f64
}

fn print(graph: &str, phases: [f64; 4], rerun: f64) {
    figures(graph, phases.into_iter().chain([phases.iter().sum(), rerun]));
}
