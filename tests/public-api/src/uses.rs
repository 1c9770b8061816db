//! Where names are used: a plain search for words, in examples first, then in doc tests, then in tests.

use std::{fs, path::Path};

/// The texts that may use a name, in the order in which they are searched.
pub(crate) struct Texts {
    /// A file and its lines; those of Markdown and of doc comments only within blocks of code, the others empty.
    files: Vec<(String, Vec<String>)>,
}

impl Texts {
    pub(crate) fn read(root: &Path) -> Self {
        let mut texts = Self { files: Vec::new() };
        texts.read_file(root, "README.md", doc_tests);
        texts.read_folder(root, "examples", program);
        texts.read_folder(root, "core", doc_tests);
        texts.read_folder(root, "adapters", doc_tests);
        texts.read_folder(root, "tests", program);
        texts
    }

    /// The first place that has a word, as `file:line`.
    pub(crate) fn find(&self, word: &str) -> Option<String> {
        self.files.iter().find_map(|(file, lines)| {
            let line = lines.iter().position(|line| has_word(line, word))?;
            Some(format!("{file}:{}", line + 1))
        })
    }

    fn read_folder(&mut self, root: &Path, folder: &str, lines: fn(&str) -> Vec<String>) {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
        let mut names: Vec<_> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        for name in names.iter().filter(|name| *name != "target" && *name != "public-api") {
            let path = format!("{folder}/{name}");
            if root.join(&path).is_dir() {
                self.read_folder(root, &path, lines);
            } else if name.ends_with(".rs") {
                self.read_file(root, &path, lines);
            } else if name.ends_with(".md") {
                self.read_file(root, &path, doc_tests);
            }
        }
    }

    fn read_file(&mut self, root: &Path, file: &str, lines: fn(&str) -> Vec<String>) {
        if let Ok(text) = fs::read_to_string(root.join(file)) {
            self.files.push((file.to_owned(), lines(&text)));
        }
    }
}

/// The path of a line's item in a crate, if it is a type, a trait, a function, a macro or a re-export; none for methods, fields,
/// variants, modules and implementations.
pub(crate) fn name_of<'l>(line: &'l str, in_crate: &str) -> Option<&'l str> {
    let words = line.split_once("pub ")?.1;
    let kinds = ["struct ", "enum ", "union ", "trait ", "type ", "macro ", "proc macro ", "use ", "fn ", "const fn "];
    let path = kinds.iter().find_map(|kind| words.strip_prefix(kind))?;
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(path.len());
    let (path, rest) = path.split_at(end);
    // The colon before the supertraits of a trait is no part of its path.
    let path = path.strip_suffix(':').filter(|path| !path.ends_with(':')).unwrap_or(path);
    if after_generics(rest).starts_with("::") {
        return None;
    }
    if path.split("::").next() != Some(in_crate) || !(line.starts_with("pub ") || line.starts_with("#[")) {
        return None;
    }
    // What lies in something with a capital letter is no item of a module: a method, an associated type.
    let (module, _) = path.rsplit_once("::")?;
    let is_in_type = module.rsplit("::").next()?.starts_with(char::is_uppercase);
    (!is_in_type).then_some(path)
}

/// What follows `<..>`; all if there is none.
fn after_generics(text: &str) -> &str {
    let mut depth = 0;
    let end = text.char_indices().find(|&(_, char)| {
        depth += i32::from(char == '<') - i32::from(char == '>');
        depth == 0
    });
    match end {
        Some((at, '>')) => &text[at + 1..],
        _ => text,
    }
}

/// The lines of a program; those that are comments are empty.
fn program(text: &str) -> Vec<String> {
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    text.lines().map(|line| if is_comment(line) { String::new() } else { line.to_owned() }).collect()
}

fn doc_tests(text: &str) -> Vec<String> {
    let mut is_code = false;
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).unwrap_or(line);
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if is_code && !is_fence { line.to_owned() } else { String::new() }
    });
    lines.collect()
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |char: char| char.is_alphanumeric() || char == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_modules_have_names_and_parts_of_types_have_none() {
        let name = |line| name_of(line, "rungs");
        assert_eq!(name("pub struct rungs::Out<T: ?core::marker::Sized>(_)"), Some("rungs::Out"));
        assert_eq!(name("pub fn rungs::diagram::dot(w: &mut dyn Write) -> Result"), Some("rungs::diagram::dot"));
        assert_eq!(name("#[non_exhaustive] pub enum rungs::Jitter"), Some("rungs::Jitter"));
        assert_eq!(name("pub use rungs::Backoff"), Some("rungs::Backoff"));
        assert_eq!(name("pub trait rungs::StepKey: rungs::plan_view::sealed::Sealed"), Some("rungs::StepKey"));
        assert_eq!(name("pub fn rungs::Out<T>::clone(&self) -> Self"), None);
        assert_eq!(name("pub rungs::Jitter::Full"), None);
        assert_eq!(name("pub type rungs::Out<T>::Target = T"), None);
        assert_eq!(name("pub type core::result::Result<T, E> = X"), None);
        assert_eq!(name("impl core::fmt::Debug for rungs::Out"), None);
    }

    #[test]
    fn a_word_is_found_whole_and_in_code_only() {
        let lines = doc_tests("/// Out here.\n/// ```\n/// let a: Outer = 1;\n/// let b: Out = 2;\n/// ```\n/// Out");
        let texts = Texts { files: vec![("a.rs".to_owned(), lines)] };
        assert_eq!(texts.find("Out").as_deref(), Some("a.rs:4"));
        assert_eq!(texts.find("Ou"), None);
    }
}
