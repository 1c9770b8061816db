//! All graphs of three steps whose abandoned attempts take some time to end, some with a late result.

use super::space::{Digits, check_all};
use crate::oracle::build::{err, gone, never, ok, panics, step};
use crate::oracle::{Case, OnFailure, Rule, Spec, StopRequest};

/// 40 * 6 * 4 * 8 * 8 * 2 * 3 * 24 cases.
#[test]
fn graphs_of_three_steps() {
    check_all("lingering", 331, |digits| {
        let mut steps = vec![first(digits), second(digits), third(digits)];
        for (spec, needs) in steps.iter_mut().zip(digits.edges(3)) {
            spec.needs = needs;
            spec.uses = if digits.flag() { vec![(0, 1)] } else { Vec::new() };
        }
        let limit = digits.pick([None, Some(1)]);
        let on_failure = digits.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]);
        let (at, later) = (1 + digits.next(3), digits.next(2));
        let stops = match digits.next(4) {
            0 => vec![],
            1 => vec![(at, StopRequest::Drain), (at + later, StopRequest::Cancel)],
            2 => vec![(at, StopRequest::Cancel)],
            _ => vec![(at, StopRequest::Cancel), (at + later, StopRequest::Cancel)],
        };
        Case { steps, limit, capacities: vec![1], on_failure, stops, ..Case::default() }
    });
}

fn first(digits: &mut Digits) -> Spec {
    let spec = match digits.next(4) {
        0 => step([never()]).timeout(1).retries(1),
        1 => step([never(), ok(1)]).timeout(2).retries(1).delay(1),
        2 => step([never()]).timeout(2).retries(2).deadline(3),
        _ => step([ok(4)]),
    };
    let rule = digits.pick([Rule::Default, Rule::AllDone]);
    let lingers = digits.pick([None, Some(gone(2)), Some(ok(2)), Some(err(2)), Some(panics(1))]);
    Spec { rule, lingers, ..spec }
}

fn second(digits: &mut Digits) -> Spec {
    let spec = if digits.flag() { step([ok(2)]) } else { step([never()]).timeout(1) };
    spec.lingers(digits.pick([gone(1), ok(1), err(0)]))
}

fn third(digits: &mut Digits) -> Spec {
    let rule = digits.pick([Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed]);
    Spec { rule, ..step([ok(1)]) }
}
