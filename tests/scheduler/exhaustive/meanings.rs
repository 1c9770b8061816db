//! All graphs of four steps with each of these alone: steps that skip themselves and joins, order without need, steps that
//! wait for all before them.

use super::space::{Digits, SPANS, check_all};
use crate::oracle::build::{err, ok, skips, step};
use crate::oracle::{Case, OnFailure, Rule, Spec, StopRequest};

const ON_FAILURE: [OnFailure; 3] = [OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel];
const RULES: [Rule; 5] = [Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed, Rule::NoneFailed];

fn stops(digits: &mut Digits) -> Vec<(u64, StopRequest)> {
    match digits.next(6) {
        0 => vec![],
        1 => vec![(1, StopRequest::Drain)],
        2 => vec![(2, StopRequest::Cancel)],
        3 => vec![(1, StopRequest::Cancel), (2, StopRequest::Cancel)],
        4 => vec![(1, StopRequest::Drain), (3, StopRequest::Cancel)],
        _ => vec![(2, StopRequest::Cancel), (4, StopRequest::Cancel)],
    }
}

/// 3 * 3 * (3 * 5)^4 * 2^6 cases.
#[test]
fn graphs_of_four_steps_with_branches_and_joins() {
    check_all("branches, 4 steps", 1_999, |digits| {
        let spans = digits.pick(SPANS);
        let attempt = |span: &u64| step([digits.pick([ok(*span), err(*span), skips(*span)])]);
        let mut steps: Vec<Spec> = spans.iter().take(4).map(attempt).collect();
        steps.iter_mut().for_each(|spec| spec.rule = digits.pick(RULES));
        for (spec, needs) in steps.iter_mut().zip(digits.edges(4)) {
            spec.needs = needs;
        }
        Case { steps, on_failure: digits.pick(ON_FAILURE), ..Case::default() }
    });
}

/// 3 * 6 * (3 * 3)^4 * 3^6 cases.
#[test]
fn graphs_of_four_steps_with_order_only() {
    check_all("order, 4 steps", 7_919, |digits| {
        let spans = digits.pick(SPANS);
        let mut steps: Vec<Spec> = spans.iter().take(4).map(|span| plain(digits, *span)).collect();
        steps.iter_mut().for_each(|spec| spec.rule = digits.pick([Rule::Default, Rule::AllDone, Rule::NoneFailed]));
        for after in 1..4 {
            for before in 0..after {
                match digits.next(3) {
                    0 => {}
                    1 => steps[after].needs.push(before),
                    _ => steps[after].order.push(before),
                }
            }
        }
        Case { steps, stops: stops(digits), ..Case::default() }
    });
}

fn plain(digits: &mut Digits, span: u64) -> Spec {
    match digits.next(3) {
        0 => step([ok(span)]),
        1 => step([err(span)]),
        _ => step([err(span), ok(span)]).retries(1).delay(1),
    }
}

/// 3 * 3 * 2 * 2 * (2 * 6)^4 * 2^6 cases.
#[test]
fn graphs_of_four_steps_with_steps_after_all() {
    check_all("after all, 4 steps", 1_999, |digits| {
        let spans = digits.pick(SPANS);
        let attempt = |span: &u64| step([digits.pick([ok(*span), err(*span)])]);
        let mut steps: Vec<Spec> = spans.iter().take(4).map(attempt).collect();
        for spec in &mut steps {
            (spec.rule, spec.after_all) = digits.pick([
                (Rule::Default, false),
                (Rule::SkipOnError, false),
                (Rule::AllDone, false),
                (Rule::AllDone, true),
                (Rule::AnyFailed, true),
                (Rule::NoneFailed, true),
            ]);
        }
        for (spec, needs) in steps.iter_mut().zip(digits.edges(4)) {
            spec.needs = needs;
        }
        let limit = digits.pick([None, Some(1)]);
        Case { steps, limit, levels: digits.flag(), on_failure: digits.pick(ON_FAILURE), ..Case::default() }
    });
}
