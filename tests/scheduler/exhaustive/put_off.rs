//! All graphs of up to three steps whose starts are put off: what a step waits for then is nothing that the scheduler knows.

use super::space::{Digits, check_all, check_share};
use crate::oracle::build::{err, gone, never, ok, step};
use crate::oracle::{Case, OnFailure, Rule, Spec, StopRequest};

/// For n steps 3 * 2 * 3 * 5 * 2 * (6 * 3 * 2 * 3)^n * 2^(n (n - 1) / 2) cases.
fn case(digits: &mut Digits, count: usize) -> Case {
    let mut steps: Vec<Spec> = (0..count).map(|_| spec(digits)).collect();
    for (spec, needs) in steps.iter_mut().zip(digits.edges(count)) {
        spec.needs = needs;
    }
    let on_failure = digits.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]);
    let limit = digits.pick([None, Some(1)]);
    let run_deadline = digits.pick([None, Some(2), Some(5)]);
    let stops = match digits.next(5) {
        0 => vec![],
        1 => vec![(1, StopRequest::Drain)],
        2 => vec![(2, StopRequest::Cancel)],
        3 => vec![(1, StopRequest::Drain), (3, StopRequest::Cancel)],
        _ => vec![(2, StopRequest::Cancel), (4, StopRequest::Cancel)],
    };
    let grace = digits.pick([None, Some(1)]);
    Case { steps, limit, capacities: vec![1], on_failure, run_deadline, stops, grace, ..Case::default() }
}

fn spec(digits: &mut Digits) -> Spec {
    let spec = match digits.next(6) {
        0 => step([ok(0)]),
        1 => step([ok(2)]),
        2 => step([err(1), ok(1)]).retries(1),
        3 => step([err(1), err(1), ok(1)]).retries(2).delay(1).deadline(4),
        4 => step([never(), ok(1)]).timeout(1).retries(1).deadline(3),
        _ => step([never()]).timeout(2).lingers(gone(3)),
    };
    let uses = if digits.flag() { vec![(0, 1)] } else { Vec::new() };
    let put_off = digits.pick([None, Some(1), Some(3)]);
    let rule = digits.pick([Rule::Default, Rule::AllDone, Rule::AnyFailed]);
    Spec { rule, uses, put_off, ..spec }
}

#[test]
fn graphs_of_up_to_two_steps() {
    for count in 0..=2 {
        check_all(&format!("put off, {count} steps"), 101, |digits| case(digits, count));
    }
}

/// One case in this many is tried in a full run: there are 1.8 * 10^9.
const FULL: u64 = 101;

#[test]
fn graphs_of_three_steps() {
    check_share("put off, 3 steps", [20_011, FULL], |digits| case(digits, 3));
}
