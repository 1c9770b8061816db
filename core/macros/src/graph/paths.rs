//! A cover of the steps by paths: the code of a path keeps room for one step at a time.

use super::{Shared, Steps, apart::Apart};
use crate::model::EdgeKind;

/// Every step on one path, each path in `order`. All users of a field that one takes by `&mut` are on one path, as far
/// as steps do not take several such fields.
///
/// Goes through the steps once and puts each on the best path that takes it; so the paths are not always the fewest.
pub(super) fn cover(apart: &Apart, order: &[usize], fields: &[Shared]) -> Vec<Vec<usize>> {
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, &step)| place[step] = at);
    let groups = groups(order, fields);
    let mut paths: Vec<Vec<usize>> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let later = &groups[at + 1..];
        let fitting = paths.iter_mut().filter(|path| fits(apart, &place, path, group));
        let best = fitting.max_by_key(|path| {
            // A look at its last step will do: where no step may be skipped over, it speaks for those before it.
            let last = path.last().map_or(&[][..], std::slice::from_ref);
            let others = later.iter().filter(|other| fits(apart, &place, last, other)).count();
            (shares_field(fields, path, group), std::cmp::Reverse(others), passes_result(apart, path, group))
        });
        match best {
            Some(path) => path.extend(group),
            None => paths.push(group.clone()),
        }
    }
    for path in &mut paths {
        path.sort_by_key(|&step| place[step]);
    }
    paths
}

/// The users of each field that one takes by `&mut`, and every other step by itself.
fn groups(order: &[usize], fields: &[Shared]) -> Vec<Vec<usize>> {
    let mut grouped = Steps::new();
    let mut groups = Vec::new();
    for &step in order {
        if !grouped.insert(step) {
            continue;
        }
        let mut group = vec![step];
        if let Some(field) = fields.iter().find(|field| field.exclusive && field.users.contains(&step)) {
            group.extend(order.iter().filter(|other| field.users.contains(other) && grouped.insert(**other)));
        }
        groups.push(group);
    }
    groups
}

/// Whether no two of these are ever in flight together, and always come in the same order.
fn fits(apart: &Apart, place: &[usize], path: &[usize], group: &[usize]) -> bool {
    path.iter().all(|&one| {
        group.iter().all(|&other| {
            let (earlier, later) = if place[one] < place[other] { (one, other) } else { (other, one) };
            apart.is_before(earlier, later)
        })
    })
}

fn shares_field(fields: &[Shared], path: &[usize], group: &[usize]) -> bool {
    let has = |field: &Shared, steps: &[usize]| steps.iter().any(|step| field.users.contains(step));
    fields.iter().any(|field| field.exclusive && has(field, path) && has(field, group))
}

fn passes_result(apart: &Apart, path: &[usize], group: &[usize]) -> bool {
    let mut edges = group.iter().flat_map(|&step| &apart.needs[step]);
    edges.any(|edge| edge.kind == EdgeKind::Result && path.contains(&edge.step))
}
