//! All graphs of up to three steps with all of these together and a share of those of four, and of four steps with each alone: steps that skip themselves
//! and joins, order without need, steps that wait for all before them, attempts that are never cancelled.

use super::space::{Digits, SPANS, check_all, check_share};
use crate::oracle::build::{err, gone, ok, panics, skips, step};
use crate::oracle::{Attempt, Case, OnFailure, Rule, Spec, StopRequest};

const ON_FAILURE: [OnFailure; 3] = [OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel];
const RULES: [Rule; 5] = [Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed, Rule::NoneFailed];

/// For n steps, of which the first waits for none: 3 * 6 * (8 * 2) * (8 * 8)^(n - 1) * 3^(n (n - 1) / 2) cases.
fn together(digits: &mut Digits, count: usize) -> Case {
    let mut steps: Vec<Spec> = (0..count).map(|index| one_of_all(digits, index)).collect();
    for (after, spec) in steps.iter_mut().enumerate() {
        for before in 0..after {
            match digits.next(3) {
                0 => {}
                1 => spec.needs.insert(0, before),
                _ => spec.order.push(before),
            }
        }
    }
    let on_failure = digits.pick(ON_FAILURE);
    Case { steps, on_failure, stops: stops(digits), ..Case::default() }
}

fn one_of_all(digits: &mut Digits, index: usize) -> Spec {
    let is_first = index == 0;
    let spec = match digits.next(8) {
        0 => step([ok(2)]),
        1 => step([err(1)]),
        2 => step([skips(1)]),
        3 => step([err(1), skips(1)]).retries(1).delay(1),
        4 => step([ok(3)]).timeout(1).never_cancel(),
        5 => step([err(3), ok(1)]).retries(1).timeout(2).never_cancel().lingers(gone(2)),
        6 => step([[skips(4), err(4), panics(4), ok(4)][index]]).deadline(2).never_cancel(),
        _ => step([ok(4)]).lingers(gone(1)),
    };
    let (rule, after_all) = match digits.next(if is_first { 2 } else { 8 }) {
        0 => (Rule::Default, false),
        1 => (Rule::AllDone, false),
        2 => (Rule::SkipOnError, false),
        3 => (Rule::AnyFailed, false),
        4 => (Rule::NoneFailed, false),
        5 => (Rule::AllDone, true),
        6 => (Rule::AnyFailed, true),
        _ => (Rule::NoneFailed, true),
    };
    Spec { rule, after_all, ..spec }
}

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

#[test]
fn graphs_of_up_to_two_steps_with_all() {
    for count in 0..=2 {
        check_all(&format!("all meanings, {count} steps"), 1, |digits| together(digits, count));
    }
}

#[test]
fn graphs_of_three_steps_with_all() {
    check_all("all meanings, 3 steps", 251, |digits| together(digits, 3));
}

/// One case in this many is tried in a full run: there are 5.5 * 10^10.
const JOINTLY: u64 = 5_003;

#[test]
fn graphs_of_four_steps_with_all() {
    check_share("all meanings, 4 steps", [251 * JOINTLY, JOINTLY], |digits| together(digits, 4));
}

/// 3 * 3 * (3 * 5)^4 * 2^6 cases.
#[test]
fn graphs_of_four_steps_with_branches_and_joins() {
    check_all("branches, 4 steps", 499, |digits| {
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
    check_all("order, 4 steps", 1_999, |digits| {
        let spans = digits.pick(SPANS);
        let mut steps: Vec<Spec> = spans.iter().take(4).map(|span| plain(digits, *span)).collect();
        steps.iter_mut().for_each(|spec| spec.rule = digits.pick([Rule::Default, Rule::AllDone, Rule::NoneFailed]));
        for (after, spec) in steps.iter_mut().enumerate() {
            for before in 0..after {
                match digits.next(3) {
                    0 => {}
                    1 => spec.needs.push(before),
                    _ => spec.order.push(before),
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
    check_all("after all, 4 steps", 499, |digits| {
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

/// 6 * 2 * (6 * 2)^4 * 2^6 cases.
#[test]
fn graphs_of_four_steps_that_are_never_cancelled() {
    check_all("never cancelled, 4 steps", 499, |digits| {
        let mut steps: Vec<Spec> = (0..4).map(|_| never_cancelled(digits)).collect();
        steps.iter_mut().for_each(|spec| spec.rule = digits.pick([Rule::Default, Rule::AllDone]));
        for (spec, needs) in steps.iter_mut().zip(digits.edges(4)) {
            spec.needs = needs;
            spec.uses = vec![(0, 1)];
        }
        let capacities = vec![digits.pick([2, 4])];
        Case { steps, capacities, stops: stops(digits), ..Case::default() }
    });
}

fn never_cancelled(digits: &mut Digits) -> Spec {
    let spec = |script: [Attempt; 2]| step(script).retries(1).never_cancel();
    match digits.next(6) {
        0 => spec([ok(3), ok(1)]).timeout(1),
        1 => spec([err(3), ok(1)]).timeout(1),
        2 => spec([err(2), ok(1)]).timeout(1).deadline(4).delay(2),
        3 => spec([err(4), ok(1)]).deadline(2).lingers(gone(3)),
        4 => spec([ok(4), ok(1)]).lingers(gone(2)),
        _ => step([ok(1)]),
    }
}
