//! How the cost of a whole pipeline grows when as many things differ as there are steps, and that of pictures: instructions for n
//! steps and for 2n. What grows linearly up to a logarithm takes little more than twice as many.

use rungs_benches::{
    callgrind::{instructions, instructions_of, is_there},
    job::Job,
    many::Many,
    pictures::Pictured,
    table::{Target, figures, head},
};

const JOB: &str = env!("CARGO_BIN_EXE_job");
const PICTURES: &str = env!("CARGO_BIN_EXE_pictures");
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
        row(many.name(), |steps| instructions(JOB, "measured_many", Job::Many(many, steps)));
    }
    head(&format!("Instructions per step of a picture in each form, n = {STEPS}"), &["n", "2n", "growth"]);
    for pictured in Pictured::ALL {
        let args = |steps: u32| [pictured.name().to_string(), steps.to_string()];
        row(pictured.name(), |steps| instructions_of(PICTURES, "measured_draw", &args(steps)));
    }
}

fn row(name: &str, count: impl Fn(u32) -> Option<f64>) {
    let [once, twice] = [STEPS, 2 * STEPS].map(|steps| count(steps).unwrap_or(f64::NAN));
    figures(name, [once / f64::from(STEPS), twice / f64::from(2 * STEPS), twice / once]);
    GROWTH.hold(twice / once);
}
