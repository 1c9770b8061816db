//! The report as a program reads it.

use std::{error::Error, fmt, sync::Arc, time::SystemTime};

use rungs::{BoxError, CancelToken, NoClock, OutputErrorKind, Pipeline, PlanError, Status, StepError};

use crate::support::{Sim, block, drive, ms};

#[test]
fn exit_codes() {
    let sim = Sim::new();
    let clock = sim.clock();
    let code = |build: &dyn Fn(&mut Pipeline<'_, &'static str>)| {
        let mut p = Pipeline::with_error("codes");
        build(&mut p);
        let token = CancelToken::new();
        p.step("end").after_named(["it"]).run({
            let token = token.clone();
            move || std::future::ready(Ok(token.drain()))
        });
        p.step("last").after_named(["end"]).optional().run(|| async { Ok(()) });
        let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
        assert_eq!(report.is_success(), report.exit_code() == 0);
        report.exit_code()
    };
    // Only an optional step was kept from starting by the drain at the end.
    assert_eq!(code(&|p| _ = p.step("it").run(|| async { Ok(()) })), 0);
    assert_eq!(code(&|p| _ = p.step("it").run(|| async { Err::<(), _>("no") })), 1);
    let stopped = |p: &mut Pipeline<'_, &'static str>| {
        p.step("it").run(|| async { Ok(()) });
        p.step("more").after_named(["end"]).run(|| async { Ok(()) });
    };
    assert_eq!(code(&stopped), 2);
    assert_eq!(PlanError::EXIT_CODE, 3);
}

#[test]
fn outputs_and_why_there_is_none() {
    let mut p = Pipeline::with_error::<&str>("outputs");
    let good = p.step("good").run(|| async { Ok(7_u32) });
    let bad = p.step("bad").run(|| async { Err::<u32, _>("out of paper") });
    let next = p.step("next").needs(bad).run(|n| async move { Ok(*n) });
    let report = block(p.run(&NoClock)).unwrap();

    assert_eq!(*report.output(good).unwrap(), 7);
    assert_eq!(*report.output_named::<u32>("good").unwrap(), 7);
    assert!(report.get("nobody").is_none());

    assert_eq!(report.output(bad).unwrap_err().to_string(), "`bad` has no result: out of paper");
    let error = report.output(next).unwrap_err();
    assert_eq!(error.to_string(), "`next` has no result: `bad` failed");
    assert_eq!((error.kind(), error.step(), error.root()), (OutputErrorKind::NoSuccess, Some("next"), Some("bad")));
    assert_eq!((error.status(), error.cause()), (Some(Status::Failed), report.get("next").unwrap().cause()));
    assert_eq!(error.error(), report.get("next").unwrap().error());
    let wrong = report.output_named::<u64>("good").unwrap_err();
    assert_eq!(wrong.to_string(), "the result of `good` is of type `u32`, and was asked for as `u64`");
    assert_eq!((wrong.kind(), wrong.status()), (OutputErrorKind::OtherType, None));
    assert_eq!(report.output_named::<u64>("bad").unwrap_err().kind(), OutputErrorKind::OtherType);
    let none = report.output_named::<u64>("nobody").unwrap_err();
    assert_eq!(none.to_string(), "there is no such step");
    assert_eq!(format!("{none:?}"), "OutputError { kind: NoSuchStep, .. }");
}

#[test]
fn a_handle_of_another_pipeline_has_no_output_here() {
    let mut one = Pipeline::new("one");
    let mut two = Pipeline::new("two");
    one.step("mine").run(|| async { Ok(1_u32) });
    let theirs = two.step("theirs").run(|| async { Ok(2_u32) });
    let report = block(one.run(&NoClock)).unwrap();
    assert!(report.output(theirs).is_err(), "it would be the result of another step");
}

#[test]
fn steps_come_in_the_order_of_declaration_and_complete() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("order");
    p.step("z").after_named(["a"]).run(|| async { Ok(()) });
    p.step("a").run(|| async { Ok(clock.sleep(ms(3)).await) });
    p.step("m").after_named(["n"]).run(|| async { Ok(()) });
    p.step("n").run(|| async { Err::<(), _>("no") });
    clock.advance(ms(1_000));
    let report = drive(&sim, p.run(&clock)).unwrap();
    let names: Vec<_> = report.steps().map(|step| step.name()).collect();
    assert_eq!(names, ["z", "a", "m", "n"]);
    assert_eq!(report.steps().rev().map(|step| step.name()).collect::<String>(), "nmaz");
    assert_eq!((report.count(Status::Success), report.count(Status::Failed)), (2, 2));
    let (start, end) = report.span();
    assert_eq!((start, end - start, report.duration()), (rungs::Instant::ZERO + ms(1_000), ms(3), ms(3)));
    let a = report.get("a").unwrap();
    assert_eq!((a.started_at(), a.finished_at(), a.duration()), (Some(start), Some(end), ms(3)));
    let m = report.get("m").unwrap();
    assert_eq!((m.started_at(), m.finished_at(), m.duration()), (None, Some(start), ms(0)));
}

#[test]
fn the_wall_clock_is_that_of_the_start() {
    let before = SystemTime::now();
    let mut p = Pipeline::new("wall clock");
    let seen = p.step("seen").run(|| async { Ok(SystemTime::now()) });
    let report = block(p.run(&NoClock)).unwrap();
    assert!(before <= report.wall_clock_start());
    assert!(report.wall_clock_start() <= *report.output(seen).unwrap());
}

#[test]
fn errors_can_be_taken_out() {
    let mut p = Pipeline::with_error::<String>("errors");
    let bad = p.step("bad").run(|| async { Err::<(), _>("no".to_string()) });
    let next = p.step("next").needs(bad).run(|_| async { Ok(()) });
    p.step("good").run(|| async { Ok(()) });
    let report = block(p.run(&NoClock)).unwrap();
    let held = report.output(next).unwrap_err();
    let errors: Vec<_> = report.into_errors().collect();
    assert_eq!(errors, [(bad.id(), Arc::new(StepError::Failed("no".to_string())))]);
    assert_eq!(held.error(), Some(StepError::Dependency { root: bad.id(), via: bad.id() }));
}

#[derive(Debug)]
struct Outer(Inner);

#[derive(Debug)]
struct Inner;

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { write!(f, "outer: {}", self.0) } else { f.write_str("outer") }
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("inner")
    }
}

impl Error for Inner {}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn a_step_error_prints_and_chains_as_its_own_error() {
    let mut p = Pipeline::with_error::<Outer>("chain");
    p.step("bad").run(|| async { Err::<(), _>(Outer(Inner)) });
    let report = block(p.run(&NoClock)).unwrap();
    let shown = report.get("bad").unwrap().error().unwrap();
    assert_eq!((shown.to_string(), format!("{shown:#}")), ("outer".into(), "outer: inner".into()));
    let (_, error) = report.into_errors().next().unwrap();
    assert_eq!(error.source().unwrap().to_string(), "inner");
    let others: [(StepError<Outer>, &str); 4] = [
        (StepError::TimedOut, "timed out"),
        (StepError::Deadline, "deadline exceeded"),
        (StepError::Panicked("oh".into()), "panicked: oh"),
        (StepError::TaskDropped, "its executor dropped the task"),
    ];
    for (error, text) in others {
        assert_eq!(error.to_string(), text);
        assert!(error.source().is_none());
    }
}

#[test]
fn the_usual_error_type_takes_any() {
    let mut p = Pipeline::new("any");
    p.step("parse").run(|| async { Ok("x".parse::<u8>()?) });
    p.step("text").run(|| async { Err::<(), BoxError>("text".into()) });
    let report = block(p.run(&NoClock)).unwrap();
    let Some(StepError::Failed(error)) = report.get("parse").unwrap().error() else { panic!("no error") };
    assert!(error.is::<std::num::ParseIntError>());
    assert_eq!(report.get("text").unwrap().error().unwrap().to_string(), "text");
}

#[test]
fn all_parts_of_a_run_have_a_debug_form() {
    let mut p = Pipeline::with_error::<&str>("shown");
    let named = format!("{:?}", p.step("bad"));
    assert_eq!(named, r#"StepBuilder { name: "bad", .. }"#);
    let bad = p.step("bad").run(|| async { Err::<(), _>("no") });
    p.step("next").after(bad).depends_on(["bad"]).run(|inputs| async move {
        assert_eq!(format!("{inputs:?}"), "");
        Ok(())
    });
    assert_eq!(format!("{p:?}"), r#"Pipeline { name: "shown", steps: 2, .. }"#);
    let runner = p.runner().max_concurrent(2).on_event(|_| ());
    let text = format!("{runner:?}");
    assert!(text.starts_with(r#"Runner { pipeline: "shown", config: Config { max_concurrent: 2"#), "{text}");
    let report = block(runner.run(&NoClock)).unwrap();
    let text = format!("{report:?}");
    assert!(text.starts_with(r#"Report { pipeline: "shown", exit_code: 1, succeeded: 0, failed: 2"#), "{text}");
    let text = format!("{:?}", report.get("bad").unwrap().reason().unwrap());
    assert!(text.starts_with(r#"Reason { of: StepResult { name: "bad", status: Failed"#), "{text}");
    // A result without `Debug` would not have this.
    let error = block(p.runner().max_concurrent(0).run(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes().len(), 1);
}

#[test]
fn what_counts_for_the_exit_code() {
    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    // A skip is no failure, nor is it for the sake of one, even if that is the root.
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("skips");
    let root = p.step("root").optional().run(|| async { Err::<(), _>("no") });
    let spared = p.step("spared").after(root).skip_on_error().run(|| async { Ok(()) });
    p.step("behind").after(spared).run(|| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!((report.count(Status::Skipped), report.exit_code()), (2, 0), "{report}");
    assert!(report.is_success());

    // Nor is an alarm that was not needed, and what would have followed it.
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("not needed");
    let good = p.step("good").run(|| async { Ok(()) });
    let alarm = p.step("alarm").after(good).when_any_failed().run(|| async { Ok(()) });
    p.step("behind").after(alarm).run(|| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!((report.count(Status::Skipped), report.exit_code()), (2, 0), "{report}");

    // What a stop keeps from its end counts if it is required: cancelled or skipped.
    token.cancel();
    for (optional, code) in [(false, 2), (true, 0)] {
        let mut p: Pipeline<'_, &str> = Pipeline::with_error("stopped");
        let step = p.step("step");
        let step = if optional { step.optional() } else { step };
        step.run(|| async { Ok(()) });
        let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
        assert_eq!((report.count(Status::Skipped), report.exit_code()), (1, code), "{report}");

        let mut p: Pipeline<'_, &str> = Pipeline::with_error("cut off");
        let step = p.step("step");
        let step = if optional { step.optional() } else { step };
        step.run(std::future::pending::<Result<(), _>>);
        let report = drive(&sim, p.runner().deadline(ms(5)).run(&clock)).unwrap();
        assert_eq!((report.count(Status::Cancelled), report.exit_code()), (1, code), "{report}");
    }
}
