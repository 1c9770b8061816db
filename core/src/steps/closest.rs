//! The name that a misspelled one may stand for.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// How many names, and letters of two names with each other, may be compared for a whole plan: so much takes some ten
/// milliseconds.
const MOST_WORK: usize = 1_000_000;
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
    let name: Vec<char> = name.chars().collect();
    if name.len() > LONGEST {
        return None;
    }
    // One slip in three letters; more would suggest `fetch` to those who wrote `stretch`.
    let most = (name.len() / 3).max(1);
    let (mut letters, mut rows) = (Vec::new(), Rows::default());
    let mut best: Option<(usize, &str)> = None;
    for other in known {
        letters.clear();
        letters.extend(other.chars().take(LONGEST + 1));
        let is_near = letters.len() <= LONGEST && letters.len().abs_diff(name.len()) <= most;
        let (a, b) = if is_near { differing(&name, &letters) } else { (&[][..], &[][..]) };
        *work_left = work_left.saturating_sub(1 + a.len() * b.len());
        if *work_left == 0 {
            break;
        }
        if !is_near {
            continue;
        }
        let slips = rows.slips(a, b);
        if slips <= most && slips < letters.len() && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, other));
            if slips <= 1 {
                break;
            }
        }
    }
    best.map(|(_, other)| other)
}

/// What is left of two names without the letters that both begin and end with.
fn differing<'n>(a: &'n [char], b: &'n [char]) -> (&'n [char], &'n [char]) {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    let same = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (a.get(..a.len() - same).unwrap_or_default(), b.get(..b.len() - same).unwrap_or_default())
}

/// The rows of the table by which slips are counted: the one before the last, the last, and the current one.
#[derive(Default)]
struct Rows([Vec<usize>; 3]);

impl Rows {
    /// How many letters must be added, left out, changed or swapped with their neighbour to turn one name into the
    /// other: the optimal string alignment distance. O(letters of one times letters of the other).
    fn slips(&mut self, from: &[char], to: &[char]) -> usize {
        let [before_last, last, row] = &mut self.0;
        last.clear();
        last.extend(0..=to.len());
        let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(0);
        for (i, &a) in from.iter().enumerate() {
            row.clear();
            row.push(i + 1);
            for (j, &b) in to.iter().enumerate() {
                let changed = at(last, j) + usize::from(a != b);
                let mut least = changed.min(at(last, j + 1) + 1).min(at(row, j) + 1);
                let are_swapped = i > 0 && j > 0 && from.get(i - 1) == Some(&b) && to.get(j - 1) == Some(&a);
                if are_swapped {
                    least = least.min(at(before_last, j - 1) + 1);
                }
                row.push(least);
            }
            core::mem::swap(before_last, last);
            core::mem::swap(last, row);
        }
        last.last().copied().unwrap_or(0)
    }
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
            ("aab", "ab", 1),
            ("fetch users", "fetch_usres", 2),
        ] {
            let [from, to]: [Vec<char>; 2] = [from, to].map(|name| name.chars().collect());
            let mut rows = Rows::default();
            let (a, b) = differing(&from, &to);
            let all = [rows.slips(&from, &to), rows.slips(&to, &from), rows.slips(a, b), rows.slips(b, a)];
            assert_eq!(all, [expected; 4], "{from:?} {to:?}");
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
        let known: Vec<String> = (0..30_000).map(|n| format!("step number {n}")).collect();
        let mut suggestions = Suggestions::new();
        let looked_for = (0..30_000).map(|n| format!("stop numbers {n}"));
        let found = looked_for.filter(|name| suggestions.find(name, || known.iter().map(|name| &**name)).is_some());
        assert!((1..1_000).contains(&found.count()));
    }
}
