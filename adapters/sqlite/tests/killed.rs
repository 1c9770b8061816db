//! A process that is killed (kill -9) at random moments, again and again, until its run has ended. `RUNGS_KILLS=1000` kills it so
//! often; a few times without.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use futures_lite::future::block_on;
use rungs::{BoxError, Handle, Pipeline, Status};
use rungs_smol::Smol;
use rungs_sqlite::{History, Runs};
use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fs::{self, File},
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

type Outcome = Result<(), Box<dyn Error>>;

const STEPS: usize = 1000;
const FOLDER: &str = "RUNGS_KILLED_FOLDER";
const RUN: &str = "RUNGS_KILLED_RUN";

/// What the run comes to: the name, the status and the result of each step.
type Ended = Vec<(String, Status, Option<u64>)>;

/// What a step needs: a step that skips itself takes along the next one, and no others.
fn needed(by: usize, step: usize) -> usize {
    match step % 100 {
        _ if by % 100 == 34 => by - 1,
        33 | 34 => step - 2,
        _ => step,
    }
}

/// A thousand steps with retries, self-skips, branches that are skipped, and one that fails. `body` is told of each call.
async fn run(store: Option<rungs_sqlite::Run>, body: impl Fn(usize) + Sync) -> Result<Ended, Box<dyn Error>> {
    let calls: Vec<AtomicU32> = (0..STEPS).map(|_| AtomicU32::new(0)).collect();
    let (body, calls) = (&body, &calls);
    let work = |i: usize, needed: u64| async move {
        body(i);
        let call = calls[i].fetch_add(1, Ordering::Relaxed);
        smol::Timer::after(Duration::from_micros(i as u64 * 37 % 1500)).await;
        match call {
            0 if i % 9 == 5 => Err(BoxError::from("once")),
            _ if i == STEPS - 1 => Err("always".into()),
            _ => Ok((i % 100 != 33).then_some(needed.wrapping_mul(31) + i as u64)),
        }
    };
    let mut p: Pipeline<'_> = Pipeline::new("killed");
    let mut steps: Vec<Handle<u64>> = Vec::new();
    for i in 0..STEPS {
        let name = format!("step {i}");
        let step = p.step(&name).checkpoint().retries(2);
        steps.push(match i {
            0..10 => step.run_maybe(move || work(i, 1)),
            _ => {
                let needs = (steps[needed(i, i - 10)], steps[needed(i, i - 1 - i * 7 % 9)]);
                step.needs(needs).run_maybe(move |a, b| work(i, *a ^ (*b % 1_000_003)))
            }
        });
    }
    let runner = p.runner().max_concurrent(40);
    let report = match store {
        Some(store) => runner.checkpoints(store).run(&Smol).await?,
        None => runner.run(&Smol).await?,
    };
    let ended = report.steps().zip(&steps).map(|(step, &handle)| {
        let result = report.output(handle).ok().map(|result| *result);
        (step.name().into(), step.status(), result)
    });
    Ok(ended.collect())
}

/// The process that is killed: it goes on with the run, and writes what it has come to, if it gets so far.
#[test]
#[ignore = "the process that the other test kills"]
fn the_process() -> Outcome {
    let Some(folder) = env::var_os(FOLDER) else { return Ok(()) };
    let folder = Path::new(&folder);
    let calls = File::options().append(true).create(true).open(folder.join("calls"))?;
    let runs = Runs::open(folder.join("runs.db"))?;
    // The run's name may be held for a moment by a process that is being taken apart.
    let store = runs.begin(env::var(RUN)?)?;
    let ended = block_on(run(Some(store), |step| (&calls).write_all(format!("step {step}\n").as_bytes()).unwrap()))?;
    fs::write(folder.join("ended.new"), format!("{ended:?}"))?;
    fs::rename(folder.join("ended.new"), folder.join("ended"))?;
    Ok(())
}

#[test]
fn no_stored_step_runs_again_and_the_run_ends_as_if_undisturbed() -> Outcome {
    let target: usize = env::var("RUNGS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let undisturbed = format!("{:?}", block_on(run(None, |_| ()))?);
    let folder = tempfile::tempdir()?;
    let (calls, ended) = (folder.path().join("calls"), folder.path().join("ended"));
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    fastrand::seed(seed);
    let (mut kills, mut lives, mut runs, mut called, mut given) = (0, 0, 0, 0, 0);
    while kills < target {
        let name = format!("run {runs}");
        runs += 1;
        loop {
            lives += 1;
            assert!(lives <= 20 * target + 100, "the runs do not end");
            let stored = stored(folder.path(), &name)?;
            given += stored.len();
            let _ = fs::remove_file(&calls);
            let is_killed = live(folder.path(), &name)?;
            let log = fs::read_to_string(&calls).unwrap_or_default();
            let again: Vec<_> = log.lines().filter(|step| stored.contains(*step)).collect();
            assert!(again.is_empty(), "stored and called again: {again:?}, seed {seed}");
            called += log.lines().count();
            kills += usize::from(is_killed);
            if !is_killed || ended.exists() {
                break;
            }
        }
        assert!(fs::read_to_string(&ended)? == undisturbed, "the run ended in another way, seed {seed}");
        fs::remove_file(&ended)?;
    }
    println!("{kills} kills, {lives} processes, {runs} runs of {STEPS} steps, {called} calls, {given} given, 0 wrong");
    Ok(())
}

/// The names of the steps that are stored.
fn stored(folder: &Path, run: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let path = folder.join("runs.db");
    if !path.exists() {
        return Ok(BTreeSet::new());
    }
    let history = History::open(path)?;
    if !history.runs()?.iter().any(|known| known.name == run) {
        return Ok(BTreeSet::new());
    }
    Ok(history.steps(run)?.into_iter().filter(|step| step.is_stored).map(|step| step.name).collect())
}

/// One life of the process: whether it was killed.
fn live(folder: &Path, run: &str) -> Result<bool, Box<dyn Error>> {
    let mut process = Command::new(env::current_exe()?)
        .args(["--ignored", "--exact", "the_process", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(RUN, run)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()?;
    thread::sleep(Duration::from_micros(fastrand::u64(1_000..60_000)));
    process.kill()?;
    let status = process.wait()?;
    assert!(status.success() || status.code().is_none(), "the process failed by itself: {status}");
    Ok(!status.success())
}
