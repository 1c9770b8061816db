//! Which priorities are ready: a set, with its lowest member at hand while there is just one.

use super::bits::Bits;

const NONE: usize = usize::MAX;

/// In a chain there is never more than one ready step, and no word of the set need be touched.
#[derive(Debug)]
pub(super) struct Ready<'s> {
    /// Lower than all in `bits`, or `NONE`.
    front: usize,
    bits: Bits<'s>,
    in_bits: usize,
}

impl<'s> Ready<'s> {
    pub(super) fn new(words: &'s mut [usize], priorities: usize) -> Self {
        Self { front: NONE, bits: Bits::new(words, priorities), in_bits: 0 }
    }

    /// Adds a place that is not in the set.
    #[inline]
    pub(super) fn insert(&mut self, place: usize) {
        let mut place = place;
        if place < self.front {
            if self.front == NONE && self.in_bits > 0 {
                return self.insert_bit(place);
            }
            core::mem::swap(&mut place, &mut self.front);
            if place == NONE {
                return;
            }
        }
        self.insert_bit(place);
    }

    /// Takes a place out that is in the set.
    #[inline]
    pub(super) fn remove(&mut self, place: usize) {
        if place == self.front {
            self.front = NONE;
        } else {
            self.bits.remove(place);
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

    /// The lowest place that is not below `from`.
    pub(super) fn first_from(&self, from: usize) -> Option<usize> {
        if self.front != NONE && self.front >= from { Some(self.front) } else { self.bits.first_from(from) }
    }

    fn insert_bit(&mut self, place: usize) {
        self.bits.insert(place);
        self.in_bits += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, vec};

    #[test]
    fn agrees_with_a_tree_set() {
        for priorities in [1, 5, 64, 200, 5_000] {
            let mut words = vec![0; super::super::bits::words(priorities)];
            let mut ready = Ready::new(&mut words, priorities);
            let mut tree = BTreeSet::new();
            let mut seed = 1;
            for round in 0..20_000 {
                seed = crate::policy::random(seed, round);
                let place = (seed >> 8) as usize % priorities;
                if tree.remove(&place) {
                    ready.remove(place);
                } else if seed.is_multiple_of(3) {
                    ready.insert(place);
                    tree.insert(place);
                }
                assert_eq!(ready.first(), tree.first().copied());
                assert_eq!(ready.first_from(place), tree.range(place..).next().copied());
            }
        }
    }
}
