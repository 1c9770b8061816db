use super::super::{cycle::*, order::topological, rows::Rows};
use super::space::{Needs, graphs, pairs, reach};
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
                assert_eq!(path.len(), shortest(path[0], &needs), "{needs:?} {path:?}");
            }
        }
    }
}

/// In every graph of up to 4 steps, what a pipeline at run time is told: one true cycle if there is any, a shortest one
/// through its first step.
#[test]
fn one_cycle_if_there_is_any() {
    for steps in 0..=4 {
        for needs in graphs(steps, pairs(steps), &[EdgeKind::Result]) {
            let rows = Rows::new(&needs);
            let (mut missing, mut order, mut path) = (vec![0; steps], vec![0; steps], vec![0; steps]);
            let placed = rungs_scheduler::topological(rows.edges(), rows.inverted().edges(), &mut missing, &mut order);
            let length = rungs_scheduler::find_cycle(rows.edges(), &mut missing, &mut path);
            assert_eq!(length == 0, placed == steps, "{needs:?}");
            let Some(&first) = path[..length].first() else { continue };
            let next = path[1..length].iter().chain([&first]);
            for (&step, &next) in path[..length].iter().zip(next) {
                assert!(needs[step as usize].iter().any(|edge| edge.step == next as usize), "{needs:?} {path:?}");
            }
            assert_eq!(length, shortest(first as usize, &needs), "{needs:?} {path:?}");
        }
    }
}

/// How many steps one has to take from a step along needs to come back to it.
fn shortest(first: usize, needs: &Needs) -> usize {
    let mut at = vec![false; needs.len()];
    at[first] = true;
    let mut taken = 0;
    while taken == 0 || !at[first] {
        let leads_to = |step| (0..needs.len()).any(|from| at[from] && needs[from].iter().any(|edge| edge.step == step));
        at = (0..needs.len()).map(leads_to).collect();
        taken += 1;
    }
    taken
}

#[test]
fn a_step_that_needs_itself_is_a_cycle_of_one() {
    let needs = vec![vec![crate::model::Edge { step: 0, kind: EdgeKind::After }]];
    assert_eq!(cycles(&needs), [Cycle { path: vec![0], closed_by: 0 }]);
}
