//! A copy of the project, in which mutants are made.

use crate::list::Mutant;
use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The package that tests the scheduler alone, so that nothing else is built for it: its manifest.
const ALONE: &str = r#"[package]
name = "alone"
version = "0.1.0"
edition = "2024"

[[test]]
name = "scheduler"
path = "../project/tests/scheduler/main.rs"

[dev-dependencies]
rungs = { path = "rungs" }

[profile.test]
opt-level = 1

[workspace]
"#;

/// What the tests of the scheduler use of the package `rungs`: the manifest and the source of a package of this name.
const STAND_IN: &str = r#"[package]
name = "rungs"
version = "0.1.0"
edition = "2024"

[dependencies]
rungs-scheduler = { path = "../../project/core/scheduler" }
"#;
const STAND_IN_SOURCE: &str = "pub use rungs_scheduler::{self as scheduler, *};\n";

pub(crate) struct Tree {
    folder: PathBuf,
}

impl Tree {
    /// Copies what git knows of the project, and the manifest's lock; files that have not changed keep their times, so
    /// that cargo does not build them again.
    pub(crate) fn new(folder: &Path) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(folder)?;
        let tree = Self { folder: folder.canonicalize()? };
        let listed = Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]).output()?;
        for path in String::from_utf8(listed.stdout)?.lines().filter(|path| Path::new(path).is_file()) {
            update(&tree.project().join(path), &fs::read(path)?)?;
        }
        update(&tree.alone().join("Cargo.toml"), ALONE.as_bytes())?;
        update(&tree.alone().join("src/lib.rs"), b"")?;
        update(&tree.alone().join("rungs/Cargo.toml"), STAND_IN.as_bytes())?;
        update(&tree.alone().join("rungs/src/lib.rs"), STAND_IN_SOURCE.as_bytes())?;
        Ok(tree)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.folder.join("project")
    }

    /// The package that tests the scheduler alone.
    pub(crate) fn alone(&self) -> PathBuf {
        self.folder.join("alone")
    }

    /// Makes the mutant, calls the function, and undoes the mutant.
    pub(crate) fn with<T>(&self, mutant: &Mutant, function: impl FnOnce() -> T) -> Result<T, Box<dyn Error>> {
        let path = self.project().join(&mutant.file);
        let original = fs::read_to_string(&path)?;
        fs::write(
            &path,
            apply(&original, &mutant.diff).ok_or(format!("{}: the diff is of another text", mutant.name))?,
        )?;
        let result = function();
        fs::write(&path, original)?;
        Ok(result)
    }
}

/// Writes a file if it would change.
fn update(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, bytes)
}

/// Applies a diff of one hunk.
fn apply(text: &str, diff: &str) -> Option<String> {
    let mut lines = diff.split_inclusive('\n').skip_while(|line| !line.starts_with("@@ -"));
    let first: usize = lines.next()?.strip_prefix("@@ -")?.split([',', ' ']).next()?.parse().ok()?;
    let (mut old, mut new) = (String::new(), String::new());
    for line in lines {
        let (mark, line) = line.split_at_checked(1)?;
        if mark != "+" {
            old.push_str(line);
        }
        if mark != "-" {
            new.push_str(line);
        }
    }
    let start: usize = text.split_inclusive('\n').take(first.checked_sub(1)?).map(str::len).sum();
    let rest = text.get(start..)?.strip_prefix(&old)?;
    Some(format!("{}{new}{rest}", &text[..start]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_applies_where_its_text_stands() {
        let diff = "--- a\n+++ b\n@@ -2,3 +2,3 @@\n two\n-three\n+changed\n four\n";
        assert_eq!(apply("one\ntwo\nthree\nfour\nfive\n", diff).as_deref(), Some("one\ntwo\nchanged\nfour\nfive\n"));
        assert_eq!(apply("two\nthree\nfour\n", diff), None);
    }
}
