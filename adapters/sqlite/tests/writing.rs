//! How results are written, and what happens when they cannot be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use futures_lite::future::{block_on, poll_once, yield_now};
use rungs::{LocalPipeline, Pipeline, StepError};
use rungs_smol::Smol;
use rungs_sqlite::{ErrorKind, History, Runs};
use rusqlite::Connection;
use std::{
    env,
    error::Error,
    fs,
    path::Path,
    pin::pin,
    process::{Command, Output},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

type Outcome = Result<(), Box<dyn Error>>;

/// How many transactions the log of a file holds. A frame of the log that ends one says how long the file is then.
fn commits(path: &Path) -> Result<usize, Box<dyn Error>> {
    let log = fs::read(path.with_extension("db-wal"))?;
    let page = u32::from_be_bytes(log[8..12].try_into()?) as usize;
    let salt = &log[16..24];
    let frames = log[32..].chunks_exact(24 + page).take_while(|frame| &frame[8..16] == salt);
    Ok(frames.filter(|frame| frame[4..8] != [0; 4]).count())
}

#[test]
fn steps_that_end_together_are_written_together() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    let runs = Runs::open(&path)?;
    let run = runs.begin("monday")?;
    let before = commits(&path)?;
    assert_eq!(before, 1, "of the beginning");
    let (arrived, ended, is_open) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let mut p: Pipeline<'_> = Pipeline::new("nightly");
    for i in 0..32 {
        p.step(&format!("step {i}")).checkpoint().run(|| async {
            arrived.fetch_add(1, SeqCst);
            while !is_open.load(SeqCst) {
                yield_now().await;
            }
            ended.fetch_add(1, SeqCst);
            Ok(vec![0; 100])
        });
    }
    let mut run = pin!(p.runner().checkpoints(run).run(&Smol));
    poll_until(&mut run, || arrived.load(SeqCst) == 32);
    // Another program holds the file, so nothing is written before all have ended.
    let other = Connection::open(&path)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    is_open.store(true, SeqCst);
    poll_until(&mut run, || ended.load(SeqCst) == 32);
    other.execute_batch("ROLLBACK")?;
    let report = block_on(run)?;
    assert!(report.is_success());
    // Reading what there is, the end of the run, and that it is given up, may share one each, or be of one.
    runs.begin("tuesday")?;
    let after = commits(&path)?;
    assert!(after - before <= 2 + 2, "{} transactions for 32 steps, the end, and a beginning", after - before);
    Ok(())
}

/// Polls a run until a condition holds.
fn poll_until<T>(run: &mut (impl Future<Output = T> + Unpin), holds: impl Fn() -> bool) {
    for _ in 0..10_000 {
        assert!(block_on(poll_once(&mut *run)).is_none(), "the run has ended");
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("the condition never holds");
}

/// Runs a few steps that store: the messages of the errors of those that could not.
fn store_some(runs: &Runs, steps: usize, bytes: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let mut p: Pipeline<'_> = Pipeline::new("nightly");
    for i in 0..steps {
        let name = format!("step {i}");
        p.step(&name).checkpoint().run(move || async move { Ok("x".repeat(bytes)) });
    }
    let report = block_on(p.runner().checkpoints(runs.begin("monday")?).run(&Smol))?;
    let errors = report.steps().filter_map(|step| match step.error()? {
        StepError::NotStored(message) => Some(message.clone()),
        other => panic!("{other}"),
    });
    Ok(errors.collect())
}

fn stored(path: &Path) -> Result<usize, Box<dyn Error>> {
    Ok(History::open(path)?.steps("monday")?.iter().filter(|step| step.is_stored).count())
}

#[test]
fn a_file_that_is_locked_for_a_moment_is_waited_for() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    let runs = Runs::open(&path)?;
    let other = Connection::open(&path)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let other = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        other.execute_batch("COMMIT")
    });
    assert_eq!(store_some(&runs, 3, 10)?, [""; 0]);
    other.join().unwrap()?;
    assert_eq!(stored(&path)?, 3);
    Ok(())
}

#[test]
fn a_file_that_stays_locked_is_the_steps_error() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    let runs = Runs::open(&path)?;
    let other = Connection::open(&path)?;
    other.busy_timeout(Duration::from_secs(5))?;
    let mut p = LocalPipeline::new("nightly");
    let first = p.step("first").checkpoint().run(async || Ok(1));
    p.step("second").checkpoint().needs(first).run(async |_| Ok(other.execute_batch("BEGIN IMMEDIATE")?));
    let report = block_on(p.runner().checkpoints(runs.begin("monday")?).run(&Smol))?;
    let Some(StepError::NotStored(message)) = report.get("second").unwrap().error() else { panic!("{report}") };
    let begin = format!("cannot store a result of run `monday` in `{}`: another program has locked it", path.display());
    assert!(message.starts_with(&begin), "{message}");
    drop(report);
    other.execute_batch("COMMIT")?;
    assert_eq!(stored(&path)?, 1);
    Ok(())
}

/// Starts a test of this file as a process of its own, below `command`.
fn process(command: &str, test: &str, folder: &Path) -> std::io::Result<Output> {
    let script = format!("{command} exec \"$0\" --ignored --exact {test} --nocapture");
    Command::new("sh").arg("-c").arg(script).arg(env::current_exe()?).env("RUNGS_SQLITE_FOLDER", folder).output()
}

fn its_folder() -> Option<std::path::PathBuf> {
    env::var_os("RUNGS_SQLITE_FOLDER").map(Into::into)
}

#[test]
#[ignore = "a process of the test below"]
fn the_run_is_in_use() -> Outcome {
    let Some(folder) = its_folder() else { return Ok(()) };
    let runs = Runs::open(folder.join("runs.db"))?;
    assert_eq!(runs.begin("monday").unwrap_err().kind(), ErrorKind::InUse);
    runs.begin("tuesday")?;
    Ok(())
}

#[test]
#[cfg(unix)]
fn two_processes_exclude_each_other_by_run() -> Outcome {
    let folder = tempfile::tempdir()?;
    let runs = Runs::open(folder.path().join("runs.db"))?;
    let run = runs.begin("monday")?;
    let refused = process("", "the_run_is_in_use", folder.path())?;
    assert!(refused.status.success(), "{refused:?}");
    drop(run);
    runs.begin("monday")?;
    let not_refused = process("", "the_run_is_in_use", folder.path())?;
    assert!(!not_refused.status.success(), "it looks in vain: {not_refused:?}");
    Ok(())
}

/// What fits is stored, the rest are errors of their steps, and what is stored is whole.
fn fill(folder: &Path, kinds: &[&str]) -> Outcome {
    let path = folder.join("runs.db");
    let runs = Runs::open(&path)?;
    let errors = store_some(&runs, 20, 20_000)?;
    println!("{} errors: {:?}", errors.len(), errors.last());
    assert!((1..20).contains(&errors.len()), "{} errors", errors.len());
    for error in &errors {
        assert!(kinds.iter().any(|kind| error.contains(kind)), "{error}");
    }
    assert_eq!(stored(&path)?, 20 - errors.len());
    Ok(())
}

#[test]
#[ignore = "a process of the test below"]
fn long_files_fail() -> Outcome {
    its_folder().map_or(Ok(()), |folder| fill(&folder, &["disk I/O error"]))
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_grow_is_the_error_of_the_steps_that_do_not_fit() -> Outcome {
    let folder = tempfile::tempdir()?;
    // In blocks of 512 bytes, or of 1,024 in some shells.
    let run = process("trap '' XFSZ; ulimit -f 300;", "long_files_fail", folder.path())?;
    assert!(run.status.success(), "{run:?}");
    let path = folder.path().join("runs.db");
    let kept = stored(&path)?;
    assert_eq!(store_some(&Runs::open(&path)?, 20, 20_000)?, [""; 0], "with room, the rest is stored");
    assert!(kept > 0);
    assert_eq!(stored(&path)?, 20);
    Ok(())
}

#[test]
#[ignore = "a process of the test below"]
fn the_disk_is_full() -> Outcome {
    its_folder().map_or(Ok(()), |folder| fill(&folder, &["there is no room for it"]))
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_the_error_of_the_steps_that_do_not_fit() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mount = |then: &str| {
        format!("exec unshare -rm sh -c 'mount -t tmpfs -o size=400k none \"$1\" && {then}' - {:?}", folder.path())
    };
    if !Command::new("sh").arg("-c").arg(mount("true")).output()?.status.success() {
        println!("SKIPPED: no small disk can be made here");
        return Ok(());
    }
    let then = format!("exec {:?} --ignored --exact the_disk_is_full --nocapture", env::current_exe()?);
    let run = Command::new("sh").arg("-c").arg(mount(&then)).env("RUNGS_SQLITE_FOLDER", folder.path()).output()?;
    assert!(run.status.success(), "{run:?}");
    Ok(())
}

#[test]
#[ignore = "a process of the test below"]
fn only_reading_is_allowed() -> Outcome {
    let Some(folder) = its_folder() else { return Ok(()) };
    let path = folder.join("runs.db");
    let error = Runs::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
    assert_eq!(error.to_string(), format!("cannot open `{}`: it may not be written", path.display()));
    Ok(())
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_written_is_refused() -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    assert_eq!(store_some(&Runs::open(&path)?, 3, 10)?, [""; 0]);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444))?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    if fs::OpenOptions::new().append(true).open(&path).is_ok() {
        // The superuser writes what it likes, so it steps down.
        let mut process = Command::new(env::current_exe()?);
        std::os::unix::process::CommandExt::uid(&mut process, 65534);
        process.args(["--ignored", "--exact", "only_reading_is_allowed"]).env("RUNGS_SQLITE_FOLDER", folder.path());
        let run = match process.output() {
            Ok(run) => run,
            Err(error) => {
                println!("SKIPPED: the tests cannot be run by another user: {error}");
                return Ok(());
            }
        };
        assert!(run.status.success(), "{run:?}");
    } else {
        assert_eq!(Runs::open(&path).unwrap_err().kind(), ErrorKind::ReadOnly);
    }
    Ok(())
}
