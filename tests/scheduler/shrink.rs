//! Reduces a failing case to a minimal case that still fails.

use crate::oracle::{Case, OnFailure, Rule, Spec};

/// Removes parts of the case as long as it stays wrong.
pub(crate) fn shrink(mut case: Case, is_wrong: impl Fn(&Case) -> bool) -> Case {
    while let Some(smaller) = smaller(&case).into_iter().find(&is_wrong) {
        case = smaller;
    }
    case
}

/// All cases with one part less, the largest parts first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut found: Vec<Case> = (0..case.steps.len()).map(|step| without_step(case, step)).collect();
    let mut change = |change: &dyn Fn(&mut Case)| {
        let mut changed = case.clone();
        change(&mut changed);
        if changed != *case {
            found.push(changed);
        }
    };
    change(&|case| case.limit = None);
    change(&|case| case.levels = false);
    change(&|case| case.on_failure = OnFailure::GoOn);
    change(&|case| case.run_deadline = None);
    change(&|case| case.grace = None);
    change(&|case| case.clean_up_deadline = None);
    change(&|case| case.capacities.truncate(used_resources(case)));
    (0..case.stops.len()).for_each(|index| change(&|case| _ = case.stops.remove(index)));
    for step in 0..case.steps.len() {
        for setting in SETTINGS {
            change(&|case| setting(&mut case.steps[step]));
        }
        let spec = &case.steps[step];
        (0..spec.needs.len()).for_each(|index| change(&|case| _ = case.steps[step].needs.remove(index)));
        (0..spec.order.len()).for_each(|index| change(&|case| _ = case.steps[step].order.remove(index)));
        (0..spec.uses.len()).for_each(|index| change(&|case| _ = case.steps[step].uses.remove(index)));
        (1..spec.script.len()).for_each(|index| change(&|case| case.steps[step].script.truncate(index)));
    }
    found
}

const SETTINGS: [fn(&mut Spec); 14] = [
    |spec| spec.given = None,
    |spec| spec.after_all = false,
    |spec| spec.never_cancel = false,
    |spec| spec.rule = Rule::Default,
    |spec| spec.optional = false,
    |spec| spec.retries = 0,
    |spec| spec.delay = 0,
    |spec| spec.timeout = None,
    |spec| spec.retry_on_timeout = true,
    |spec| spec.deadline = None,
    |spec| spec.expected = None,
    |spec| spec.put_off = None,
    |spec| spec.lingers = None,
    |spec| spec.script.iter_mut().for_each(|attempt| attempt.takes = attempt.takes.min(1)),
];

fn without_step(case: &Case, gone: usize) -> Case {
    let mut case = case.clone();
    case.steps.remove(gone);
    for other in case.steps.iter_mut().flat_map(|spec| [&mut spec.needs, &mut spec.order]) {
        other.retain(|&step| step != gone);
        other.iter_mut().filter(|step| **step > gone).for_each(|step| *step -= 1);
    }
    case
}

fn used_resources(case: &Case) -> usize {
    let used = case.steps.iter().flat_map(|spec| &spec.uses);
    used.map(|&(resource, _)| resource + 1).max().unwrap_or(0)
}

#[test]
fn a_large_case_becomes_the_minimal_one() {
    use crate::oracle::build::{case, err, step};
    use crate::random::Random;

    // For this test, a case is wrong if it has a limit and a step with retries that needs another.
    let is_wrong = |case: &Case| {
        let mut specs = case.steps.iter();
        case.limit.is_some() && specs.any(|spec| spec.retries > 0 && !spec.needs.is_empty())
    };
    let wrong = (0..).map(|seed| Random::new(seed).case(40)).find(|case| case.steps.len() > 30 && is_wrong(case));
    let mut least = shrink(wrong.unwrap(), is_wrong);
    least.steps.iter_mut().for_each(|spec| spec.script = vec![err(1)]);
    (least.limit, least.steps[1].retries) = (Some(1), 1);
    assert_eq!(least, case([step([err(1)]), step([err(1)]).needs([0]).retries(1)]).limit(1));
}
