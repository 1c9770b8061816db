//! Prints the table of `benches/makespan/measured.md`.

use rungs::BoxError;
use rungs_makespan::{Known, Random, Runs, Workflow};
use std::{env, path::Path};

const WORKERS: [u32; 3] = [2, 4, 8];
const RANDOM_WORKFLOWS: u64 = 50;
const RANDOM_TASKS: usize = 100;

fn main() -> Result<(), BoxError> {
    let real = match env::var_os("RUNGS_WORKFLOWS") {
        Some(folder) => Workflow::read_all(Path::new(&folder))?,
        None => Vec::new(),
    };
    if real.is_empty() {
        eprintln!("SKIPPED: the real workflows, as RUNGS_WORKFLOWS does not name a folder with them");
    }
    let random = |seed| Random(seed).workflow("random", RANDOM_TASKS);
    let random: Vec<_> = (0..RANDOM_WORKFLOWS).map(random).collect();
    for workers in WORKERS {
        print_head(workers);
        let real = print_all(&real, workers)?;
        print_mean("mean of the workflows", &real);
        print_worst("worst of the workflows", &real);
        let random = random.iter().map(|workflow| ratios(workflow, workers)).collect::<Result<Vec<_>, _>>()?;
        print_mean("mean of 50 random graphs", &random);
        print_worst("worst of 50 random graphs", &random);
    }
    Ok(())
}

type Ratios = [f64; Known::ALL.len()];

/// A figure for each thing that may be known.
fn ratios(workflow: &Workflow, workers: u32) -> Result<Ratios, BoxError> {
    let (mut runs, mut ratios) = (Runs::new(workflow), Ratios::default());
    for (ratio, known) in ratios.iter_mut().zip(Known::ALL) {
        *ratio = runs.ratio(workers, known)?;
    }
    Ok(ratios)
}

fn print_head(workers: u32) {
    println!("\n## {workers} workers\n");
    println!("| workflow | steps | {} |", Known::ALL.map(Known::name).join(" | "));
    println!("| --- | {} |", ["---:"; 1 + Known::ALL.len()].join(" | "));
}

fn print_all(workflows: &[Workflow], workers: u32) -> Result<Vec<Ratios>, BoxError> {
    let mut all = Vec::new();
    for workflow in workflows {
        let ratios = ratios(workflow, workers)?;
        print_row(&workflow.name, &workflow.tasks.len().to_string(), ratios);
        all.push(ratios);
    }
    Ok(all)
}

fn print_mean(name: &str, all: &[Ratios]) {
    print_folded(name, all, |sum, ratio| sum + ratio / all.len() as f64);
}

fn print_worst(name: &str, all: &[Ratios]) {
    print_folded(name, all, f64::max);
}

fn print_folded(name: &str, all: &[Ratios], fold: impl Fn(f64, f64) -> f64) {
    let mut folded = Ratios::default();
    for ratios in all {
        folded.iter_mut().zip(ratios).for_each(|(folded, ratio)| *folded = fold(*folded, *ratio));
    }
    if !all.is_empty() {
        print_row(name, "", folded);
    }
}

fn print_row(name: &str, steps: &str, ratios: Ratios) {
    println!("| {name} | {steps} | {} |", ratios.map(|ratio| format!("{ratio:.3}")).join(" | "));
}
