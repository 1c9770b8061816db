//! The files of some crates, and which of them uses which.
//!
//! A path is followed to the file that defines what it names: a `mod.rs` that passes a name on is not used by those who
//! take the name from there, and does not use the file that it takes it from unless it also uses the name itself.

use crate::source::{Mention, Source};
use std::collections::{BTreeMap, BTreeSet};

/// A module: its crate, and its path from the crate's root.
type Module = (String, Vec<String>);

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) source: Source,
    module: Module,
}

/// One file uses another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) line: usize,
    pub(crate) to: String,
}

#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    /// Where each module stands; for an inline module the file around it.
    modules: BTreeMap<Module, String>,
    /// What each module names by a `use` line: the module that the line stands in, and its path.
    names: BTreeMap<(Module, String), Mention>,
}

/// Names that pass through more re-exports than this are taken for a mistake of ours.
const LONGEST_CHAIN: usize = 16;

impl Tree {
    /// Reads the files of some crates: for each its name and folder, and for each file its path and text. Unit tests in
    /// files of their own are left out.
    pub(crate) fn new<'a>(crates: &[(&str, &str)], files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            let Some(module) = module_of(crates, path) else { continue };
            if !module.1.iter().any(|name| name == "tests") {
                tree.files.push(File { path: path.to_owned(), source: Source::parse(text), module });
            }
        }
        for file in &tree.files {
            tree.modules.insert(file.module.clone(), file.path.clone());
            for inline in &file.source.inline_modules {
                tree.modules.insert(inside(&file.module, inline), file.path.clone());
            }
            for import in &file.source.imports {
                if let Some(name) = &import.name {
                    let module = inside(&file.module, &import.mention.inline);
                    tree.names.insert((module, name.clone()), import.mention.clone());
                }
            }
        }
        tree
    }

    /// Every use of one file by another, in the order of the files.
    pub(crate) fn arrows(&self) -> Vec<Arrow> {
        self.files.iter().flat_map(|file| self.arrows_of(file)).collect()
    }

    fn arrows_of(&self, file: &File) -> Vec<Arrow> {
        let source = &file.source;
        let passed_on = |name: &Option<String>| name.as_ref().is_some_and(|name| !source.identifiers.contains(name));
        let imports = source.imports.iter().filter(|import| !import.is_reexport || !passed_on(&import.name));
        let mentions = imports.map(|import| &import.mention).chain(&source.paths);
        let mut seen = BTreeSet::new();
        let targets = mentions.filter_map(|mention| Some((mention.line, self.file_of(&file.module, mention)?)));
        let arrows = targets.filter(|(_, to)| **to != *file.path && seen.insert(*to));
        arrows.map(|(line, to)| Arrow { from: file.path.clone(), line, to: to.to_owned() }).collect()
    }

    /// The file that defines what a path names; none for what is defined outside of these crates.
    fn file_of(&self, module: &Module, mention: &Mention) -> Option<&str> {
        self.follow(&inside(module, &mention.inline), &mention.segments, LONGEST_CHAIN)
    }

    fn follow(&self, module: &Module, segments: &[String], links_left: usize) -> Option<&str> {
        let (mut at, mut rest) = self.head(module, segments)?;
        while let [name, others @ ..] = rest {
            let child = inside(&at, std::slice::from_ref(name));
            if self.modules.contains_key(&child) {
                (at, rest) = (child, others);
                continue;
            }
            if let Some(import) = self.names.get(&(at.clone(), name.clone())) {
                let chained = [&import.segments[..], others].concat();
                let next = links_left.checked_sub(1).and_then(|left| self.follow(&at, &chained, left));
                return next.or_else(|| self.file_around(&at));
            }
            break;
        }
        self.file_around(&at)
    }

    /// The module that a path begins in, and the rest of the path.
    fn head<'s>(&self, module: &Module, segments: &'s [String]) -> Option<(Module, &'s [String])> {
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => Some(((module.0.clone(), Vec::new()), rest)),
            "self" => Some((module.clone(), rest)),
            "super" => {
                let parent = module.1.split_last()?.1.to_vec();
                let parent = (module.0.clone(), parent);
                if rest.first().is_some_and(|next| next == "super") {
                    return self.head(&parent, rest);
                }
                Some((parent, rest))
            }
            name => {
                let root = (name.to_owned(), Vec::new());
                let child = inside(module, std::slice::from_ref(first));
                if self.modules.contains_key(&child) {
                    Some((child, rest))
                } else {
                    self.modules.contains_key(&root).then_some((root, rest))
                }
            }
        }
    }

    fn file_around(&self, module: &Module) -> Option<&str> {
        self.modules.get(module).map(String::as_str)
    }
}

fn inside(module: &Module, inner: &[String]) -> Module {
    (module.0.clone(), [&module.1[..], inner].concat())
}

/// The module of a file: `core/src/plan/graph.rs` is `plan::graph` of the crate whose folder is `core/src`.
fn module_of(crates: &[(&str, &str)], path: &str) -> Option<Module> {
    let inner = |folder: &str| path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".rs");
    let (name, inner) = crates.iter().find_map(|(name, folder)| Some((*name, inner(folder)?)))?;
    let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|last| last == "mod" || names == ["lib"]) {
        names.pop();
    }
    Some((name.to_owned(), names))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATES: &[(&str, &str)] = &[("upper", "upper"), ("lower", "lower")];

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[(&str, &str)]) {
        let arrows = Tree::new(CRATES, files.iter().copied()).arrows();
        let arrows: Vec<_> = arrows.iter().map(|arrow| (arrow.from.as_str(), arrow.to.as_str())).collect();
        assert_eq!(arrows, expected);
    }

    #[test]
    fn a_name_leads_to_the_file_that_defines_it() {
        check(
            &[
                ("upper/a.rs", "use crate::b::{B, other::C}; use super::b::D; use std::fmt;"),
                ("upper/b/mod.rs", "mod inner; mod other; pub use inner::B; pub struct D;"),
                ("upper/b/inner.rs", "pub struct B;"),
                ("upper/b/other.rs", "pub struct C;"),
            ],
            &[("upper/a.rs", "upper/b/inner.rs"), ("upper/a.rs", "upper/b/other.rs"), ("upper/a.rs", "upper/b/mod.rs")],
        );
    }

    #[test]
    fn a_module_that_only_passes_a_name_on_does_not_use_it() {
        let inner = ("upper/b/inner.rs", "pub struct B; pub struct C;");
        check(&[("upper/b/mod.rs", "mod inner; pub use inner::{B, C};"), inner], &[]);
        check(
            &[("upper/b/mod.rs", "mod inner; pub use inner::{B, C}; fn f(_: B) {}"), inner],
            &[("upper/b/mod.rs", "upper/b/inner.rs")],
        );
    }

    #[test]
    fn a_path_to_a_child_module_is_an_arrow() {
        check(
            &[("upper/lib.rs", "mod a; fn f() { a::g() }"), ("upper/a.rs", "pub fn g() {}")],
            &[("upper/lib.rs", "upper/a.rs")],
        );
    }

    #[test]
    fn names_lead_through_other_crates_and_their_new_names() {
        check(
            &[
                ("upper/lib.rs", "mod a; pub use lower as scheduler;"),
                ("upper/a.rs", "fn f() { crate::scheduler::Plan::new() }"),
                ("upper/b.rs", "use lower::__private::nanos;"),
                ("lower/lib.rs", "pub use plan::Plan; pub mod __private { pub use crate::plan::nanos; }"),
                ("lower/plan.rs", "pub struct Plan; pub fn nanos() {}"),
            ],
            &[("upper/a.rs", "lower/plan.rs"), ("upper/b.rs", "lower/plan.rs")],
        );
    }

    #[test]
    fn unit_tests_in_their_own_files_are_left_out() {
        check(
            &[("upper/a.rs", ""), ("upper/b/tests/mod.rs", "use crate::a::A;"), ("upper/tests.rs", "use crate::a;")],
            &[],
        );
    }

    #[test]
    fn the_line_of_the_first_use_is_told() {
        let tree = Tree::new(CRATES, [("upper/a.rs", "\n\nuse crate::b::B;\nuse crate::b::C;"), ("upper/b.rs", "")]);
        assert_eq!(tree.arrows(), [Arrow { from: "upper/a.rs".to_owned(), line: 3, to: "upper/b.rs".to_owned() }]);
    }
}
