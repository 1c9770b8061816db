//! The repository's own rules, read from its files: who may use whom, how long a file may be, which words and paths
//! stand where. ARCHITECTURE.md's table of modules is the only list of layers; this test reads it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

mod circles;
mod known;
mod layers;
mod paths;
mod peers;
mod shown;
mod source;
mod table;
mod tree;

use std::{
    fs,
    path::{Path, PathBuf},
};
use table::Table;
use tree::Tree;

/// The crates whose layers the table knows.
const CRATES: &[(&str, &str)] =
    &[("rungs", "core/src"), ("rungs_macros", "core/macros/src"), ("rungs_scheduler", "core/scheduler/src")];

/// A longer file has more than one subject, or a reason here: the file, and why.
const LONG_FILES: &[(&str, &str)] = &[];
const LONGEST: usize = 400;

/// Words that our texts once used for what the field calls otherwise, and that no type may bear.
const PRIVATE_WORDS: &[(&str, &str)] = &[
    ("Ahead", "fast path"),
    ("Asks", "requirements"),
    ("Blueprint", "plan"),
    ("Drive", "driver"),
    ("Driven", "driver"),
    ("Face", "API"),
    ("Handed", "handover"),
    ("Happened", "event"),
    ("Judge", "retry predicate"),
    ("Lent", "buffers"),
    ("Lost", "dropped"),
    ("Mistake", "error"),
    ("Ran", "record"),
    ("Said", "options"),
    ("Seat", "waker slot"),
    ("Sketch", "diagram"),
    ("Straight", "fast path"),
    ("Sweep", "stop pass"),
    ("Wave", "depth"),
    ("Wire", "lane state"),
];

#[test]
fn layers_use_only_what_the_table_allows() {
    let (table, tree) = (table(), tree());
    assert_none(&layers::violations(&table, &tree, known::ARROWS), "see the table of modules in ARCHITECTURE.md");
}

#[test]
fn every_file_and_every_place_of_the_table_exists_once() {
    let (table, tree) = (table(), tree());
    let mut wrong: Vec<_> = layers::outside(&table, &tree);
    for place in table.layers.iter().flat_map(|layer| &layer.places) {
        if !root().join(place).exists() {
            wrong.push(format!("ARCHITECTURE.md: `{place}` of the table does not exist"));
        }
    }
    assert_none(&wrong, "the table of modules in ARCHITECTURE.md names each module once");
}

#[test]
fn layers_do_not_use_each_other_in_a_circle() {
    let table = table();
    assert_eq!(circles::circles(&table.arrows()), Vec::<Vec<&str>>::new(), "in ARCHITECTURE.md's table of modules");
}

#[test]
fn files_do_not_use_each_other_in_a_circle() {
    assert_none(&layers::circles(&tree(), known::CIRCLES), "move what both need into a file that both may use");
}

#[test]
fn files_have_one_subject_and_at_most_400_lines() {
    let mut wrong = Vec::new();
    for (path, text) in core_files() {
        let (lines, is_listed) = (text.lines().count(), LONG_FILES.iter().any(|(file, _)| *file == path));
        if (lines > LONGEST) != is_listed {
            wrong.push(format!("{path}: {lines} lines; listed as an exception: {is_listed}"));
        }
    }
    assert_none(&wrong, "split what has two subjects, or give the reason in LONG_FILES");
}

#[test]
fn types_bear_the_words_of_the_field() {
    let mut wrong = Vec::new();
    for file in tree().files {
        for (name, line) in &file.source.types {
            for (word, instead) in PRIVATE_WORDS.iter().filter(|(word, _)| words(name).any(|part| part == *word)) {
                wrong.push(format!("{}:{line}: `{name}`: instead of \"{word}\" write \"{instead}\"", file.path));
            }
        }
    }
    assert_none(&wrong, "see \"Words\" in CONTRIBUTING.md");
}

#[test]
fn what_others_ask_for_is_met_by_tests_that_exist() {
    assert_none(&peers::wrong(root()), "in tests/PEERS.md");
}

#[test]
fn texts_name_only_files_that_exist() {
    let mut wrong = Vec::new();
    for text in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "tests/README.md"] {
        let markdown = fs::read_to_string(root().join(text)).unwrap();
        wrong.extend(paths::missing(&markdown, root()).into_iter().map(|path| format!("{text}: `{path}`")));
    }
    assert_none(&wrong, "these files do not exist");
}

#[test]
fn the_table_of_tests_names_only_tests_that_exist() {
    let markdown = fs::read_to_string(root().join("tests/README.md")).unwrap();
    assert_none(&shown::missing(&markdown, root()), "tests/README.md: these tests do not exist");
}

#[track_caller]
fn assert_none(wrong: &[String], hint: &str) {
    assert!(wrong.is_empty(), "{hint}:\n  {}", wrong.join("\n  "));
}

/// The words of a type's name: `StepState` has `Step` and `State`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<_> = name.char_indices().filter(|(_, char)| char.is_uppercase()).map(|(at, _)| at).collect();
    let ends: Vec<_> = starts.iter().skip(1).copied().chain([name.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| &name[start..end])
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn table() -> Table {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    Table::parse(&text).unwrap_or_else(|error| panic!("ARCHITECTURE.md: {error}"))
}

fn tree() -> Tree {
    let files = core_files();
    Tree::new(CRATES, files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

/// The files of the crates under `core`, by their paths from the root.
fn core_files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (_, folder) in CRATES {
        read_folder(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "the files are found");
    files
}

fn read_folder(folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_folder(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((relative, fs::read_to_string(&path).unwrap()));
        }
    }
}
