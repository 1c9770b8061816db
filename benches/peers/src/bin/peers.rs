//! Runs the contestants, in processes of its own, and prints the tables.

use rungs_peers::{
    child::{Task, finish},
    comparison::{
        charts, machine, markdown,
        measure::{self, Programs},
        options::Options,
        plan::Plan,
    },
};
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Duration,
};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // This process was started by another one, or under valgrind, to measure.
        ["time", name, workload, span] => finish(time(name, workload, span)),
        ["profile", name, workload] => finish(task(name, workload).and_then(|task| task.profile())),
        _ => compare(&args).unwrap_or_else(|error| {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }),
    }
}

fn time(name: &str, workload: &str, span: &str) -> Result<(), String> {
    let span = span.parse().map_err(|_| format!("{span} is no number of milliseconds"))?;
    task(name, workload)?.time(Duration::from_millis(span))
}

fn task(name: &str, workload: &str) -> Result<Task, String> {
    Task::parse(name, workload).ok_or_else(|| format!("there is no contestant {name} or no workload {workload}"))
}

fn compare(args: &[String]) -> Result<ExitCode, String> {
    let options = Options::parse(args)?;
    let plan = Plan::new(&options);
    let peers = env::current_exe().map_err(|error| error.to_string())?;
    let programs = Programs::new(peers.clone(), heap_program(&peers)?);
    println!("# What a step costs\n\n{}", machine::describe());
    let profile = if cfg!(debug_assertions) { "" } else { "--release " };
    println!("Command: `cargo run {profile}--manifest-path benches/peers/Cargo.toml -- {}`", args.join(" "));
    let rows = measure::tables(&plan, &programs);
    let growth = measure::growth(&plan, &programs);
    print!("{}", markdown::tables(&plan, &rows, &growth));
    let folder = options.charts.unwrap_or_else(|| peers.with_file_name("charts"));
    let charts =
        charts::write(&folder, &plan, &rows, &growth).map_err(|error| format!("{}: {error}", folder.display()))?;
    charts.iter().for_each(|chart| eprintln!("wrote {}", chart.display()));
    if !options.no_instructions && !rungs_benches::callgrind::is_there() {
        eprintln!("NO INSTRUCTIONS WERE COUNTED, AS THERE IS NO VALGRIND");
    }
    let all = rows.iter().chain(growth.iter().flatten()).cloned().collect::<Vec<_>>();
    let troubles = markdown::troubles(&plan, &all);
    troubles.iter().for_each(|trouble| eprintln!("FAILED: {trouble}"));
    Ok(if troubles.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The program that counts allocations, beside this one. Cargo runs one program and builds no other, so it is asked to.
fn heap_program(peers: &Path) -> Result<PathBuf, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "build",
        "-q",
        "--bin",
        "heap",
        "--manifest-path",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
    ]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    // This program lies in a folder of its profile in the target folder.
    if let Some(target) = peers.ancestors().nth(2) {
        command.args([OsString::from("--target-dir"), target.into()]);
    }
    let status = command.status().map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err("the program `heap` does not build".into());
    }
    Ok(peers.with_file_name(format!("heap{}", env::consts::EXE_SUFFIX)))
}
