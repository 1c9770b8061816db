//! The set of ready steps, by priority index. While there is just one, it is kept outside of the bitmap.

use super::bits::Bits;

const NONE: usize = usize::MAX;

/// In a chain there is never more than one ready step, so the bitmap is never touched.
#[derive(Debug)]
pub(super) struct Ready<'s> {
    /// A member below all members of `bits`, or `NONE`.
    front: usize,
    bits: Bits<'s>,
    in_bits: usize,
}

impl<'s> Ready<'s> {
    pub(super) fn new(words: &'s mut [usize], priorities: usize) -> Self {
        Self { front: NONE, bits: Bits::new(words, priorities), in_bits: 0 }
    }

    /// Adds a priority that is not in the set.
    #[inline]
    pub(super) fn insert(&mut self, priority: usize) {
        let mut priority = priority;
        if priority < self.front {
            if self.front == NONE && self.in_bits > 0 {
                return self.insert_bit(priority);
            }
            core::mem::swap(&mut priority, &mut self.front);
            if priority == NONE {
                return;
            }
        }
        self.insert_bit(priority);
    }

    /// Removes a priority that is in the set.
    #[inline]
    pub(super) fn remove(&mut self, priority: usize) {
        if priority == self.front {
            self.front = NONE;
        } else {
            self.bits.remove(priority);
            self.in_bits = self.in_bits.saturating_sub(1);
        }
    }

    #[inline]
    pub(super) fn first(&self) -> Option<usize> {
        if self.front != NONE {
            Some(self.front)
        } else if self.in_bits > 0 {
            self.bits.first_from(0)
        } else {
            None
        }
    }

    /// The lowest priority that is at least `from`.
    pub(super) fn first_from(&self, from: usize) -> Option<usize> {
        if self.front != NONE && self.front >= from { Some(self.front) } else { self.bits.first_from(from) }
    }

    /// The lowest priority from `from` on that is not in `others`, which has a bit for each priority up to the last of them.
    pub(super) fn first_beside(&self, others: &[usize], from: usize) -> Option<usize> {
        let bits = usize::BITS as usize;
        let is_other =
            |priority: usize| others.get(priority / bits).is_some_and(|word| word >> (priority % bits) & 1 == 1);
        if self.front != NONE && self.front >= from && !is_other(self.front) {
            Some(self.front)
        } else if self.in_bits > 0 {
            self.bits.first_beside(others, from)
        } else {
            None
        }
    }

    fn insert_bit(&mut self, priority: usize) {
        self.bits.insert(priority);
        self.in_bits += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, vec};

    const BITS: usize = usize::BITS as usize;

    #[test]
    fn agrees_with_a_tree_set() {
        for priorities in [1, 5, 64, 200, 5_000] {
            let mut words = vec![0; super::super::bits::words(priorities)];
            let mut ready = Ready::new(&mut words, priorities);
            let mut tree = BTreeSet::new();
            // None beyond the middle.
            let mut others = vec![0_usize; priorities.div_ceil(2 * BITS)];
            let mut seed = 1;
            for round in 0..20_000 {
                seed = crate::policy::random(seed, round);
                let priority = (seed >> 8) as usize % priorities;
                if tree.remove(&priority) {
                    ready.remove(priority);
                } else if seed.is_multiple_of(3) {
                    ready.insert(priority);
                    tree.insert(priority);
                }
                if let Some(word) = others.get_mut(priority / BITS).filter(|_| round % 3 == 0) {
                    *word ^= 1 << (priority % BITS);
                }
                let is_other =
                    |other: &usize| others.get(other / BITS).is_some_and(|word| word >> (other % BITS) & 1 == 1);
                let beside = tree.range(priority / 2..).copied().find(|other| !is_other(other));
                assert_eq!(ready.first_beside(&others, priority / 2), beside);
                assert_eq!(ready.first(), tree.first().copied());
                assert_eq!(ready.first_from(priority), tree.range(priority..).next().copied());
            }
        }
    }
}
