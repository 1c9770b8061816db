//! All graphs of up to three steps whose attempts end late or never when they are told to, and are given up.

use super::space::{Digits, check_all};
use crate::oracle::build::{err, gone, never, ok, panics, step, stuck};
use crate::oracle::{Case, OnFailure, Rule, Spec, StopRequest};

/// For n steps 8 * 2 * 2 * (8 * 2 * 4)^(n - 1) * 2^(n (n - 1) / 2) * 2 * 3 * 5 * 2 * 3 cases.
fn case(digits: &mut Digits, count: usize) -> Case {
    let mut steps: Vec<Spec> = (0..count).map(|index| spec(digits, index)).collect();
    for (spec, needs) in steps.iter_mut().zip(digits.edges(count)) {
        spec.needs = needs;
    }
    let limit = digits.pick([None, Some(1)]);
    let grace = Some(digits.pick([0, 1, 3]));
    let stops = match digits.next(5) {
        0 => vec![],
        1 => vec![(2, StopRequest::Cancel)],
        2 => vec![(1, StopRequest::Drain), (4, StopRequest::Cancel)],
        3 => vec![(1, StopRequest::Cancel), (2, StopRequest::Cancel)],
        _ => vec![(3, StopRequest::Cancel), (5, StopRequest::Cancel)],
    };
    let clean_up_deadline = digits.pick([None, Some(2)]);
    let on_failure = digits.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]);
    Case { steps, limit, capacities: vec![1], grace, stops, clean_up_deadline, on_failure, ..Case::default() }
}

fn spec(digits: &mut Digits, index: usize) -> Spec {
    let hangs = step([never()]).timeout(1);
    let spec = match digits.next(8) {
        0 => hangs.retries(1).lingers(stuck()),
        1 => hangs.retries(1).lingers(gone(2)),
        2 => hangs.lingers([ok(4), err(5), panics(6)][index]),
        3 => step([err(1), never()]).retries(1).deadline(2).lingers(stuck()),
        4 => step([ok(6)]).lingers(stuck()),
        5 => step([ok(6)]).lingers(gone(2)),
        6 => step([err(1), ok(1)]).retries(1).delay(3),
        _ => step([ok(1)]),
    };
    let uses = if digits.flag() { vec![(0, 1)] } else { Vec::new() };
    // The first step has no need that could fail.
    let rule = match index {
        0 => digits.pick([Rule::Default, Rule::AllDone]),
        _ => digits.pick([Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed]),
    };
    Spec { rule, uses, ..spec }
}

#[test]
fn graphs_of_up_to_two_steps() {
    for count in 0..=2 {
        check_all(&format!("grace, {count} steps"), 1, |digits| case(digits, count));
    }
}

#[test]
fn graphs_of_three_steps() {
    check_all("grace, 3 steps", 499, |digits| case(digits, 3));
}
