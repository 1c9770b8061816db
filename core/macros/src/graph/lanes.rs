//! Which steps share a lane: the code of a lane needs memory for one step at a time.

use super::{Shared, Steps, apart::Apart};
use crate::model::EdgeKind;

/// Puts every step on one lane, each lane in `order`. All users of a field or a result that follow one another because one of
/// them changes it share a lane, unless steps take several such fields.
///
/// It goes through the steps once and puts each on the best lane that fits, so it does not always find the fewest lanes.
pub(super) fn cover(apart: &Apart, order: &[usize], shared: &[Shared]) -> Vec<Vec<usize>> {
    let chains: Vec<_> =
        shared.iter().filter(|shared| shared.is_exclusive()).map(|shared| chain(apart, order, shared)).collect();
    let mut position = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, &step)| position[step] = at);
    let groups = groups(order, &chains);
    let mut lanes: Vec<Vec<usize>> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let later = &groups[at + 1..];
        let fitting = lanes.iter_mut().filter(|lane| fits(apart, &position, lane, group));
        let best = fitting.max_by_key(|lane| {
            // Only the last step is compared: where no step can be skipped, what fits after it fits after those before it.
            let last = lane.last().map_or(&[][..], std::slice::from_ref);
            let others = later.iter().filter(|other| fits(apart, &position, last, other)).count();
            (shares_chain(&chains, lane, group), std::cmp::Reverse(others), passes_result(apart, lane, group))
        });
        match best {
            Some(lane) => lane.extend(group),
            None => lanes.push(group.clone()),
        }
    }
    for lane in &mut lanes {
        lane.sort_by_key(|&step| position[step]);
    }
    lanes
}

/// The users that follow one another. Those that only read what no later step changes are among them if they do so anyway.
fn chain(apart: &Apart, order: &[usize], shared: &Shared) -> Vec<usize> {
    let (mut chain, readers) = shared.in_order(order);
    let is_after_all = |(at, &later): (usize, &usize)| readers[..at].iter().all(|&one| apart.is_before(one, later));
    if readers.iter().enumerate().all(is_after_all) {
        chain.extend(readers);
    }
    chain
}

/// The steps of each chain, and every other step alone.
fn groups(order: &[usize], chains: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut grouped = Steps::new();
    let mut groups = Vec::new();
    for &step in order {
        if !grouped.insert(step) {
            continue;
        }
        let mut group = vec![step];
        if let Some(chain) = chains.iter().find(|chain| chain.contains(&step)) {
            group.extend(chain.iter().filter(|other| grouped.insert(**other)));
        }
        groups.push(group);
    }
    groups
}

/// Whether no step of the lane is ever in flight together with one of the group, and their order is always the same.
fn fits(apart: &Apart, position: &[usize], lane: &[usize], group: &[usize]) -> bool {
    lane.iter().all(|&one| {
        group.iter().all(|&other| {
            let (earlier, later) = if position[one] < position[other] { (one, other) } else { (other, one) };
            apart.is_before(earlier, later)
        })
    })
}

fn shares_chain(chains: &[Vec<usize>], lane: &[usize], group: &[usize]) -> bool {
    let has = |chain: &[usize], steps: &[usize]| steps.iter().any(|step| chain.contains(step));
    chains.iter().any(|chain| has(chain, lane) && has(chain, group))
}

fn passes_result(apart: &Apart, lane: &[usize], group: &[usize]) -> bool {
    let mut edges = group.iter().flat_map(|&step| &apart.needs[step]);
    edges.any(|edge| edge.kind == EdgeKind::Result && lane.contains(&edge.step))
}
