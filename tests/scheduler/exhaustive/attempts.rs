//! All graphs of five steps, with all outcomes of their attempts.

use super::space::{Digits, SPANS, check_all};
use crate::oracle::build::{err, never, ok, step};
use crate::oracle::{Case, OnFailure, Spec};

/// 3 * 9 * 4^5 * 2^10 cases.
#[test]
fn graphs_of_five_steps() {
    check_all("attempts", 61, |digits| {
        let spans = digits.pick(SPANS);
        let limit = digits.pick([None, Some(1), Some(2)]);
        let on_failure = digits.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]);
        let mut steps = spans.map(|span| attempts(digits, span)).to_vec();
        for (spec, needs) in steps.iter_mut().zip(digits.edges(5)) {
            spec.needs = needs;
        }
        Case { steps, limit, on_failure, ..Case::default() }
    });
}

fn attempts(digits: &mut Digits, span: u64) -> Spec {
    match digits.next(4) {
        0 => step([ok(span)]),
        1 => step([err(span)]),
        2 => step([err(span), ok(span)]).retries(1),
        _ => step([never()]).timeout(span),
    }
}
