//! All graphs of up to four steps, with all rules for success and failure.

use super::space::{Digits, SPANS, check_all};
use crate::oracle::build::{err, ok, step};
use crate::oracle::{Case, OnFailure, Rule};

/// 3 * 3 * (4 * 2 * 2)^n * 2^(n (n - 1) / 2) cases.
fn case(digits: &mut Digits, count: usize) -> Case {
    let spans = digits.pick(SPANS);
    let on_failure = digits.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]);
    let attempt = |&span| step([if digits.flag() { err(span) } else { ok(span) }]);
    let mut steps: Vec<_> = spans.iter().take(count).map(attempt).collect();
    for spec in &mut steps {
        spec.rule = digits.pick([Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed]);
        spec.optional = digits.flag();
    }
    for (spec, needs) in steps.iter_mut().zip(digits.edges(count)) {
        spec.needs = needs;
    }
    Case { steps, on_failure, ..Case::default() }
}

#[test]
fn graphs_of_up_to_three_steps() {
    for count in 0..=3 {
        check_all(&format!("rules of {count} steps"), 1, |digits| case(digits, count));
    }
}

#[test]
fn graphs_of_four_steps() {
    check_all("rules of 4 steps", 101, |digits| case(digits, 4));
}
