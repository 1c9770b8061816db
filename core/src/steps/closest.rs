//! The name that a misspelled one may stand for.

use alloc::{collections::BTreeMap, string::String, vec, vec::Vec};

/// How many letters may be compared for all names of a plan together: so much takes some ten milliseconds.
const MOST_WORK: usize = 4_000_000;
/// Longer names are not compared letter by letter.
const LONGEST: usize = 200;

/// Looks for the known names that are closest to unknown ones, until it has compared so many letters.
pub(crate) struct Suggestions {
    work_left: usize,
    found: BTreeMap<String, Option<String>>,
}

impl Suggestions {
    pub(crate) const fn new() -> Self {
        Self { work_left: MOST_WORK, found: BTreeMap::new() }
    }

    /// The known name that is closest to this one, if it is close enough to be a typing error.
    pub(crate) fn find<'n, I: Iterator<Item = &'n str>>(
        &mut self,
        name: &str,
        known: impl FnOnce() -> I,
    ) -> Option<String> {
        if let Some(found) = self.found.get(name) {
            return found.clone();
        }
        let found = closest(name, known(), &mut self.work_left).map(String::from);
        if self.work_left > 0 {
            self.found.insert(name.into(), found.clone());
        }
        found
    }
}

fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>, work_left: &mut usize) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let letters: Vec<char> = name.chars().collect();
    // One slip in three letters; more would suggest `fetch` to those who wrote `stretch`.
    let most = (letters.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for other in known {
        let length = other.chars().take(LONGEST + 1).count();
        let is_near = length <= LONGEST && length.abs_diff(letters.len()) <= most;
        *work_left = work_left.saturating_sub(if is_near { length * letters.len() } else { 1 });
        if *work_left == 0 {
            break;
        }
        if !is_near {
            continue;
        }
        let slips = slips(&letters, &other.chars().collect::<Vec<_>>());
        if slips <= most && slips < length && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, other));
            if slips <= 1 {
                break;
            }
        }
    }
    best.map(|(_, other)| other)
}

/// How many letters must be added, left out, changed or swapped with their neighbour to turn one name into the other:
/// the optimal string alignment distance. O(letters of one times letters of the other).
fn slips(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, &a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in to.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&last, j) + usize::from(a != b);
            let mut least = changed.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let are_swapped = i > 0 && j > 0 && from.get(i - 1) == Some(&b) && to.get(j - 1) == Some(&a);
            if are_swapped {
                least = least.min(at(&before_last, j - 1) + 1);
            }
            row.push(least);
        }
        before_last = core::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn counts_slips() {
        for (from, to, expected) in [
            ("", "", 0),
            ("power", "power", 0),
            ("powr", "power", 1),
            ("pwoer", "power", 1),
            ("imu", "power", 5),
            ("", "ab", 2),
        ] {
            let [from, to]: [Vec<char>; 2] = [from, to].map(|name| name.chars().collect());
            assert_eq!(slips(&from, &to), expected, "{from:?} {to:?}");
            assert_eq!(slips(&to, &from), expected, "{to:?} {from:?}");
        }
    }

    #[test]
    fn suggests_the_nearest_of_those_that_are_near() {
        let known = ["power", "tower", "imu", "i2c", "a"];
        let mut suggestions = Suggestions::new();
        let mut closest = |name| suggestions.find(name, || known.into_iter());
        assert_eq!(closest("powr").as_deref(), Some("power"));
        assert_eq!(closest("towr").as_deref(), Some("tower"));
        assert_eq!(closest("_power").as_deref(), Some("power"));
        assert_eq!(closest("ium").as_deref(), Some("imu"));
        assert_eq!(closest("radio"), None);
        assert_eq!(closest("b"), None, "one slip makes any name of one letter of any other");
    }

    #[test]
    fn the_work_is_bounded() {
        let known: Vec<String> = (0..3_000).map(|n| format!("step number {n}")).collect();
        let mut suggestions = Suggestions::new();
        let looked_for = (0..3_000).map(|n| format!("stop number {n}"));
        let found = looked_for.filter(|name| suggestions.find(name, || known.iter().map(|name| &**name)).is_some());
        assert!((1..20).contains(&found.count()));
    }
}
