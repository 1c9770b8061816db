use super::super::{cycle::*, order::topological};
use super::space::{graphs, pairs, reach};
use crate::model::EdgeKind;

/// In every graph of up to 4 steps: one true cycle for each knot, from its first step on, and none else.
#[test]
fn one_shortest_cycle_for_each_knot() {
    for steps in 0..=4 {
        for needs in graphs(steps, pairs(steps), &[EdgeKind::Result]) {
            let reach = reach(&needs);
            let first_of_knot =
                |&step: &usize| reach[step][step] && (0..step).all(|other| !(reach[step][other] && reach[other][step]));
            let firsts: Vec<usize> = (0..steps).filter(first_of_knot).collect();
            let cycles = cycles(&needs);
            assert_eq!(cycles.iter().map(|cycle| cycle.path[0]).collect::<Vec<_>>(), firsts, "{needs:?}");
            assert_eq!(cycles.is_empty(), topological(&needs).len() == steps, "{needs:?}");
            for Cycle { path, closed_by } in cycles {
                let links = path.windows(2).all(|link| needs[link[0]].iter().any(|edge| edge.step == link[1]));
                assert!(links, "{needs:?} {path:?}");
                assert_eq!(needs[path[path.len() - 1]][closed_by].step, path[0], "{needs:?} {path:?}");
                assert!((0..steps).all(|step| path.iter().filter(|&&other| other == step).count() <= 1));
            }
        }
    }
}

#[test]
fn a_step_that_needs_itself_is_a_cycle_of_one() {
    let needs = vec![vec![crate::model::Edge { step: 0, kind: EdgeKind::After }]];
    assert_eq!(cycles(&needs), [Cycle { path: vec![0], closed_by: 0 }]);
}
