//! A set of small numbers whose lowest member is found in a few instructions: a hierarchical bitmap. The bottom layer
//! has one bit per number; each layer above has one bit per word below, set while that word is not zero, up to a single
//! word.

const BITS: usize = usize::BITS as usize;
/// Enough for 2^32 members with 32-bit words, and for 2^42 with 64-bit words.
const DEPTH: usize = 7;

/// How many words a set of numbers below `members` needs.
pub(crate) const fn words(members: usize) -> usize {
    let mut total = 0;
    let mut width = members;
    while width > 1 {
        width = width.div_ceil(BITS);
        total += width;
    }
    if total == 0 { 1 } else { total }
}

#[derive(Debug)]
pub(super) struct Bits<'s> {
    words: &'s mut [usize],
    /// The index of each layer's first word, the bottom layer first.
    layers: [u32; DEPTH],
    depth: u32,
}

impl<'s> Bits<'s> {
    /// Creates an empty set of numbers below `members` in words that the caller lends.
    pub(super) fn new(words: &'s mut [usize], members: usize) -> Self {
        let needed = self::words(members).min(words.len());
        let words = words.get_mut(..needed).unwrap_or_default();
        words.fill(0);
        // A single word, as most boards have, leaves nothing of this to be done at run time.
        let (mut layers, mut depth, mut width) = ([0; DEPTH], 1, members.div_ceil(BITS));
        let mut end = width;
        while width > 1
            && let Some(start) = layers.get_mut(depth as usize)
        {
            *start = end as u32;
            depth += 1;
            width = width.div_ceil(BITS);
            end += width;
        }
        Self { words, layers, depth }
    }

    #[inline]
    pub(super) fn insert(&mut self, member: usize) {
        let mut member = member;
        for &layer in self.layers.iter().take(self.depth as usize) {
            let Some(word) = self.words.get_mut(layer as usize + member / BITS) else { return };
            let was = *word;
            *word = was | 1 << (member % BITS);
            if was != 0 {
                return;
            }
            member /= BITS;
        }
    }

    #[inline]
    pub(super) fn remove(&mut self, member: usize) {
        let mut member = member;
        for &layer in self.layers.iter().take(self.depth as usize) {
            let Some(word) = self.words.get_mut(layer as usize + member / BITS) else { return };
            *word &= !(1 << (member % BITS));
            if *word != 0 {
                return;
            }
            member /= BITS;
        }
    }

    /// The lowest member that is at least `from`.
    #[inline]
    pub(super) fn first_from(&self, from: usize) -> Option<usize> {
        let mut from = from;
        for (depth, &layer) in self.layers.iter().enumerate().take(self.depth as usize) {
            let at = layer as usize + from / BITS;
            if at >= self.layer_end(depth) {
                return None;
            }
            let word = *self.words.get(at)? & (usize::MAX << (from % BITS));
            if word != 0 {
                return self.descend(depth, from / BITS * BITS + word.trailing_zeros() as usize);
            }
            from = from / BITS + 1;
        }
        None
    }

    /// The lowest member from `from` on that is not in `others`, which has a bit for each number up to the last of them.
    /// O(M / word size), where M is the number of members there may be.
    pub(super) fn first_beside(&self, others: &[usize], from: usize) -> Option<usize> {
        let others = others.iter().copied().chain(core::iter::repeat(0));
        let bottom = self.words.iter().zip(others).take(self.layer_end(0)).enumerate().skip(from / BITS);
        let mut left = bottom.filter_map(|(at, (word, others))| {
            let mask = if at == from / BITS { usize::MAX << (from % BITS) } else { usize::MAX };
            let beside = word & !others & mask;
            (beside != 0).then(|| at * BITS + beside.trailing_zeros() as usize)
        });
        left.next()
    }

    #[inline]
    fn descend(&self, depth: usize, found: usize) -> Option<usize> {
        let mut found = found;
        for &layer in self.layers.get(..depth)?.iter().rev() {
            let word = *self.words.get(layer as usize + found)?;
            found = found * BITS + word.trailing_zeros() as usize;
        }
        Some(found)
    }

    fn layer_end(&self, depth: usize) -> usize {
        let above = depth + 1;
        if above < self.depth as usize {
            self.layers.get(above).map_or(0, |&end| end as usize)
        } else {
            self.words.len()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::vec;

    #[test]
    fn agrees_with_a_tree_set() {
        for members in [1, 2, 63, 64, 65, 4095, 4096, 4097, 300_000] {
            let mut store = vec![usize::MAX; words(members)];
            let mut bits = Bits::new(&mut store, members);
            let mut tree = BTreeSet::new();
            let mut seed = members as u64;
            for round in 0..4_000 {
                seed = crate::policy::random(seed, round);
                let x = (seed >> 8) as usize % members;
                if seed.is_multiple_of(2) {
                    bits.insert(x);
                    tree.insert(x);
                } else {
                    let from = tree.range(x..).next().copied();
                    assert_eq!(bits.first_from(x), from);
                    if let Some(y) = from {
                        bits.remove(y);
                        tree.remove(&y);
                    }
                }
                assert_eq!(bits.first_from(0), tree.first().copied());
            }
        }
    }

    #[test]
    fn numbers_out_of_range_do_nothing() {
        let mut store = [0; 1];
        let mut bits = Bits::new(&mut store, 3);
        bits.insert(1_000_000);
        bits.remove(usize::MAX);
        assert_eq!(bits.first_from(usize::MAX), None);
        assert_eq!(bits.first_from(0), None);
    }
}
