//! Compares figures on the standard input with a baseline, and fails on what costs more.
//!
//! ```text
//! cargo run -q -p rungs-compare -- benches/baseline/host.tsv < measured           # compares
//! cargo run -q -p rungs-compare -- benches/baseline/host.tsv --write < measured   # writes a new baseline
//! ```
//!
//! Each line of `measured` is a name, a tab and a value. More than 5 % above the baseline fails on the rustc that the
//! baseline was measured with, and is only reported on any other. A figure that is missing on one side always fails.
//! Exit code 1: a figure fails. Exit code 2: nothing could be compared.

mod baseline;
mod comparison;
mod figures;
mod machine;

use baseline::Baseline;
use comparison::Comparison;
use figures::Figures;
use std::{error::Error, fs, io, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether nothing fails.
fn run() -> Result<bool, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (path, is_new) = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path] => (path, false),
        [path, "--write"] | ["--write", path] => (path, true),
        _ => return Err("usage: rungs-compare BASELINE [--write] < MEASURED".into()),
    };
    let measured = Figures::parse(&io::read_to_string(io::stdin())?)?;
    let rustc = machine::rustc()?;
    if is_new {
        fs::write(path, Baseline { rustc, figures: measured }.to_text(&machine::commit()?))?;
        println!("{path} is written");
        return Ok(true);
    }
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let baseline = Baseline::parse(&text).map_err(|error| format!("{path}: {error}"))?;
    let comparison = Comparison::new(&baseline, &measured, &rustc);
    print!("{comparison}");
    Ok(comparison.is_success())
}
