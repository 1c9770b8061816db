//! Instructions a step, by phase, counted by callgrind.
//!
//! `first`: of the first pipeline of a process, when the allocator is still empty. `later`: of those after it. `clock`: as
//! `first`, on smol's clock; the system's part of reading it is not counted. `waiting`, `spawned`: as `first`, where each
//! step waits once, or is spawned on an executor that runs on the same thread.

use rungs_benches::{
    callgrind::{difference, instructions, is_there},
    graph::{Mode, Shape},
    job::{Job, Lives},
    table::{Target, figures, head},
};

const JOB: &str = env!("CARGO_BIN_EXE_job");
const BUILD_AND_CHECK: Target = Target::new("instructions a step to build and check a chain, first", 800.0);
const RUN: Target = Target::new("instructions a step to run a chain without a clock, first", 250.0);

const PHASES: [&str; 4] = ["build", "check", "run", "drop"];

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    if !is_there() {
        println!("\nInstructions a step: not counted, as there is no valgrind");
        return;
    }
    head("Instructions a step", &["build", "check", "run", "drop", "all", "rerun"]);
    for (shape, steps) in [(Shape::Chain, 1_000), (Shape::Fan, 1_002), (Shape::Random, 10_000)] {
        let lives = Lives { shape, steps, mode: Mode::Ready, clock: false, pipelines: 1, runs: 1 };
        let (first, rerun) = life(lives);
        print(&format!("{} {steps} first", shape.name()), first, rerun);
        let more = Lives { pipelines: 3, ..lives };
        let later = PHASES.map(|phase| a_step(more_of(phase, lives, more), steps));
        print("  later", later, rerun);
        let others = [
            ("  clock", Lives { clock: true, ..lives }),
            ("  waiting", Lives { mode: Mode::Waiting, ..lives }),
            ("  spawned", Lives { mode: Mode::Spawned, ..lives }),
        ];
        for (name, lives) in others {
            let (phases, rerun) = life(lives);
            print(name, phases, rerun);
        }
        if shape == Shape::Chain {
            let [build, check, run, _] = first;
            BUILD_AND_CHECK.hold(build + check);
            RUN.hold(run);
        }
    }
}

/// Of the one pipeline that lives: each phase, and a second run.
fn life(lives: Lives) -> ([f64; 4], f64) {
    let first = PHASES.map(|phase| a_step(instructions(JOB, &name(phase), Job::Lives(lives)), lives.steps));
    let again = Lives { runs: 3, ..lives };
    (first, a_step(more_of("run", lives, again), lives.steps))
}

/// What each of two more pipelines, or runs, spends in this phase.
fn more_of(phase: &str, lives: Lives, more: Lives) -> Option<f64> {
    difference(JOB, &name(phase), Job::Lives(lives), Job::Lives(more), 2.0)
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
