//! Instructions per step of a diamond of four with the static API, and of the same by hand.

use rungs_benches::{
    callgrind::{difference, is_there},
    diamond::{STEPS, Way},
    job::Job,
    table::{Target, figures, head},
};

const JOB: &str = env!("CARGO_BIN_EXE_job");
const TARGET: Target = Target::new("instructions a step of a static diamond", 60.0);

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    if !is_there() {
        println!("\nInstructions of a diamond: not counted, as there is no valgrind");
        return;
    }
    let columns = ["run", "run_in", "by hand"];
    let ready = [Way::RUN, Way::RUN_IN, Way::BY_HAND].map(a_step);
    let waiting = [Way::WAITING, Way::WAITING_IN, Way::WAITING_BY_HAND].map(a_step);
    head("Instructions a step of a diamond of 4, NoClock", &columns);
    figures("each step is ready", ready);
    figures("each waits once", waiting);
    let [run, ..] = ready;
    TARGET.hold(run);
}

/// What is not known is not a number, and meets no target.
fn a_step(way: Way) -> f64 {
    let counted = difference(JOB, "measured_", Job::Diamond(way, 1), Job::Diamond(way, 101), 100.0);
    counted.unwrap_or(f64::NAN) / STEPS
}
