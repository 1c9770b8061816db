//! The rules that hold between files: arrows that the table allows, and no circles.

use crate::{
    circles::{self, Arrows},
    table::Table,
    tree::{Arrow, Tree},
};
use std::collections::BTreeSet;

/// The arrows that the table does not allow, without those between layers that are known; and known ones that are gone.
pub(crate) fn violations(table: &Table, tree: &Tree, known: &[(&str, &str)]) -> Vec<String> {
    let layer = |file: &str| table.layer_of(file);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for Arrow { from: file, line, to: used } in tree.arrows() {
        // `outside` tells of files without a layer.
        let (Some(from), Some(to)) = (layer(&file), layer(&used)) else { continue };
        let pair = (from.name.as_str(), to.name.as_str());
        if from.allows(to) {
            continue;
        }
        seen.insert(pair);
        if !known.contains(&pair) {
            wrong.push(format!("{file}:{line} uses {used}, but `{}` may not use `{}`", pair.0, pair.1));
        }
    }
    let gone = known.iter().filter(|pair| !seen.contains(*pair));
    wrong.extend(gone.map(|(from, to)| format!("`{from}` no longer uses `{to}`: take it out of the known ones")));
    wrong
}

/// The files that no row of the table holds.
pub(crate) fn outside(table: &Table, tree: &Tree) -> Vec<String> {
    let outside = tree.files.iter().filter(|file| table.layer_of(&file.path).is_none());
    outside.map(|file| format!("{}: no row of the table holds it", file.path)).collect()
}

/// The circles between files, without those that are known; and those known ones that are gone.
///
/// What a module's own file defines may be used below it: methods of a type that stands in `mod.rs` lie in the files
/// beside it, by subject. A folder is one thing to this rule, and its files are held apart by arrows among themselves.
pub(crate) fn circles(tree: &Tree, known: &[&[&str]]) -> Vec<String> {
    let arrows = tree.arrows();
    let mut graph = Arrows::new();
    for arrow in arrows.iter().filter(|arrow| !is_above(&arrow.to, &arrow.from)) {
        graph.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let found = circles::circles(&graph);
    let new = found.iter().filter(|circle| !known.contains(&circle.as_slice()));
    let gone = known.iter().filter(|&&known| !found.iter().any(|circle| circle == known));
    let gone = gone.map(|circle| format!("no longer a circle, take it out of the known ones: {}", circle.join(", ")));
    let lines = |circle: &[&str]| {
        let arrows = arrows.iter().filter(|arrow| !is_above(&arrow.to, &arrow.from));
        let inside = arrows.filter(|arrow| circle.contains(&&*arrow.from) && circle.contains(&&*arrow.to));
        inside.map(|arrow| format!("\n    {}:{} uses {}", arrow.from, arrow.line, arrow.to)).collect::<String>()
    };
    new.map(|circle| format!("a circle:{}", lines(circle))).chain(gone).collect()
}

/// Whether a file is the `mod.rs` of a folder that another lies in.
fn is_above(module: &str, file: &str) -> bool {
    module.strip_suffix("mod.rs").is_some_and(|folder| file.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATES: &[(&str, &str)] = &[("c", "c")];
    const TABLE: &str = "\
| layer | where | what | may use |
| --- | --- | --- | --- |
| low | `c/low` | .. | nothing |
| high | `c/high.rs` | .. | low |
";

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree::new(CRATES, files.iter().copied())
    }

    fn table() -> Table {
        Table::parse(TABLE).unwrap()
    }

    #[test]
    fn an_arrow_upwards_is_told_with_its_line_and_layers() {
        let tree = tree(&[("c/low/a.rs", "\nuse crate::high::H;"), ("c/high.rs", "use crate::low::a::A;")]);
        assert_eq!(violations(&table(), &tree, &[]), ["c/low/a.rs:2 uses c/high.rs, but `low` may not use `high`"]);
        assert_eq!(violations(&table(), &tree, &[("low", "high")]), [""; 0]);
    }

    #[test]
    fn a_known_arrow_that_is_gone_is_told() {
        let tree = tree(&[("c/low/a.rs", ""), ("c/high.rs", "use crate::low::a::A;")]);
        assert_eq!(
            violations(&table(), &tree, &[("low", "high")]),
            ["`low` no longer uses `high`: take it out of the known ones"]
        );
    }

    #[test]
    fn a_module_that_the_table_does_not_know_is_told() {
        let tree = tree(&[("c/low/a.rs", ""), ("c/new.rs", "")]);
        assert_eq!(outside(&table(), &tree), ["c/new.rs: no row of the table holds it"]);
    }

    #[test]
    fn a_circle_within_a_layer_is_told_and_one_that_is_gone() {
        let circle: &[&str] = &["c/low/a.rs", "c/low/b.rs"];
        let tree = tree(&[("c/low/a.rs", "use super::b::B;"), ("c/low/b.rs", "fn f() { super::a::g() }")]);
        let told = "a circle:\n    c/low/a.rs:1 uses c/low/b.rs\n    c/low/b.rs:1 uses c/low/a.rs";
        assert_eq!(circles(&tree, &[]), [told]);
        assert_eq!(circles(&tree, &[circle]), [""; 0]);
        let told = circles(&Tree::default(), &[circle]);
        assert!(told[0].starts_with("no longer a circle"), "{told:?}");
    }

    #[test]
    fn a_folders_own_file_may_be_used_below_it() {
        let tree =
            tree(&[("c/low/mod.rs", "mod a; use a::A; pub struct M(A);"), ("c/low/a.rs", "use super::M; impl M {}")]);
        assert_eq!(circles(&tree, &[]), [""; 0]);
    }
}
