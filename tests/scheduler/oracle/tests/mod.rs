//! The oracle's own tests. The small cases were worked out by hand, from the rules and not from the code.

mod attempts;
mod given;
mod grace;
mod meanings;
mod needs;
mod permits;
mod properties;
mod put_off;
mod requests;
mod shown;
mod stops;
mod ties;

use super::{Case, run};

/// Runs a case and compares the ends of its steps and then the whole run, both in their printed form.
#[track_caller]
fn check<const N: usize>(case: Case, steps: [&str; N], whole: &str) {
    let expected: String = steps.iter().map(|step| format!("{step}; ")).collect::<String>() + whole;
    assert_eq!(run(&case).to_string(), expected, "{case}");
}
