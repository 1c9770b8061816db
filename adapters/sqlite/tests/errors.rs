//! The errors of steps in the history.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use futures_lite::future::block_on;
use rungs::{NoClock, Pipeline, PipelineError, Report};
use rungs_smol::Smol;
use rungs_sqlite::{History, Run, Runs};
use std::{collections::BTreeMap, error::Error, path::Path, time::Duration};

type Outcome = Result<(), Box<dyn Error>>;

/// What the history tells of the steps of a run: how each ended, why, and its error.
fn told<E>(
    path: &Path,
    run: impl AsyncFnOnce(Run) -> Result<Report<E>, PipelineError>,
) -> Result<Vec<String>, Box<dyn Error>> {
    let runs = Runs::open(path)?;
    assert_eq!(block_on(run(runs.begin("monday")?))?.exit_code(), 1);
    drop(runs);
    let steps = History::open(path)?.steps("monday")?;
    let line = |step: rungs_sqlite::StepRecord| {
        let words = [Some(step.name), step.status, step.cause, step.error];
        words.into_iter().flatten().collect::<Vec<_>>().join(": ")
    };
    Ok(steps.into_iter().map(line).collect())
}

#[test]
fn a_step_has_its_error_with_all_sources_its_panic_or_why_its_result_is_not_there() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    let told = told(&path, async |store| {
        let mut p = Pipeline::new("nightly");
        let config = p.step("config").retries(1).run(async || {
            let number = "x".parse::<u16>();
            Ok(number.map_err(std::io::Error::other)?)
        });
        p.step("needs it").needs(config).run(async |_| Ok(()));
        p.step("panics").run(async || if true { panic!("oh\nno") } else { Ok(()) });
        // JSON has texts alone for keys.
        p.step("odd").checkpoint().run(async || Ok(BTreeMap::from([(vec![1_u8], 1_u8)])));
        p.step("slow").timeout(Duration::from_millis(1)).run(async || Ok(std::future::pending::<u8>().await));
        p.step("good").retries(1).run_with(async |cx| if cx.attempt() == 1 { Err("once".into()) } else { Ok(()) });
        p.runner().checkpoints(store).run(&Smol).await
    })?;
    assert_eq!(
        told,
        [
            "config: failed: failed: invalid digit found in string",
            "needs it: failed: dependency",
            "panics: failed: panicked: oh\nno",
            "odd: failed: failed: its result was not stored: key must be a string",
            "slow: failed: timed_out",
            "good: success",
        ]
    );
    Ok(())
}

#[test]
fn texts_are_errors_as_well_and_codes_have_no_words() -> Outcome {
    let folder = tempfile::tempdir()?;
    let text = told(&folder.path().join("text.db"), async |store| {
        let mut p = Pipeline::with_error::<&str>("text");
        p.step("load").run(async || Err::<(), _>("no table"));
        p.runner().checkpoints(store).run(&NoClock).await
    })?;
    assert_eq!(text, ["load: failed: failed: no table"]);
    let code = told(&folder.path().join("code.db"), async |store| {
        let mut p = Pipeline::with_code::<u8>("code");
        p.step("load").run(async || Err::<(), _>(7));
        p.runner().checkpoints(store).run(&NoClock).await
    })?;
    assert_eq!(code, ["load: failed: failed"]);
    Ok(())
}

#[test]
fn an_error_that_panics_when_it_is_shown_has_no_words() -> Outcome {
    #[derive(Debug)]
    struct Panics;
    impl std::fmt::Display for Panics {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("not to be shown")
        }
    }
    impl Error for Panics {}
    let folder = tempfile::tempdir()?;
    let told = told(&folder.path().join("runs.db"), async |store| {
        let mut p = Pipeline::with_error::<Panics>("odd");
        p.step("load").run(async || Err::<(), _>(Panics));
        p.step("good").run(async || Ok(()));
        p.runner().checkpoints(store).run(&NoClock).await
    })?;
    assert_eq!(told, ["load: failed: failed", "good: success"]);
    Ok(())
}
