use super::super::{Shared, apart::Apart, order::topological, paths::cover};
use super::space::{Needs, graphs, pairs_in_order, reach, subsets};
use crate::model::{Edge, EdgeKind};

/// The paths of a graph, after a look at what every cover must be.
#[track_caller]
fn paths(needs: &Needs, clean_up: &[bool], fields: &[Shared]) -> Vec<Vec<usize>> {
    let order = topological(needs);
    let apart = Apart::new(needs.clone(), clean_up, &order, fields);
    let paths = cover(&apart, &order, fields);
    let told = || format!("{needs:?} {clean_up:?} {fields:?} -> {paths:?}");
    let mut all: Vec<usize> = paths.concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..needs.len()), "{}", told());
    for path in &paths {
        for (place, &later) in path.iter().enumerate() {
            assert!(path[..place].iter().all(|&earlier| apart.is_before(earlier, later)), "{}", told());
        }
    }
    if let [field] = fields
        && field.exclusive
    {
        let with_users = paths.iter().filter(|path| path.iter().any(|step| field.users.contains(step)));
        assert!(with_users.count() <= 1, "{}", told());
    }
    paths
}

/// The largest set of steps of which none needs another: no cover has fewer paths (Dilworth).
fn width(needs: &Needs) -> usize {
    let reach = reach(needs);
    let is_free = |set: &Vec<bool>| {
        let steps: Vec<usize> = (0..set.len()).filter(|&step| set[step]).collect();
        steps.iter().all(|&a| steps.iter().all(|&b| !reach[a][b]))
    };
    let sizes = subsets(needs.len()).filter(is_free).map(|set| set.iter().filter(|&&is_in| is_in).count());
    sizes.max().unwrap_or(0)
}

/// In every graph of up to 5 steps no cover has fewer paths.
#[test]
fn as_few_paths_as_can_be() {
    for steps in 0..=5 {
        for needs in graphs(steps, pairs_in_order(steps), &[EdgeKind::Result]) {
            assert_eq!(paths(&needs, &vec![false; steps], &[]).len(), width(&needs), "{needs:?}");
        }
    }
}

#[test]
fn users_of_a_field_share_a_path() {
    for steps in 0..=4 {
        for needs in graphs(steps, pairs_in_order(steps), &[EdgeKind::Result]) {
            for users in subsets(steps) {
                let field = Shared { users: (0..steps).filter(|&step| users[step]).collect(), exclusive: true };
                for clean_up in subsets(steps) {
                    paths(&needs, &clean_up, std::slice::from_ref(&field));
                }
            }
        }
    }
}

#[track_caller]
fn check(needs: &[(usize, usize)], clean_up: &[usize], fields: &[&[usize]], expected: &[&[usize]]) {
    let steps = expected.iter().map(|path| path.len()).sum();
    let mut graph = vec![Vec::new(); steps];
    for &(step, need) in needs {
        graph[step].push(Edge { step: need, kind: EdgeKind::Result });
    }
    let clean_up: Vec<bool> = (0..steps).map(|step| clean_up.contains(&step)).collect();
    let fields: Vec<_> = fields.iter().map(|users| Shared { users: users.to_vec(), exclusive: true }).collect();
    assert_eq!(paths(&graph, &clean_up, &fields), expected);
}

/// Power, two sensors on one bus, the radio, an announcement of it all.
#[test]
fn a_board() {
    check(&[(1, 0), (2, 0), (3, 0), (4, 1), (4, 2), (4, 3)], &[], &[&[1, 2]], &[&[0, 1, 2], &[3, 4]]);
}

/// Where 2 is skipped because of 1, 4 may start while 0 is in flight. So 2 does not go on after 0: the field's path would
/// be cut in two.
#[test]
fn a_field_is_worth_a_path() {
    check(&[(2, 0), (2, 1), (4, 3)], &[], &[&[2, 4]], &[&[0], &[1], &[2, 4], &[3]]);
}

/// After a stop the clean-up may start while 0 is in flight: it has a path of its own.
#[test]
fn a_clean_up_step_keeps_clear_of_what_may_still_run() {
    check(&[(1, 0), (2, 1)], &[2], &[], &[&[0, 1], &[2]]);
    check(&[(1, 0), (2, 1)], &[1, 2], &[], &[&[0, 1, 2]]);
}

/// A step between the users of a field goes between them.
#[test]
fn a_path_is_in_order() {
    check(&[(1, 0), (2, 1)], &[], &[&[0, 2]], &[&[0, 1, 2]]);
}

/// 1 takes two fields, and is on the path of the first; the users of the second follow it there, and do not go on after 2.
#[test]
fn a_field_follows_its_users() {
    check(&[(3, 2)], &[], &[&[0, 1], &[1, 3]], &[&[0, 1, 3], &[2]]);
}

/// Of two paths that would do, the one whose result is passed on.
#[test]
fn a_result_is_kept_on_its_path() {
    let edge = |step, kind| Edge { step, kind };
    let last = |a, b| vec![Vec::new(), Vec::new(), vec![edge(0, a), edge(1, b)]];
    let paths = |needs| paths(&needs, &[false; 3], &[]);
    assert_eq!(paths(last(EdgeKind::After, EdgeKind::Result)), [vec![0], vec![1, 2]]);
    assert_eq!(paths(last(EdgeKind::Result, EdgeKind::After)), [vec![0, 2], vec![1]]);
}
