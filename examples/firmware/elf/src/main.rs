//! Looks into the boards' programs:
//!
//! - `elf size FILE...`: the flash and the static RAM that each takes
//! - `elf panics FOLDER... -- FILE...`: where each could panic; exit code 1 if a source below one of the folders has any
//!   other panic than rustc's check that a finished async function is not resumed

mod calls;
mod panics;
mod size;

use std::{env, error::Error, path::Path, process::ExitCode};

type Result<T> = core::result::Result<T, Box<dyn Error>>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["size", files @ ..] => {
            for file in files {
                size::print(Path::new(file))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        ["panics", rest @ ..] => {
            let mut parts = rest.splitn(2, |argument| *argument == "--");
            let zones = parts.next().unwrap_or_default().iter().map(|zone| Path::new(zone).canonicalize());
            let zones = zones.collect::<core::result::Result<Vec<_>, _>>()?;
            let mut are_clean = true;
            for file in parts.next().unwrap_or_default() {
                are_clean &= panics::print(&zones, Path::new(file))?;
            }
            Ok(if are_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ => Err("usage: elf size FILE... | elf panics FOLDER... -- FILE...".into()),
    }
}
