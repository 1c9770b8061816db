use super::super::{Shared, apart::Apart, order::topological};
use super::{
    runs::in_flight_after_start,
    space::{Needs, changed_by, graphs, is_topological, pairs, pairs_in_order, rules, subsets, with_clean_up},
};
use crate::model::{Edge, EdgeKind, When};

const KINDS: &[EdgeKind] = &[EdgeKind::Result, EdgeKind::Order];

/// Compares what `Apart` claims with every run. Returns the number of claims, and how many more no run contradicts.
#[track_caller]
fn check(needs: &Needs, rules: &[When], fields: &[Shared]) -> (usize, usize) {
    let order = topological(needs);
    let apart = Apart::new(needs.clone(), rules, &order, fields);
    let told = || format!("{needs:?} {rules:?} {fields:?} -> {:?}", apart.needs);
    assert!(is_topological(&order, &apart.needs), "{}", told());
    assert_eq!(topological(&apart.needs), order, "{}", told());
    let seen = in_flight_after_start(&apart.needs, rules);
    let (mut claims, mut modest) = (0, 0);
    for (at, &later) in order.iter().enumerate() {
        for &earlier in &order[..at] {
            if apart.is_before(earlier, later) {
                assert!(!seen[later][earlier], "{earlier} may be in flight when {later} starts: {}", told());
                claims += 1;
            } else if !seen[later][earlier] {
                modest += 1;
            }
        }
    }
    for field in fields.iter().filter(|field| field.is_exclusive()) {
        let (turns, readers) = field.in_order(&order);
        assert!(turns.last().is_some_and(|last| field.writers.contains(last)), "{}", told());
        assert!(!readers.iter().any(|reader| field.writers.contains(reader)), "{}", told());
        for (at, &later) in turns.iter().chain(&readers).enumerate() {
            for &earlier in turns.iter().take(at) {
                assert!(apart.is_before(earlier, later), "{}", told());
            }
        }
    }
    for (before, after) in needs.iter().zip(&apart.needs) {
        let (same, added) = after.split_at(before.len());
        assert_eq!(same, before);
        assert!(added.iter().all(|edge| edge.kind == EdgeKind::Order));
    }
    (claims, modest)
}

/// In every graph of up to 4 steps: all claims are true, and hardly anything that is true is not claimed.
#[test]
fn no_run_contradicts_what_is_claimed() {
    let (mut claims, mut modest) = (0, 0);
    for steps in 0..=4 {
        for needs in graphs(steps, pairs_in_order(steps), KINDS) {
            for rules in rules(steps) {
                let (more, less) = check(&needs, &rules, &[]);
                claims += more;
                modest += less;
            }
        }
    }
    // A join of one need runs only if that has succeeded, of which no use is made.
    assert!(modest * 300 < claims, "{claims} claims, {modest} missing");
}

/// Whatever steps take a field, and whatever their kinds, no run has two of them in flight together.
#[test]
fn users_of_a_field_are_apart() {
    for steps in 0..=4 {
        for needs in graphs(steps, pairs_in_order(steps), &[EdgeKind::Result]) {
            for users in subsets(steps) {
                let field = changed_by(&users);
                for rules in rules(steps) {
                    check(&needs, &rules, std::slice::from_ref(&field));
                    // Only one of them changes it: readers before it wait for one another, those after it do not.
                    for &writer in &field.users {
                        check(&needs, &rules, &[Shared { writers: vec![writer], ..field.clone() }]);
                    }
                }
            }
        }
    }
}

/// Declared in any order, and with two fields.
#[test]
fn users_of_two_fields_are_apart() {
    let acyclic = graphs(3, pairs(3), KINDS).filter(|needs| topological(needs).len() == 3);
    for needs in acyclic {
        for (one, other) in subsets(3).flat_map(|one| subsets(3).map(move |other| (one.clone(), other))) {
            for rules in rules(3) {
                check(&needs, &rules, &[changed_by(&one), changed_by(&other)]);
            }
        }
    }
}

/// The edges that are added to a graph for one field.
#[track_caller]
fn check_added(
    needs: &[(usize, usize)],
    clean_up: &[usize],
    users: &[usize],
    writers: &[usize],
    expected: &[(usize, usize)],
) {
    let steps = 1 + needs.iter().map(|&(step, need)| step.max(need)).chain(users.iter().copied()).max().unwrap_or(0);
    let mut graph = vec![Vec::new(); steps];
    for &(step, need) in needs {
        graph[step].push(Edge { step: need, kind: EdgeKind::Result });
    }
    let rules = with_clean_up(steps, |step| clean_up.contains(&step));
    let field = Shared { users: users.to_vec(), writers: writers.to_vec(), ..Shared::default() };
    let apart = Apart::new(graph.clone(), &rules, &topological(&graph), &[field]);
    let edges = apart.needs.iter().enumerate().flat_map(|(step, edges)| edges.iter().map(move |edge| (step, edge)));
    let added: Vec<_> =
        edges.filter(|(_, edge)| edge.kind == EdgeKind::Order).map(|(step, edge)| (step, edge.step)).collect();
    assert_eq!(added, expected);
}

#[test]
fn sensors_on_one_bus_follow_one_another() {
    check_added(&[(1, 0), (2, 0), (3, 0)], &[], &[1, 2, 3], &[1, 2, 3], &[(2, 1), (3, 2)]);
    check_added(&[], &[], &[0, 1, 2, 3], &[0, 1, 2, 3], &[(1, 0), (2, 1), (3, 2)]);
}

/// Step 2 depends on 0 through 1, so it never starts where 3 is skipped because of 0: what waits for 3 waits for both.
#[test]
fn a_failure_that_skips_both_leaves_neither_in_flight() {
    check_added(&[(1, 0), (2, 1), (3, 0)], &[], &[2, 3, 4], &[2, 3, 4], &[(3, 2), (4, 3)]);
}

#[test]
fn shared_fields_and_ordered_users_add_nothing() {
    check_added(&[], &[], &[0, 1], &[], &[]);
    check_added(&[(1, 0), (2, 1)], &[], &[0, 1, 2], &[0, 1, 2], &[]);
}

/// Readers wait for the last change, and not for one another; before it they keep their place.
#[test]
fn readers_after_the_last_change_run_together() {
    check_added(&[], &[], &[0, 1, 2, 3], &[0], &[(1, 0), (2, 0), (3, 0)]);
    check_added(&[], &[], &[0, 1, 2, 3], &[1], &[(1, 0), (2, 1), (3, 1)]);
    check_added(&[], &[], &[0, 1, 2, 3], &[2], &[(1, 0), (2, 1), (3, 2)]);
}

/// Step 3 may be skipped because of step 0 while step 2, before it, is in flight: step 4 waits for both.
#[test]
fn a_user_that_may_be_skipped_does_not_stand_for_those_before_it() {
    check_added(&[(2, 1), (3, 0)], &[], &[2, 3, 4], &[2, 3, 4], &[(3, 2), (4, 3), (4, 2)]);
}

/// A stop skips step 1 while step 0 is in flight, and then the clean-up starts.
#[test]
fn a_clean_up_step_waits_for_the_user_itself() {
    check_added(&[(1, 0), (2, 1)], &[2], &[0, 2], &[0, 2], &[(2, 0)]);
    check_added(&[(1, 0), (2, 1)], &[1, 2], &[0, 2], &[0, 2], &[]);
}
