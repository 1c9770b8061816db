use super::super::{Shared, apart::Apart, order::topological};
use super::{
    runs::in_flight_after_start,
    space::{Needs, graphs, is_topological, pairs, pairs_in_order, subsets},
};
use crate::model::EdgeKind;

const KINDS: &[EdgeKind] = &[EdgeKind::Result, EdgeKind::Order];

/// Holds what `Apart` claims against every run; tells how often no run contradicts what it does not claim.
#[track_caller]
fn check(needs: &Needs, clean_up: &[bool], fields: &[Shared]) -> (usize, usize) {
    let order = topological(needs);
    let apart = Apart::new(needs.clone(), clean_up, &order, fields);
    let told = || format!("{needs:?} {clean_up:?} {fields:?} -> {:?}", apart.needs);
    assert!(is_topological(&order, &apart.needs), "{}", told());
    assert_eq!(topological(&apart.needs), order, "{}", told());
    let seen = in_flight_after_start(&apart.needs, clean_up);
    let (mut claims, mut modest) = (0, 0);
    for (place, &later) in order.iter().enumerate() {
        for &earlier in &order[..place] {
            if apart.is_before(earlier, later) {
                assert!(!seen[later][earlier], "{earlier} may be in flight when {later} starts: {}", told());
                claims += 1;
            } else if !seen[later][earlier] {
                modest += 1;
            }
        }
    }
    for field in fields.iter().filter(|field| field.exclusive) {
        for (place, &later) in order.iter().enumerate().filter(|(_, step)| field.users.contains(step)) {
            for earlier in order[..place].iter().filter(|step| field.users.contains(step)) {
                assert!(apart.is_before(*earlier, later), "{}", told());
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

#[test]
fn no_run_contradicts_what_is_claimed() {
    let (mut claims, mut modest) = (0, 0);
    for steps in 0..=4 {
        for needs in graphs(steps, pairs_in_order(steps), KINDS) {
            for clean_up in subsets(steps) {
                let (more, less) = check(&needs, &clean_up, &[]);
                claims += more;
                modest += less;
            }
        }
    }
    println!("{claims} claims, {modest} modest");
}
