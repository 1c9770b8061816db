//! How the cost of a whole pipeline grows when as many things differ as there are steps: instructions for n steps and for
//! 2n. What grows linearly up to a logarithm takes little more than twice as many.

use rungs_benches::{
    callgrind::{instructions, is_there},
    job::Job,
    many::Many,
    table::{Target, figures, head},
};

const JOB: &str = env!("CARGO_BIN_EXE_job");
const STEPS: u32 = 5_000;
const GROWTH: Target = Target::new("instructions for 2n steps, by those for n", 2.3);

fn main() {
    if !rungs_benches::is_wanted() {
        return;
    }
    if !is_there() {
        println!("\nGrowth: not counted, as there is no valgrind");
        return;
    }
    let title = format!("Instructions per step of a life in which each step differs, n = {STEPS}");
    head(&title, &["n", "2n", "growth"]);
    for many in Many::ALL {
        let count = |steps: u32| instructions(JOB, "measured_many", Job::Many(many, steps)).unwrap_or(f64::NAN);
        let (once, twice) = (count(STEPS), count(2 * STEPS));
        figures(many.name(), [once / f64::from(STEPS), twice / f64::from(2 * STEPS), twice / once]);
        GROWTH.hold(twice / once);
    }
}
