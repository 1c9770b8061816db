//! Errors that a report gives: they own what they say, and lead to the step's own error.

use std::{error::Error, fmt, sync::Arc};

use rungs::{BoxError, CancelToken, LocalPipeline, NoClock, OutputError, Pipeline, RunError, StepError};

use crate::support::{Sim, block, drive, ms};

#[derive(Debug)]
pub(crate) struct DiskFull;

#[derive(Debug)]
pub(crate) struct LoadFailed(pub(crate) DiskFull);

impl fmt::Display for DiskFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("disk full")
    }
}

impl fmt::Display for LoadFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("load failed")
    }
}

impl Error for DiskFull {}

impl Error for LoadFailed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// An error and its sources.
fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect()
}

fn output_of_a_box() -> Result<u32, Box<dyn Error>> {
    let mut p = Pipeline::with_error::<BoxError>("boxed");
    let load = p.step("load").run(|| async { Err::<u32, _>(LoadFailed(DiskFull).into()) });
    let next = p.step("next").needs(load).run(|n| async move { Ok(*n) });
    let report = block(p.run(&NoClock))?;
    Ok(*report.output(next)?)
}

fn output_of_anyhow() -> anyhow::Result<u32> {
    let mut p = Pipeline::with_error::<anyhow::Error>("anyhow");
    let load =
        p.step("load").run(|| async { Err::<u32, _>(anyhow::Error::new(LoadFailed(DiskFull)).context("outer")) });
    let report = block(p.run(&NoClock))?;
    Ok(*report.output(load)?)
}

fn result_of_an_own_type() -> anyhow::Result<()> {
    let mut p = Pipeline::with_error::<LoadFailed>("own");
    p.step("load").run(|| async { Err::<(), _>(LoadFailed(DiskFull)) });
    let report = block(p.run(&NoClock))?.into_result()?;
    unreachable!("{report}");
}

fn result_of_a_text() -> Result<(), BoxError> {
    let mut p = Pipeline::with_error("text");
    p.step("load").run(|| async { Err::<(), _>("no paper") });
    let report = block(p.run(&NoClock))?.into_result()?;
    unreachable!("{report}");
}

#[test]
fn an_error_passes_through_functions_with_its_chain() {
    let told = ["`next` has no result: `load` failed", "load failed", "disk full"];
    assert_eq!(chain(&*output_of_a_box().unwrap_err()), told);

    let error = output_of_anyhow().unwrap_err();
    assert_eq!(format!("{error:#}"), "`load` has no result: outer: load failed: disk full");
    assert!(error.chain().any(|error| error.is::<DiskFull>()));

    let error = result_of_an_own_type().unwrap_err();
    assert_eq!(format!("{error:#}"), "pipeline `own` failed at `load`: load failed: disk full");
    assert!(error.chain().any(|error| error.is::<LoadFailed>()));

    assert_eq!(chain(&*result_of_a_text().unwrap_err()), ["pipeline `text` failed at `load`: no paper"]);
}

#[test]
fn a_local_pipeline_takes_boxes_that_stay_on_their_thread() {
    let mut p = LocalPipeline::with_error::<Box<dyn Error>>("local");
    let load = p.step("load").run(|| async { Err::<(), _>(Box::from(LoadFailed(DiskFull))) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(chain(&report.output(load).unwrap_err()), ["`load` has no result", "load failed", "disk full"]);
}

#[test]
fn an_error_says_its_chain_by_itself_if_asked() {
    let mut p = Pipeline::with_error::<LoadFailed>("alternate");
    let load = p.step("load").run(|| async { Err::<(), _>(LoadFailed(DiskFull)) });
    let next = p.step("next").needs(load).run(|_| async { Ok(()) });
    let report = block(p.run(&NoClock)).unwrap();
    let error = report.output(load).unwrap_err();
    assert_eq!(format!("{error:#}"), "`load` has no result: load failed: disk full");
    let debug = "OutputError { kind: NoSuccess, step: \"load\", status: Failed, \
                 error: Some(Failed(LoadFailed(DiskFull))), .. }";
    assert_eq!(format!("{error:?}"), debug);
    let error = report.output(next).unwrap_err();
    assert_eq!(format!("{error:#}"), "`next` has no result: `load` failed: load failed: disk full");
    assert_eq!(report.get("load").unwrap().reason().unwrap().to_string(), "load failed");
}

#[test]
fn errors_without_a_source_say_their_text_themselves() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_code("texts");
    let text = p.step("text").run(|| async { Err::<(), _>("no paper") });
    let late = p.step("late").timeout(ms(1)).run(std::future::pending::<Result<(), _>>);
    let panics = p.step("panics").run(|| async { if true { panic!("oh") } else { Ok(()) } });
    let report = drive(&sim, p.run(&clock)).unwrap();
    let told = [text, late, panics].map(|step| chain(&report.output(step).unwrap_err()).concat());
    assert_eq!(
        told,
        ["`text` has no result: no paper", "`late` has no result: timed out", "`panics` has no result: panicked: oh"]
    );
}

#[test]
fn what_a_step_once_said_is_no_source_of_its_timeout() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<LoadFailed>("late");
    let load = p.step("load").retries(1).timeout(ms(1)).run_with(|cx| async move {
        if cx.attempt() == 1 { Err(LoadFailed(DiskFull)) } else { std::future::pending::<Result<(), _>>().await }
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    let error = report.output(load).unwrap_err();
    let told = "`load` has no result: timed out (attempt 1: load failed)";
    assert_eq!((error.to_string(), error.source().is_none()), (told.into(), true));
    assert_eq!(format!("{error:#}"), "`load` has no result: timed out (attempt 1: load failed: disk full)");
    assert!(matches!(error.error(), Some(StepError::TimedOut)));
    assert!(matches!(error.own_error(), Some((1, LoadFailed(_)))));
    let errors: Vec<_> = report.into_errors().collect();
    assert!(matches!(&errors[..], [(step, error)] if step.index() == 0 && matches!(**error, StepError::Failed(_))));
}

#[test]
fn a_retry_is_told_with_the_error_of_its_own_attempt() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("retried");
    p.step("load").retries(2).timeout(ms(1)).run_with(|cx| async move {
        match cx.attempt() {
            1 => Err("busy"),
            2 => std::future::pending().await,
            _ => Ok(()),
        }
    });
    let mut told = Vec::new();
    let run = p.runner().on_event(|event| told.push(event.to_string())).run(&clock);
    let report = drive(&sim, run).unwrap();
    assert_eq!(
        told,
        [
            "retried: run started: 1 step",
            "load: started",
            "load: busy; again at once",
            "load: attempt 2",
            "load: timed out; again at once",
            "load: attempt 3",
            "load: success after retries",
            "retried: run ended: 1 success, exit code 0",
        ],
    );
    assert_eq!(report.get("load").unwrap().error(), None);
}

#[test]
fn a_run_that_was_stopped_is_an_error_too() {
    let token = CancelToken::new();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("stopped");
    p.step("first").run(|| async { Ok(token.drain()) });
    p.step("second").after_named(["first"]).run(|| async { Ok(()) });
    let report = block(p.runner().cancel(&token).run(&NoClock)).unwrap();
    let error = report.into_result().unwrap_err();
    assert_eq!(error.to_string(), "pipeline `stopped` was stopped at `second`: the run was drained");
    assert_eq!((error.exit_code(), error.step(), error.pipeline()), (2, "second", "stopped"));
    assert!(error.source().is_none() && error.error().is_none());
}

#[test]
fn a_run_names_the_step_that_failed_first() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("two");
    let optional = p.step("fine").optional().run(|| async { Err::<(), _>("nobody minds") });
    p.step("late").run(|| async {
        clock.sleep(ms(2)).await;
        Err::<(), _>("late")
    });
    p.step("early").run(|| async {
        clock.sleep(ms(1)).await;
        Err::<(), _>("early")
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.into_result().unwrap_err().to_string(), "pipeline `two` failed at `early`: early");
    p.step("needs it").needs(optional).run(|_| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.into_result().unwrap_err().to_string(), "pipeline `two` failed at `fine`: nobody minds");
}

#[test]
fn a_run_without_failure_is_its_report() {
    let mut p: Pipeline<'_> = Pipeline::new("good");
    let n = p.step("n").run(|| async { Ok(7) });
    p.step("lamp").optional().run(|| async { Err::<(), _>("no bulb".into()) });
    let report = block(p.run(&NoClock)).unwrap().into_result().unwrap();
    assert_eq!(*report.output(n).unwrap(), 7);
}

#[test]
fn errors_go_to_other_threads_and_outlive_the_report() {
    fn is_owned<T: Send + Sync + 'static>() {}
    is_owned::<OutputError<BoxError>>();
    is_owned::<RunError<anyhow::Error>>();
    let error = {
        let mut p = Pipeline::with_error::<LoadFailed>("gone");
        let load = p.step("load").run(|| async { Err::<(), _>(LoadFailed(DiskFull)) });
        block(p.run(&NoClock)).unwrap().output(load).unwrap_err()
    };
    let told = std::thread::spawn(move || chain(&error)).join().unwrap();
    assert_eq!(told, ["`load` has no result", "load failed", "disk full"]);
}

#[test]
fn a_run_is_debug_without_its_errors_being_so() {
    struct Code;
    let mut p = Pipeline::with_code::<Code>("codes");
    p.step("good").run(|| async { Ok(()) });
    p.step("bad").run(|| async { Err::<(), _>(Code) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(
        format!("{report:?}"),
        "Report { pipeline: \"codes\", exit_code: 1, succeeded: 1, failed: 1, skipped: 0, cancelled: 0, \
         duration: 0ns, .. }",
    );
    p.step("twice").run(|| async { Ok(()) });
    p.step("twice").run(|| async { Ok(()) });
    let error = block(p.run(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes().len(), 1);
    assert!(matches!(report.into_errors().next(), Some((_, error)) if matches!(*error, StepError::Failed(Code))));
}

#[test]
fn the_table_shows_the_chain() {
    let mut p = Pipeline::with_error::<LoadFailed>("chained");
    let load = p.step("load").run(|| async { Err::<(), _>(LoadFailed(DiskFull)) });
    p.step("next").needs(load).run(|_| async { Ok(()) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(
        report.to_string(),
        "\
Report: chained
step  status     tries     start  duration  cause
load  failed         1         0         0  load failed: disk full
next  failed         0         -         -  `load` failed
2 steps: 0 succeeded, 1 failed, 1 more for a failed need, 0 skipped, 0 cancelled in 0, exit code 1",
    );
}

#[test]
fn a_report_is_gone_through_step_by_step() {
    let mut p: Pipeline<'_> = Pipeline::new("steps");
    for name in ["a", "b", "c"] {
        p.step(name).run(|| async { Ok(()) });
    }
    let report = block(p.run(&NoClock)).unwrap();
    let mut names = Vec::new();
    for step in &report {
        assert_eq!(report.step(step.id()).unwrap().name(), step.name());
        names.push(step.name());
    }
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(report.steps().nth(1).unwrap().name(), "b");
    assert_eq!((report.steps().len(), report.steps().next_back().unwrap().name()), (3, "c"));
}

/// Errors are shared with the report, so taking one out of it makes no other.
#[test]
fn an_output_error_shares_the_error_of_the_report() {
    let text: Arc<str> = "no paper".into();
    let mut p: Pipeline<'_, Arc<str>> = Pipeline::with_code("shared");
    let bad = p.step("bad").run(|| std::future::ready(Err::<(), _>(text.clone())));
    let report = block(p.run(&NoClock)).unwrap();
    let errors = [report.output(bad).unwrap_err(), report.output(bad).unwrap_err()];
    assert_eq!(Arc::strong_count(&text), 2);
    drop(report);
    assert_eq!(errors[1].to_string(), "`bad` has no result: no paper");
}
