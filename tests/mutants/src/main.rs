//! Draws mutants of the scheduler and of both drivers, and tells which of them the tests catch.
//!
//! ```text
//! cargo install --locked cargo-mutants                           # lists the mutants
//! cargo run -q -p rungs-mutants                                  # 150 mutants against all tests
//! cargo run -q -p rungs-mutants -- --seed 7 --count 40           # another sample
//! cargo run -q -p rungs-mutants -- --count 20 --simulation       # against the simulation alone, for up to a minute each
//! cargo run -q -p rungs-mutants -- --only queues.rs              # those of the sample whose name has this text
//! ```
//!
//! The sample depends on the seed and on the names of the mutants, without their lines: a change of the sources keeps the
//! mutants of the other functions in it. The mutants are made in a copy of the project, `target/mutants` or
//! `--folder`. Its `tests.tsv` or `simulation.tsv` has a line per mutant that was tried; such a mutant is not tried again.
//! `tests/mutants/survivors.md` gives the reason for each known survivor.
//!
//! Exit code 1: a mutant survives that `survivors.md` does not know. Exit code 2: nothing could be drawn or tried.

mod list;
mod results;
mod stages;
mod tree;
mod trial;

use list::Mutant;
use results::Results;
use std::{error::Error, path::PathBuf, process::ExitCode, time::Instant};
use tree::Tree;
use trial::Trial;

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

struct Options {
    seed: u64,
    count: usize,
    only: String,
    is_simulation: bool,
    folder: PathBuf,
}

impl Options {
    fn new(mut args: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let folder = PathBuf::from("target/mutants");
        let mut options = Self { seed: 20_261_127, count: 150, only: String::new(), is_simulation: false, folder };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} has no value"));
            match arg.as_str() {
                "--seed" => options.seed = value()?.parse()?,
                "--count" => options.count = value()?.parse()?,
                "--only" => options.only = value()?,
                "--folder" => options.folder = value()?.into(),
                "--simulation" => options.is_simulation = true,
                _ => {
                    return Err(
                        "usage: rungs-mutants [--seed N] [--count N] [--only TEXT] [--simulation] [--folder PATH]"
                            .into(),
                    );
                }
            }
        }
        Ok(options)
    }
}

/// Whether each survivor is known.
fn run() -> Result<bool, Box<dyn Error>> {
    let options = Options::new(std::env::args().skip(1))?;
    let all = list::all()?;
    println!("{} of {} mutants, drawn with seed {}", options.count.min(all.len()), all.len(), options.seed);
    let sample = list::draw(all, options.seed, options.count);
    let sample: Vec<Mutant> = sample.into_iter().filter(|mutant| mutant.key.contains(&options.only)).collect();
    let tree = Tree::new(&options.folder)?;
    let name = if options.is_simulation { "simulation.tsv" } else { "tests.tsv" };
    let mut results = Results::read(tree.folder().join(name))?;
    let left: Vec<_> = sample.iter().filter(|mutant| !results.has(mutant)).collect();
    let trial = Trial::new(&tree, &left, options.is_simulation)?;
    for mutant in left {
        let start = Instant::now();
        let outcome = trial.run(mutant)?;
        println!("{outcome} ({} s in all): {}", start.elapsed().as_secs(), mutant.name);
        results.add(mutant, outcome)?;
    }
    Ok(results.print(&sample, include_str!("../survivors.md")))
}
