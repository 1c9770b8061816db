//! The number of a step decides which step starts first, and nothing else.

use crate::oracle::{Case, Rule, Why};
use crate::random::{Random, seeds};
use crate::sim::play;

#[test]
fn the_order_of_declaration_changes_no_end() {
    for seed in seeds(20_000) {
        let mut random = Random::new(seed);
        let case = without_contention(random.case(8));
        let mut numbers: Vec<usize> = (0..case.steps.len()).collect();
        random.shuffle(&mut numbers);
        let (ends, moved_ends) = (play(&case), play(&renumbered(&case, &numbers)));
        for (step, &number) in numbers.iter().enumerate() {
            let mut end = ends.steps[step];
            end.why = renumbered_why(end.why, &numbers);
            let moved_end = moved_ends.steps[number];
            let alike = same_but_for_ties(end.why, moved_end.why) && {
                end.why = moved_end.why;
                end == moved_end
            };
            assert!(alike, "seed {seed}: step {step} as {number}, {numbers:?}: {case}\n{ends}\n{moved_ends}");
        }
    }
}

/// A case without the situations in which the order of the steps matters: steps wait for a permit; an attempt ends in
/// the instant in which it started, before another starts; a step with `AnyFailed` is not needed as soon as the stop
/// pass has ended a step that it only follows.
fn without_contention(mut case: Case) -> Case {
    case.limit = None;
    for spec in &mut case.steps {
        spec.uses.clear();
        if spec.rule == Rule::AnyFailed {
            spec.order.clear();
        }
        spec.script.iter_mut().for_each(|attempt| attempt.takes += 1);
        spec.timeout = spec.timeout.map(|span| span + 1);
        spec.deadline = spec.deadline.map(|span| span + 1);
    }
    case
}

/// The case with its `i`-th step declared as the `numbers[i]`-th.
fn renumbered(case: &Case, numbers: &[usize]) -> Case {
    let mut moved = case.clone();
    for (step, &number) in numbers.iter().enumerate() {
        let mut spec = case.steps[step].clone();
        spec.needs.iter_mut().chain(&mut spec.order).for_each(|other| *other = numbers[*other]);
        moved.steps[number] = spec;
    }
    moved
}

fn renumbered_why(why: Why, numbers: &[usize]) -> Why {
    match why {
        Why::Dependency { root, via } => Why::Dependency { root: numbers[root], via: numbers[via] },
        Why::Stopped { by } => Why::Stopped { by: numbers[by] },
        other => other,
    }
}

/// Of two failures in one instant, the one declared first stops the run; and a step whose retry was refused before a
/// stronger stop of the same instant keeps the cause of the weaker stop.
fn same_but_for_ties(a: Why, b: Why) -> bool {
    let is_stop = |why| matches!(why, Why::Stopped { .. } | Why::Drain | Why::Token | Why::RunDeadline);
    a == b || (is_stop(a) && is_stop(b) && matches!((a, b), (Why::Stopped { .. }, _) | (_, Why::Stopped { .. })))
}
