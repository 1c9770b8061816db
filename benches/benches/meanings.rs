//! What a meaning costs where it is used: instructions a step of a chain of 1,000 whose steps all use it, in a second run of its
//! pipeline, beside the chain by `needs`, counted by callgrind. No step waits.

use rungs_benches::{
    callgrind::{instructions_of, is_there},
    table::{figures, head},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_meanings");
const STEPS: f64 = 1_000.0;

const MEANINGS: [&str; 13] = [
    "needs",
    "after",
    "follows",
    "run_maybe",
    "when_none_failed",
    "when_all_done",
    "run_owned",
    "release_early",
    "never_cancel",
    "resource",
    "shared resource",
    "run_with",
    "emit, unobserved",
];

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    if !is_there() {
        println!("\nInstructions a step by meaning: not counted, as there is no valgrind");
        return;
    }
    head("Instructions a step by meaning", &["a step", "more than needs"]);
    let needs = rerun("needs");
    for meaning in MEANINGS {
        let count = rerun(meaning);
        figures(meaning, [count, count - needs]);
    }
}

/// Of each further run.
fn rerun(meaning: &str) -> f64 {
    let count = |runs: &str| {
        let args = [meaning, runs].map(String::from);
        instructions_of(PROGRAM, "measured_meaning", &args).unwrap_or(f64::NAN)
    };
    (count("3") - count("1")) / 2.0 / STEPS
}
