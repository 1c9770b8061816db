//! All graphs of three steps with needs and order-only edges, stopped at any time.

use super::space::{Digits, check_all};
use crate::oracle::build::{err, never, ok, step};
use crate::oracle::{Case, OnFailure, Rule, Spec, StopRequest};

/// 9 * 25 * 3 * 4^6 * 3^3 cases.
#[test]
fn graphs_of_three_steps() {
    check_all("stops", 151, |digits| {
        let mut case = Case { steps: [2, 1, 1].map(|span| spec(digits, span)).to_vec(), ..Case::default() };
        for (before, after) in [(0, 1), (0, 2), (1, 2)] {
            match digits.next(3) {
                0 => {}
                1 => case.steps[after].needs.insert(0, before),
                _ => case.steps[after].order.push(before),
            }
        }
        case.on_failure = digits.pick([OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]);
        let (first, second) = (digits.next(5), digits.next(5));
        match digits.next(9) {
            0 => case.run_deadline = Some(first),
            kind => {
                let requests = [StopRequest::Drain, StopRequest::Cancel];
                let (one, other) = (requests[kind as usize % 2], requests[kind as usize / 2 % 2]);
                case.stops = vec![(first, one), (first + second, other)];
                case.run_deadline = (kind > 4).then_some(second);
            }
        }
        case
    });
}

fn spec(digits: &mut Digits, span: u64) -> Spec {
    let spec = match digits.next(4) {
        0 => step([ok(span)]),
        1 => step([err(span)]),
        2 => step([err(span)]).retries(2).delay(1),
        _ => step([never()]).timeout(span).retries(1),
    };
    let rule = digits.pick([Rule::Default, Rule::SkipOnError, Rule::AllDone, Rule::AnyFailed]);
    Spec { rule, ..spec }
}
