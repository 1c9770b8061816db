//! Runs that go on where an earlier one ended.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use futures_lite::future::block_on;
use rungs::{LocalPipeline, NoClock, Pipeline, PipelineError, PlanWarning, StepError};
use rungs_smol::Smol;
use rungs_sqlite::{ErrorKind, History, Runs};
use rusqlite::Connection;
use std::{
    cell::{Cell, RefCell},
    error::Error,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn Error>>;

/// A file that is not there yet, in a folder of its own.
fn file() -> std::io::Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    Ok((folder, path))
}

#[test]
fn a_failed_run_goes_on_with_the_steps_that_had_not_succeeded() -> Outcome {
    let (_folder, path) = file()?;
    let (fetched, is_locked) = (Cell::new(0), Cell::new(true));
    for exit_code in [1, 0] {
        // As two processes would.
        let runs = Runs::open(&path)?;
        let mut p = LocalPipeline::new("nightly");
        let rows = p.step("fetch").checkpoint().run(async || {
            fetched.set(fetched.get() + 1);
            Ok(vec![3, 1, 2])
        });
        let none = p.step("nothing to do").checkpoint().run_maybe(async || Ok(None::<u8>));
        p.step("after nothing").needs(none).run(async |_| Ok(()));
        let loaded = p
            .step("load")
            .needs(rows)
            .run(async |rows| if is_locked.take() { Err("locked".into()) } else { Ok(rows.len()) });
        let report = block_on(p.runner().checkpoints(runs.begin("monday")?).run(&Smol))?;
        assert_eq!(report.exit_code(), exit_code);
        assert_eq!(report.get("fetch").unwrap().is_given(), exit_code == 0);
        assert_eq!(report.get("nothing to do").unwrap().attempts(), u32::from(exit_code == 1));
        assert_eq!(report.output(loaded).is_ok(), exit_code == 0);
    }
    assert_eq!(fetched.get(), 1);
    Ok(())
}

/// The keys that a step and its undo are given in a run, which fails.
fn keys(path: &Path, run: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let keys = RefCell::new(Vec::new());
    let note = |key: Option<String>| {
        keys.borrow_mut().extend(key);
        Ok(())
    };
    let mut p = LocalPipeline::new("trip");
    let flight = p.step("flight").retries(1).run_with(async |cx| {
        note(cx.idempotency_key())?;
        if cx.attempt() == 1 { Err("connection reset".into()) } else { Ok(()) }
    });
    p.undo(flight).run_with(async |cx, _| note(cx.idempotency_key()));
    p.step("fails").after(flight).run(async || Err::<(), _>("sold out".into()));
    let store = Runs::open(path)?.begin(run)?;
    assert_eq!(block_on(p.runner().undo_on_failure().checkpoints(store).run(&Smol))?.exit_code(), 1);
    drop(p);
    Ok(keys.into_inner())
}

#[test]
fn a_step_has_one_key_in_all_attempts_of_a_run_and_in_all_its_starts() -> Outcome {
    let (_folder, path) = file()?;
    let monday = keys(&path, "monday")?;
    let [first, second, undo] = &monday[..] else { panic!("{monday:?}") };
    let run = first.strip_suffix("/flight").unwrap();
    assert_eq!((second, undo), (first, &format!("{run}/undo/flight")));
    assert_eq!(run.len(), 32);
    assert_eq!(keys(&path, "monday")?, monday);
    let tuesday = keys(&path, "tuesday")?;
    assert!(!tuesday.contains(first));
    // A run of this name in another file, and one that begins anew after the first was forgotten, are others.
    let (_other_folder, other) = file()?;
    assert!(!keys(&other, "monday")?.contains(first));
    Runs::open(&path)?.remove("monday")?;
    assert!(!keys(&path, "monday")?.contains(first));
    Ok(())
}

#[test]
fn a_file_of_version_1_is_read_as_it_is_and_goes_on_as_one_of_this_version() -> Outcome {
    let (_folder, path) = file()?;
    let earlier = Connection::open(&path)?;
    earlier.execute_batch(VERSION_1)?;
    drop(earlier);
    let version = || Connection::open(&path)?.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0));
    for _ in 0..2 {
        let history = History::open(&path)?;
        assert_eq!(history.runs()?[0].name, "monday");
        let steps = history.steps("monday")?;
        assert_eq!((&*steps[0].name, steps[0].status.as_deref(), steps[0].is_stored), ("fetch", Some("success"), true));
    }
    assert_eq!(version()?, 1);
    let keys = [keys(&path, "monday")?, keys(&path, "monday")?];
    assert_eq!((keys[0].len(), &keys[0]), (3, &keys[1]));
    assert_eq!((version()?, History::open(&path)?.stored("monday")?.len()), (2, 1));
    Ok(())
}

/// A run that has ended, with a result, as version 1 wrote it.
const VERSION_1: &str = "
    PRAGMA application_id = 0x72756e67;
    PRAGMA user_version = 1;
    CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE starts (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
        began_us INTEGER NOT NULL,
        ended_us INTEGER,
        exit_code INTEGER,
        pipeline TEXT
    ) STRICT;
    CREATE INDEX starts_by_run ON starts (run);
    CREATE TABLE endings (
        start INTEGER NOT NULL REFERENCES starts ON DELETE CASCADE,
        number INTEGER NOT NULL,
        step TEXT NOT NULL,
        status TEXT NOT NULL,
        cause TEXT,
        attempts INTEGER NOT NULL,
        began_us INTEGER,
        duration_us INTEGER NOT NULL,
        PRIMARY KEY (start, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoints (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
        step TEXT NOT NULL,
        fingerprint INTEGER NOT NULL,
        result TEXT,
        attempts INTEGER NOT NULL,
        began_us INTEGER,
        duration_us INTEGER NOT NULL,
        UNIQUE (run, step)
    ) STRICT;
    INSERT INTO runs VALUES (1, 'monday');
    INSERT INTO starts VALUES (1, 1, 1000000, 2000000, 0, 'nightly');
    INSERT INTO endings VALUES (1, 0, 'fetch', 'success', NULL, 1, 1000000, 1000);
    INSERT INTO checkpoints VALUES (1, 'fetch', 7, '[1,2]', 1, 1000000, 1000);
";

#[test]
fn what_is_undone_is_no_longer_in_the_file() -> Outcome {
    let (_folder, path) = file()?;
    let undone = Cell::new(0);
    let trip = || {
        let mut p = LocalPipeline::new("trip");
        let hotel = p.step("hotel").checkpoint().run(async || Ok(String::from("room 12")));
        p.undo(hotel).run(async |room| {
            undone.set(undone.get() + room.len());
            Ok(())
        });
        let car = p.step("car").checkpoint().run(async || Ok(7_usize));
        p.undo(car).run(async |car| {
            undone.set(undone.get() + 100 * *car);
            Ok(())
        });
        p.step("flight").after((hotel, car)).run(async || Err::<(), _>("sold out".into()));
        p
    };
    let runs = Runs::open(&path)?;
    assert_eq!(block_on(trip().runner().checkpoints(runs.begin("monday")?).run(&Smol))?.exit_code(), 1);
    // As another process, which finds what the first has done.
    let runs = Runs::open(&path)?;
    let mut p = trip();
    let undo = block_on(p.runner().checkpoints(runs.begin("monday")?).undo_stored().run(&Smol))?;
    assert_eq!((undo.exit_code(), undone.get()), (0, 707));
    let again = block_on(p.runner().checkpoints(runs.begin("monday")?).undo_on_failure().run(&Smol))?;
    assert_eq!((again.get("hotel").unwrap().is_given(), undone.get()), (false, 1414));
    assert_eq!(block_on(p.runner().checkpoints(runs.begin("monday")?).undo_stored().run(&Smol))?.exit_code(), 0);
    assert_eq!(undone.get(), 1414);
    Ok(())
}

#[test]
fn runs_of_other_names_know_nothing_of_each_other() -> Outcome {
    let (_folder, path) = file()?;
    let runs = Runs::open(&path)?;
    for name in ["monday", "tuesday", "", "it's \"odd\"\n\0 \u{202e}", "😀"] {
        let mut p: Pipeline<'_> = Pipeline::new("nightly");
        p.step("fetch").checkpoint().run(async || Ok(()));
        let report = block_on(p.runner().checkpoints(runs.begin(name)?).run(&NoClock))?;
        assert!(!report.get("fetch").unwrap().is_given(), "{name:?}");
    }
    assert_eq!(History::open(&path)?.runs()?.len(), 5);
    Ok(())
}

#[test]
fn a_result_comes_back_as_it_was_with_all_that_is_known_of_it() -> Outcome {
    let (_folder, path) = file()?;
    let odd = "it's \"odd\"\n\0 \u{202e}😀";
    let text = format!("{odd}{}", "x".repeat(100_000));
    for is_given in [false, true] {
        let runs = Runs::open(&path)?;
        let mut p: Pipeline<'_> = Pipeline::new("nightly");
        let step = p.step(odd).checkpoint().run(async || Ok((text.clone(), -1.5, Some(u64::MAX))));
        let report = block_on(p.runner().checkpoints(runs.begin("monday")?).run(&NoClock))?;
        assert_eq!(report.steps().next().unwrap().is_given(), is_given);
        assert_eq!(*report.output(step)?, (text.clone(), -1.5, Some(u64::MAX)));
    }
    let step = History::open(&path)?.steps("monday")?.remove(0);
    assert_eq!((step.name.as_str(), step.attempts, step.is_stored), (odd, 1, true));
    assert!(step.began.unwrap().elapsed()?.as_secs() < 3600);
    Ok(())
}

#[test]
fn a_step_that_changed_is_named_and_stored_anew() -> Outcome {
    let (_folder, path) = file()?;
    let runs = Runs::open(&path)?;
    for (version, warned) in [(1, 0), (2, 1), (2, 0)] {
        let mut p: Pipeline<'_> = Pipeline::new("nightly");
        p.step("fetch").version(version).checkpoint().run(async || Ok(version));
        let report = block_on(p.runner().checkpoints(runs.begin("monday")?).run(&NoClock))?;
        let outdated =
            |warning: &PlanWarning| matches!(warning, PlanWarning::OutdatedCheckpoint { step, .. } if step == "fetch");
        assert_eq!(report.warnings().into_iter().filter(|warning| outdated(warning)).count(), warned);
    }
    Ok(())
}

#[test]
fn a_run_that_is_in_use_is_not_begun_until_it_is_dropped() -> Outcome {
    let (_folder, path) = file()?;
    // Two opened files within a process exclude each other as two processes do.
    let (runs, others) = (Runs::open(&path)?, Runs::open(&path)?);
    let used = runs.begin("monday")?;
    for attempt in [&runs, &others] {
        let error = attempt.begin("monday").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InUse);
        let text = format!(
            "cannot begin run `monday` of `{}`: it is in use, by another process or in this one",
            path.display()
        );
        assert_eq!(error.to_string(), text);
        assert_eq!(attempt.remove("monday").unwrap_err().kind(), ErrorKind::InUse);
        assert_eq!(attempt.retain(|_| false)?, 0);
    }
    others.begin("tuesday")?;
    drop(used);
    let used = runs.begin("monday")?;
    assert_eq!(others.retain(|_| false)?, 1, "`tuesday` is in nobody's use");
    drop(used);
    Ok(())
}

#[test]
fn what_is_forgotten_begins_anew() -> Outcome {
    let (folder, path) = file()?;
    let runs = Runs::open(&path)?;
    let run = |name| -> Result<bool, Box<dyn Error>> {
        let mut p: Pipeline<'_> = Pipeline::new("nightly");
        p.step("fetch").checkpoint().run(async || Ok(1));
        let report = block_on(p.runner().checkpoints(runs.begin(name)?).run(&NoClock))?;
        Ok(report.get("fetch").unwrap().is_given())
    };
    assert_eq!((run("monday")?, run("monday")?), (false, true));
    runs.remove("monday")?;
    assert_eq!(runs.remove("monday").unwrap_err().kind(), ErrorKind::NoSuchRun);
    assert_eq!((run("monday")?, run("tuesday")?), (false, false));
    assert_eq!(runs.retain(|run| run.name == "tuesday")?, 1);
    assert_eq!((run("monday")?, run("tuesday")?), (false, true));
    drop(runs);
    // Nothing of claims and logs remains beside the file.
    let files: Vec<_> = folder.path().read_dir()?.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["runs.db"]);
    Ok(())
}

#[test]
fn a_run_is_spawned_and_dropped_and_goes_on() -> Outcome {
    let (_folder, path) = file()?;
    let runs = Runs::open(&path)?;
    let run = runs.begin("monday")?;
    let task = smol::spawn(async move {
        let mut p: Pipeline<'_> = Pipeline::new("nightly");
        let first = p.step("fetch").checkpoint().run(async || Ok(1));
        p.step("wait").needs(first).run(async |_| std::future::pending::<Result<(), _>>().await);
        p.runner().checkpoints(run).run(&Smol).await.map(|report| report.exit_code())
    });
    let history = History::open(&path)?;
    while history.steps("monday")?.is_empty() {
        std::thread::yield_now();
    }
    block_on(task.cancel());
    let mut p: Pipeline<'_> = Pipeline::new("nightly");
    p.step("fetch").checkpoint().run(async || Ok(2));
    let report = block_on(p.runner().checkpoints(runs.begin("monday")?).run(&Smol))?;
    assert!(report.get("fetch").unwrap().is_given());
    Ok(())
}

#[test]
fn an_error_names_step_run_and_file() -> Outcome {
    let (_folder, path) = file()?;
    let runs = Runs::open(&path)?;
    let run = runs.begin("monday")?;
    let other = Connection::open(&path)?;
    other.execute_batch("DROP TABLE checkpoints")?;
    let mut p: Pipeline<'_> = Pipeline::new("nightly");
    p.step("fetch").checkpoint().run(async || Ok(1));
    let error = block_on(p.runner().checkpoints(run).run(&NoClock)).unwrap_err();
    let PipelineError::Checkpoints { message, .. } = &error else { panic!("{error}") };
    let begin =
        format!("cannot read what is stored of run `monday` in `{}`: no such table: checkpoints", path.display());
    assert!(message.starts_with(&begin), "{message}");
    assert_eq!(error.exit_code(), 5);
    Ok(())
}

#[test]
fn a_result_that_cannot_be_stored_is_its_steps_error_and_others_are_kept() -> Outcome {
    let (_folder, path) = file()?;
    let runs = Runs::open(&path)?;
    let other = Connection::open(&path)?;
    let refuse =
        "CREATE TRIGGER refuse BEFORE INSERT ON checkpoints WHEN new.step = 'bad' BEGIN SELECT RAISE(FAIL, 'no'); END";
    other.execute_batch(refuse)?;
    let mut p: Pipeline<'_> = Pipeline::new("nightly");
    for name in ["good", "bad", "also good"] {
        p.step(name).checkpoint().run(async || Ok(1));
    }
    let report = block_on(p.runner().checkpoints(runs.begin("monday")?).run(&Smol))?;
    assert_eq!(report.exit_code(), 1);
    let Some(StepError::NotStored(message)) = report.get("bad").unwrap().error() else { panic!("{report}") };
    assert!(message.starts_with("cannot store a result of run `monday` in `"), "{message}");
    let stored: Vec<_> =
        History::open(&path)?.steps("monday")?.into_iter().map(|step| (step.name, step.is_stored)).collect();
    assert_eq!(stored.iter().filter(|(_, is_stored)| *is_stored).count(), 2, "{stored:?}");
    Ok(())
}
