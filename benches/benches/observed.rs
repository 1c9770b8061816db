//! What observers cost: instructions a step of a chain of 1,000, in a second run of its pipeline, counted by callgrind.
//!
//! `in place`: each step is ready at its first poll. `waits once`: at its second. `spawned`: on an executor that runs on the
//! same thread. The system's part of reading a clock is not counted: `PollTimes` on smol's clock reads it twice a poll.

use rungs_benches::{
    callgrind::{instructions_of, is_there},
    graph::Mode,
    table::{figures, head},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_observed");
const STEPS: f64 = 1_000.0;

/// On the command line of the program, and in words.
const OBSERVERS: [(&str, &str); 7] = [
    ("nobody", "nobody"),
    ("closure", "an empty closure"),
    ("AttemptTimes", "AttemptTimes"),
    ("PollTimes_counts", "PollTimes, NoClock"),
    ("PollTimes", "PollTimes, Smol"),
    ("tracing_off", "tracing, off"),
    ("tracing_discarded", "tracing, discarded"),
];

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    if !is_there() {
        println!("\nInstructions a step with observers: not counted, as there is no valgrind");
        return;
    }
    head("Instructions a step with an observer", &["in place", "waits once", "spawned"]);
    for (observer, words) in OBSERVERS {
        figures(words, [Mode::Ready, Mode::Waiting, Mode::Spawned].map(|mode| rerun(observer, mode)));
    }
}

/// Of each further run.
fn rerun(observer: &str, mode: Mode) -> f64 {
    let count = |runs: &str| {
        let args = [observer, mode.name(), runs].map(String::from);
        instructions_of(PROGRAM, "measured_observed", &args).unwrap_or(f64::NAN)
    };
    (count("3") - count("1")) / 2.0 / STEPS
}
