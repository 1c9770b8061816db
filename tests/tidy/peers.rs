//! `tests/PEERS.md`: what it names exists.

use std::{collections::BTreeMap, fs, path::Path};

/// What is wrong with the page: a test that is not in its file, or a row that is not in the guide.
pub(crate) fn wrong(root: &Path) -> Vec<String> {
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let (page, instead) = (read("tests/PEERS.md"), read("core/src/guide/instead.md"));
    let mut files = BTreeMap::new();
    let rows = page.lines().filter(|line| line.starts_with("| ")).skip(2);
    let mut wrong = Vec::new();
    for row in rows {
        let Some(met) = row.split(" | ").nth(2) else { continue };
        let names: Vec<_> = met.split('`').skip(1).step_by(2).collect();
        if names.is_empty() {
            wrong.push(format!("nothing meets: {row}"));
        }
        for name in names {
            let is_there = if met.starts_with("instead: ") {
                instead.contains(&format!("| {name}"))
            } else {
                let (file, test) = name.split_once("::").unwrap_or((name, ""));
                let text = files.entry(file.to_owned()).or_insert_with(|| read(file));
                if test.is_empty() { !text.is_empty() } else { text.contains(&format!("fn {test}(")) }
            };
            if !is_there {
                wrong.push(format!("`{name}` is not there"));
            }
        }
    }
    wrong
}
