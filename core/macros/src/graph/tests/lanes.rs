use super::super::{Shared, apart::Apart, lanes::cover, order::topological};
use super::space::{Needs, changed_by, graphs, pairs_in_order, reach, rules, subsets, with_clean_up};
use crate::model::{Edge, EdgeKind, When};

/// The lanes of a graph, after a check of what holds for every cover.
#[track_caller]
fn lanes(needs: &Needs, rules: &[When], fields: &[Shared]) -> Vec<Vec<usize>> {
    let order = topological(needs);
    let apart = Apart::new(needs.clone(), rules, &order, fields);
    let lanes = cover(&apart, &order, fields);
    let told = || format!("{needs:?} {rules:?} {fields:?} -> {lanes:?}");
    let mut all: Vec<usize> = lanes.concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..needs.len()), "{}", told());
    for lane in &lanes {
        for (at, &later) in lane.iter().enumerate() {
            assert!(lane[..at].iter().all(|&earlier| apart.is_before(earlier, later)), "{}", told());
        }
    }
    if let [field] = fields
        && field.is_exclusive()
    {
        let (turns, _) = field.in_order(&order);
        let with_users = lanes.iter().filter(|lane| lane.iter().any(|step| turns.contains(step)));
        assert!(with_users.count() <= 1, "{}", told());
    }
    lanes
}

/// The size of the largest set of steps of which none depends on another: no cover has fewer lanes (Dilworth).
fn width(needs: &Needs) -> usize {
    let reach = reach(needs);
    let is_free = |set: &Vec<bool>| {
        let steps: Vec<usize> = (0..set.len()).filter(|&step| set[step]).collect();
        steps.iter().all(|&a| steps.iter().all(|&b| !reach[a][b]))
    };
    let sizes = subsets(needs.len()).filter(is_free).map(|set| set.iter().filter(|&&is_in| is_in).count());
    sizes.max().unwrap_or(0)
}

/// In every graph of up to 5 steps no cover has fewer lanes.
#[test]
fn as_few_lanes_as_possible() {
    for steps in 0..=5 {
        for needs in graphs(steps, pairs_in_order(steps), &[EdgeKind::Result]) {
            assert_eq!(lanes(&needs, &vec![When::AllSucceeded; steps], &[]).len(), width(&needs), "{needs:?}");
        }
    }
}

#[test]
fn users_of_a_field_share_a_lane() {
    for steps in 0..=4 {
        for needs in graphs(steps, pairs_in_order(steps), &[EdgeKind::Result]) {
            for users in subsets(steps) {
                let field = changed_by(&users);
                for rules in rules(steps) {
                    lanes(&needs, &rules, std::slice::from_ref(&field));
                    for &writer in &field.users {
                        lanes(&needs, &rules, &[Shared { writers: vec![writer], ..field.clone() }]);
                    }
                }
            }
        }
    }
}

#[track_caller]
fn check(needs: &[(usize, usize)], clean_up: &[usize], fields: &[&[usize]], expected: &[&[usize]]) {
    let steps = expected.iter().map(|lane| lane.len()).sum();
    let mut graph = vec![Vec::new(); steps];
    for &(step, need) in needs {
        graph[step].push(Edge { step: need, kind: EdgeKind::Result });
    }
    let rules = with_clean_up(steps, |step| clean_up.contains(&step));
    let fields: Vec<_> = fields
        .iter()
        .map(|users| Shared { users: users.to_vec(), writers: users.to_vec(), ..Shared::default() })
        .collect();
    assert_eq!(lanes(&graph, &rules, &fields), expected);
}

/// Power, two sensors on one bus, the radio, an announcement of it all.
#[test]
fn a_board() {
    check(&[(1, 0), (2, 0), (3, 0), (4, 1), (4, 2), (4, 3)], &[], &[&[1, 2]], &[&[0, 1, 2], &[3, 4]]);
}

/// Where 2 is skipped because of 1, 4 may start while 0 is in flight. So 2 does not follow 0 on its lane: the users of the
/// field would be on two.
#[test]
fn a_field_is_worth_a_lane() {
    check(&[(2, 0), (2, 1), (4, 3)], &[], &[&[2, 4]], &[&[0], &[1], &[2, 4], &[3]]);
}

/// After a stop the clean-up may start while 0 is in flight: it has a lane of its own.
#[test]
fn a_clean_up_step_keeps_clear_of_what_may_still_run() {
    check(&[(1, 0), (2, 1)], &[2], &[], &[&[0, 1], &[2]]);
    check(&[(1, 0), (2, 1)], &[1, 2], &[], &[&[0, 1, 2]]);
}

/// Readers after the last change have lanes of their own, unless they follow one another anyway.
#[test]
fn readers_that_run_together_do_not_share_a_lane() {
    let lanes = |needs: &[(usize, usize)]| {
        let mut graph = vec![Vec::new(); 3];
        needs.iter().for_each(|&(step, need)| graph[step].push(Edge { step: need, kind: EdgeKind::Result }));
        lanes(
            &graph,
            &[When::AllSucceeded; 3],
            &[Shared { users: vec![0, 1, 2], writers: vec![0], ..Shared::default() }],
        )
    };
    assert_eq!(lanes(&[]), [vec![0, 1], vec![2]]);
    assert_eq!(lanes(&[(2, 1)]), [vec![0, 1, 2]]);
}

/// A step between the users of a field goes between them.
#[test]
fn a_lane_is_in_order() {
    check(&[(1, 0), (2, 1)], &[], &[&[0, 2]], &[&[0, 1, 2]]);
}

/// 1 takes two fields, and is on the lane of the first; the users of the second follow it there, and not 2.
#[test]
fn a_field_follows_its_users() {
    check(&[(3, 2)], &[], &[&[0, 1], &[1, 3]], &[&[0, 1, 3], &[2]]);
}

/// Of two lanes that fit, a step takes the one that has its input.
#[test]
fn a_result_stays_on_its_lane() {
    let edge = |step, kind| Edge { step, kind };
    let last = |a, b| vec![Vec::new(), Vec::new(), vec![edge(0, a), edge(1, b)]];
    let lanes = |needs| lanes(&needs, &[When::AllSucceeded; 3], &[]);
    assert_eq!(lanes(last(EdgeKind::After, EdgeKind::Result)), [vec![0], vec![1, 2]]);
    assert_eq!(lanes(last(EdgeKind::Result, EdgeKind::After)), [vec![0, 2], vec![1]]);
}
