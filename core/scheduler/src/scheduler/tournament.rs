//! Tournaments of classes: binary trees in which each inner node holds the winner of the two below. A tree of n leaves has
//! 2n entries, the root at index 1 and the leaves in the second half.

/// No class, no rank, no place in a queue.
pub(super) const NONE: u32 = u32::MAX;

/// Writes a leaf of a tournament, and who wins above it.
pub(super) fn put(tree: &mut [u32], leaf: usize, class: u32, heads: &[u32]) {
    let mut node = tree.len() / 2 + leaf;
    let Some(entry) = tree.get_mut(node) else { return };
    *entry = class;
    while node > 1 {
        node /= 2;
        let (Some(&left), Some(&right)) = (tree.get(2 * node), tree.get(2 * node + 1)) else { return };
        if let Some(entry) = tree.get_mut(node) {
            *entry = earlier(left, right, heads);
        }
    }
}

/// Who wins among the first leaves of a tournament.
pub(super) fn winner(tree: &[u32], leaves: usize, heads: &[u32]) -> u32 {
    let (mut from, mut to, mut best) = (tree.len() / 2, tree.len() / 2 + leaves, NONE);
    let at = |node: usize| tree.get(node).copied().unwrap_or(NONE);
    while from < to {
        if from % 2 == 1 {
            best = earlier(best, at(from), heads);
            from += 1;
        }
        if to % 2 == 1 {
            to -= 1;
            best = earlier(best, at(to), heads);
        }
        (from, to) = (from / 2, to / 2);
    }
    best
}

/// Which of two classes has the first ready step of lower rank.
fn earlier(a: u32, b: u32, heads: &[u32]) -> u32 {
    let head = |class: u32| heads.get(class as usize).copied().unwrap_or(NONE);
    if head(b) < head(a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn the_lowest_head_among_the_first_leaves_wins() {
        let mut seed = 1;
        for leaves in [1, 2, 3, 5, 8, 13, 64] {
            let (mut tree, mut heads) = (vec![NONE; 2 * leaves], vec![NONE; leaves]);
            for round in 0..500 {
                seed = crate::policy::random(seed, round);
                let leaf = (seed >> 8) as usize % leaves;
                let waits = !seed.is_multiple_of(3);
                heads[leaf] = if waits { (seed >> 40) as u32 } else { NONE };
                put(&mut tree, leaf, if waits { leaf as u32 } else { NONE }, &heads);
                for first in 0..=leaves {
                    let lowest = (0..first).filter(|&leaf| heads[leaf] != NONE).min_by_key(|&leaf| heads[leaf]);
                    assert_eq!(winner(&tree, first, &heads), lowest.map_or(NONE, |leaf| leaf as u32));
                }
                assert_eq!(winner(&tree, leaves, &heads), tree[1]);
            }
        }
    }
}
