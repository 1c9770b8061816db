//! The public API of the published libraries, as lines of text that are checked in.
//!
//! ```text
//! cargo run -p rungs-public-api            # compares
//! cargo run -p rungs-public-api -- write   # writes the lists anew
//! cargo run -p rungs-public-api -- uses    # where an example, a doc test or a test uses each name
//! ```
//!
//! Exit code 1: the API differs. Exit code 3: this toolchain cannot tell.

mod rustdoc;
mod uses;

use std::{collections::BTreeSet, fs, path::Path, process::ExitCode};

/// The packages, and the file that holds the list of each.
const PACKAGES: &[(&str, &str)] =
    &[("rungs", "core/public-api.txt"), ("rungs-scheduler", "core/scheduler/public-api.txt")];

const DIFFERS: u8 = 1;
const WRONG_USAGE: u8 = 2;
const CANNOT_TELL: u8 = 3;

fn main() -> ExitCode {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let wish = std::env::args().nth(1);
    let mut is_same = true;
    for (package, file) in PACKAGES {
        let lines = match rustdoc::public_items(root, package) {
            Ok(lines) => lines,
            Err(reason) => {
                eprintln!("the public API of {package} cannot be listed by this toolchain: {reason}");
                return CANNOT_TELL.into();
            }
        };
        match wish.as_deref() {
            None => is_same &= compare(root, file, &lines),
            Some("write") => write(root, file, &lines),
            Some("uses") => tell_uses(root, package, &lines),
            Some(_) => {
                eprintln!("usage: cargo run -p rungs-public-api [-- write | -- uses]");
                return WRONG_USAGE.into();
            }
        }
    }
    if is_same { ExitCode::SUCCESS } else { DIFFERS.into() }
}

/// Prints what differs from the list that is checked in; whether nothing does.
fn compare(root: &Path, file: &str, lines: &BTreeSet<String>) -> bool {
    let text = fs::read_to_string(root.join(file)).unwrap_or_default();
    let listed: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let gone: Vec<_> = listed.difference(lines).map(|line| format!("-{line}")).collect();
    let new: Vec<_> = lines.difference(&listed).map(|line| format!("+{line}")).collect();
    if gone.is_empty() && new.is_empty() {
        return true;
    }
    println!("{file}: the public API differs. If this is meant: cargo run -p rungs-public-api -- write");
    for line in gone.iter().chain(&new) {
        println!("{line}");
    }
    false
}

#[allow(clippy::expect_used, reason = "a program for developers ends with the system's message")]
fn write(root: &Path, file: &str, lines: &BTreeSet<String>) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(root.join(file), text).expect("the list can be written");
    println!("{file}: {} lines", lines.len());
}

fn tell_uses(root: &Path, package: &str, lines: &BTreeSet<String>) {
    let texts = uses::Texts::read(root);
    let in_crate = package.replace('-', "_");
    let names: BTreeSet<_> = lines.iter().filter_map(|line| uses::name_of(line, &in_crate)).collect();
    for name in names {
        let place = texts.find(name.rsplit("::").next().unwrap_or(name));
        println!("{name}\t{}", place.as_deref().unwrap_or("NONE"));
    }
}
