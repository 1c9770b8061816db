//! Tests that a text names.

use std::{fs, path::Path};

/// The tests that the last column of a table names, and that do not exist. The column lists entries with `;` between them:
/// a file, and after it tests in that file.
pub(crate) fn missing(markdown: &str, root: &Path) -> Vec<String> {
    let rows = markdown.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let columns = rows.filter_map(|row| row.rsplit_once(" | ")).map(|(_, last)| last);
    columns.flat_map(|column| column.split(';')).flat_map(|entry| missing_of(entry, root)).collect()
}

fn missing_of(entry: &str, root: &Path) -> Vec<String> {
    let Some((file, names)) = entry.split_once("`: ") else { return Vec::new() };
    let file = file.trim().trim_start_matches('`');
    let source = fs::read_to_string(root.join(file)).unwrap_or_default();
    let is_missing = |name: &&str| !source.contains(&format!("fn {name}("));
    names.split('`').skip(1).step_by(2).filter(is_missing).map(|name| format!("`{name}` in `{file}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_up_in_their_files() {
        let text =
            "| point | shown by |\n| --- | --- |\n| `a: b` | `tidy/shown.rs`: `missing`, `gone`; `tidy/none.rs`: `x` |";
        let expected = ["`gone` in `tidy/shown.rs`", "`x` in `tidy/none.rs`"];
        assert_eq!(missing(text, Path::new(env!("CARGO_MANIFEST_DIR"))), expected);
    }
}
