//! The order of undos, for all small graphs.

use crate::{
    graph::{complete, reversed},
    model::{Edge, EdgeKind, When},
};

/// All pairs of a later thing and an earlier one, directly or not.
fn closed(mut is_after: Vec<Vec<bool>>) -> Vec<Vec<bool>> {
    let all = 0..is_after.len();
    for through in all.clone() {
        for later in all.clone() {
            for earlier in all.clone() {
                is_after[later][earlier] |= is_after[later][through] && is_after[through][earlier];
            }
        }
    }
    is_after
}

fn matrix(needs: &[Vec<Edge>]) -> Vec<Vec<bool>> {
    let is_after = |row: &Vec<Edge>| (0..needs.len()).map(|step| row.iter().any(|edge| edge.step == step)).collect();
    needs.iter().map(is_after).collect()
}

#[test]
fn each_undo_follows_exactly_those_of_what_came_after_its_step() {
    let mut cases = 0;
    for steps in 1..=4_usize {
        let pairs: Vec<_> = (0..steps).flat_map(|to| (0..to).map(move |from| (from, to))).collect();
        for edges in 0..1_usize << pairs.len() {
            let mut needs = vec![Vec::new(); steps];
            for (at, (from, to)) in pairs.iter().enumerate().filter(|(at, _)| edges >> at & 1 == 1) {
                let kind = [EdgeKind::Result, EdgeKind::After, EdgeKind::Order, EdgeKind::AfterAll][at % 4];
                needs[*to].push(Edge { step: *from, kind });
            }
            let order: Vec<usize> = (0..steps).collect();
            let is_after = closed(matrix(&needs));
            for undos in 1..1_usize << steps {
                let undone: Vec<usize> = order.iter().rev().copied().filter(|step| undos >> step & 1 == 1).collect();
                let rows = reversed(&needs, &order, &undone);
                let waits = closed(matrix(&rows));
                for (undo, step) in undone.iter().enumerate() {
                    for (other, later) in undone.iter().enumerate() {
                        assert_eq!(waits[undo][other], is_after[*later][*step], "{needs:?} {undone:?} {rows:?}");
                    }
                    // No edge follows from the others.
                    for edge in &rows[undo] {
                        assert!(rows[undo].iter().all(|other| !waits[other.step][edge.step]), "{rows:?}");
                    }
                }
                let rules = vec![When::AllDone; undone.len()];
                let (graph, _) = complete(rows.clone(), &rules, &[]);
                assert_eq!((graph.order.len(), graph.needs), (undone.len(), rows));
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 1 + 2 * 3 + 8 * 7 + 64 * 15);
}
