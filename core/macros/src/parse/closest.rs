//! The name that a misspelled one may stand for.

/// The known name that is closest to this one, if it is close enough to be a typing error.
pub(super) fn closest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // One slip in three letters; more would suggest `fetch` to those who wrote `stretch`.
    let most = (name.chars().count() / 3).max(1);
    let near = known.into_iter().map(|other| (slips(name, other), other));
    near.filter(|(slips, other)| *slips <= most && *slips < other.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, other)| other)
}

/// How many letters must be added, left out, changed or swapped with their neighbour to turn one name into the other:
/// the optimal string alignment distance.
fn slips(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let changed = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(slips(from, to), expected, "{from} {to}");
            assert_eq!(slips(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn suggests_the_nearest_of_those_that_are_near() {
        let known = ["power", "tower", "imu", "i2c", "a"];
        let closest = |name| closest(name, known);
        assert_eq!(closest("powr"), Some("power"));
        assert_eq!(closest("towr"), Some("tower"));
        assert_eq!(closest("_power"), Some("power"));
        assert_eq!(closest("ium"), Some("imu"));
        assert_eq!(closest("radio"), None);
        assert_eq!(closest("b"), None, "one slip makes any name of one letter of any other");
    }
}
