//! What checkpoints cost beside SQLite by hand: the same bytes, the same settings, in one run.
//!
//! `cargo bench -p rungs-sqlite`. Each figure is the median of the rounds, whose contestants take turns.

use futures_lite::future::block_on;
use rungs::{Pipeline, Report};
use rungs_smol::Smol;
use rungs_sqlite::{Run, Runs};
use rusqlite::{Connection, params};
use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

const STEPS: usize = 1000;
const ROUNDS: usize = 9;
/// The bytes of a result, in JSON.
const BYTES: usize = 100;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut times: [Vec<Duration>; 7] = Default::default();
    for round in 0..ROUNDS {
        let file = |name: &str| folder.path().join(format!("{name} {round}.db"));
        times[0].push(insert_by_hand(&file("by hand"))?);
        times[1].push(run(&file("chain"), 1)?);
        times[2].push(run(&file("fan"), 32)?);
        times[3].push(read_by_hand(&file("by hand"))?);
        times[4].push(resume(&file("fan"))?);
        times[5].push(run(&file("fan"), 32)?);
        times[6].push(run_without()?);
    }
    let [by_hand, chain, fan, read, resumed, whole, without] = times.map(median);
    println!("{STEPS} results of {BYTES} bytes each, medians of {ROUNDS} rounds:");
    let line = |what: &str, time: Duration, beside: Duration| {
        let ratio = time.as_secs_f64() / beside.as_secs_f64();
        println!("{what:<58} {:>9.1} us each, {ratio:.2} x", time.as_secs_f64() * 1e6 / STEPS as f64);
    };
    line("bare insert, a transaction each", by_hand, by_hand);
    line("run of a chain", chain, by_hand);
    line("run of 32 at once", fan, by_hand);
    line("bare select of all", read, read);
    line("resume: what is stored is read, decoded and given", resumed, read);
    line("the whole of a run in which all are given, with its syncs", whole, read);
    line("the same run without checkpoints, none given", without, read);
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn result() -> String {
    "x".repeat(BYTES - 2)
}

/// As a careful program would: prepared once, and safe when it returns.
fn insert_by_hand(path: &Path) -> Outcome<Duration> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch("CREATE TABLE results (step TEXT PRIMARY KEY, result TEXT) STRICT")?;
    let mut insert = db.prepare("INSERT INTO results VALUES (?, ?)")?;
    let begin = Instant::now();
    for step in 0..STEPS {
        insert.execute(params![format!("step {step}"), format!("{:?}", result())])?;
    }
    Ok(begin.elapsed())
}

fn read_by_hand(path: &Path) -> Outcome<Duration> {
    let begin = Instant::now();
    let db = Connection::open(path)?;
    let mut select = db.prepare("SELECT step, result FROM results")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let read = rows.collect::<Result<Vec<_>, _>>()?;
    assert_eq!(read.len(), STEPS);
    Ok(begin.elapsed())
}

/// The run of a pipeline, or of one whose results are stored already: from the opening of the file to the report.
fn run(path: &Path, at_once: u32) -> Outcome<Duration> {
    let begin = Instant::now();
    let runs = Runs::open(path)?;
    let store = runs.begin("run")?;
    assert!(report(Some(store), at_once)?.is_success());
    Ok(begin.elapsed())
}

/// From the moment at which a run is asked for to its start, when all results are there.
fn resume(path: &Path) -> Outcome<Duration> {
    let runs = Runs::open(path)?;
    let store = runs.begin("run")?;
    let mut p = pipeline();
    let (begin, mut started) = (Instant::now(), None);
    let run = p.runner().checkpoints(store).on_event(|_| started = started.or(Some(begin.elapsed()))).run(&Smol);
    assert!(block_on(run)?.steps().all(|step| step.is_given()));
    Ok(started.unwrap_or_default())
}

fn run_without() -> Outcome<Duration> {
    let begin = Instant::now();
    assert!(report(None, 32)?.is_success());
    Ok(begin.elapsed())
}

fn pipeline() -> Pipeline<'static> {
    let mut p = Pipeline::new("costs");
    for step in 0..STEPS {
        p.step(&format!("step {step}")).checkpoint().run(async || Ok(result()));
    }
    p
}

fn report(store: Option<Run>, at_once: u32) -> Outcome<Report<rungs::BoxError>> {
    let mut p = pipeline();
    let runner = p.runner().max_concurrent(at_once);
    Ok(match store {
        Some(store) => block_on(runner.checkpoints(store).run(&Smol))?,
        None => block_on(runner.run(&Smol))?,
    })
}
