//! All graphs of up to four steps that begin with any set of steps that have ended: with a result, skipped by themselves, left
//! out, or failed by a check.

use super::space::{Digits, SPANS, check_all};
use crate::oracle::build::{err, ok, step};
use crate::oracle::{Case, Given, OnFailure, Rule, Spec, StopRequest};

const RULES: [Rule; 5] = [Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed, Rule::NoneFailed];

/// 3 * (6 * 5)^n * 2^(n (n - 1) / 2) cases.
fn case(digits: &mut Digits, count: usize) -> Case {
    let spans = digits.pick(SPANS);
    let mut steps: Vec<Spec> = spans.iter().take(count).map(|&span| begun(digits, span)).collect();
    for (spec, needs) in steps.iter_mut().zip(digits.edges(count)) {
        spec.needs = needs;
    }
    Case { steps, ..Case::default() }
}

fn begun(digits: &mut Digits, span: u64) -> Spec {
    let spec = match digits.next(6) {
        0 => step([ok(span)]),
        1 => step([err(span)]),
        2 => step([ok(span)]).given(Given::Success),
        3 => step([ok(span)]).given(Given::Skip),
        4 => step([ok(span)]).given(Given::NotSelected),
        _ => step([ok(span)]).given(Given::Failed),
    };
    Spec { rule: digits.pick(RULES), ..spec }
}

#[test]
fn graphs_of_up_to_three_steps() {
    for (count, stride) in [(0, 1), (1, 1), (2, 1), (3, 11)] {
        check_all(&format!("given, {count} steps"), stride, |digits| case(digits, count));
    }
}

#[test]
fn graphs_of_four_steps() {
    check_all("given, 4 steps", 997, |digits| case(digits, 4));
}

/// With order-only edges, steps after all before them, levels, a limit, and stops: 3 * 3 * 2 * 2 * 4 * (6 * 4)^3 * 3^3 cases.
#[test]
fn graphs_of_three_steps_with_all() {
    check_all("given, 3 steps with all", 211, |digits| {
        let spans = digits.pick(SPANS);
        let mut steps: Vec<Spec> = spans.iter().take(3).map(|&span| begun_with_mark(digits, span)).collect();
        for (before, after) in [(0, 1), (0, 2), (1, 2)] {
            match digits.next(3) {
                0 => {}
                1 => steps[after].needs.push(before),
                _ => steps[after].order.push(before),
            }
        }
        let on_failure = digits.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]);
        let (limit, levels) = (digits.pick([None, Some(1)]), digits.flag());
        let mut case = Case { steps, on_failure, limit, levels, ..Case::default() };
        match digits.next(4) {
            0 => {}
            1 => case.run_deadline = Some(0),
            2 => case.stops = vec![(0, StopRequest::Drain)],
            _ => case.stops = vec![(0, StopRequest::Cancel), (1, StopRequest::Cancel)],
        }
        case
    });
}

fn begun_with_mark(digits: &mut Digits, span: u64) -> Spec {
    let spec = match digits.next(6) {
        0 => step([ok(span)]),
        1 => step([ok(span)]).given(Given::Success),
        2 => step([ok(span)]).given(Given::Skip),
        3 => step([ok(span)]).given(Given::UpToDate),
        4 => step([ok(span)]).given(Given::TimedOut),
        _ => step([ok(span)]).given(Given::Panicked).optional(),
    };
    let (rule, after_all) =
        digits.pick([(Rule::Default, false), (Rule::AllDone, true), (Rule::AnyFailed, true), (Rule::NoneFailed, true)]);
    Spec { rule, after_all, ..spec }
}
