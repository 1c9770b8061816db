//! What steps learn of needs without a result: how these ended, why, and with which error.

use std::{
    panic::resume_unwind,
    rc::Rc,
    sync::{Arc, Mutex},
};

use rungs::{
    BoxError, CancelToken, Cause, LocalPipeline, NoClock, Origin, Pipeline, Status, StepError, Unmet, sim::Sim,
};

use crate::support::{block, ms};

/// An error that has no text, and cannot be cloned.
#[derive(Debug, PartialEq)]
struct Code(u16);

#[test]
fn the_error_itself_is_handed_on() {
    let mut p = Pipeline::with_code::<Code>("codes");
    let fetch = p.step("fetch").run(async || Err::<u8, _>(Code(503)));
    let alarm = p.step("alarm").needs(fetch).when_any_failed().run(async |fetch| {
        let unmet = fetch.err().unwrap();
        assert_eq!((unmet.name(), unmet.status(), unmet.cause()), ("fetch", Status::Failed, Cause::Failed));
        assert_eq!((unmet.root(), unmet.origin(), unmet.id().index()), ("fetch", None, 0));
        assert_eq!(unmet.error(), Some(&StepError::Failed(Code(503))));
        Ok(unmet)
    });
    let report = block(p.run(&NoClock)).unwrap();
    let kept = report.output(alarm).unwrap();
    drop(p);
    // It is the report's own error, and outlives the pipeline.
    let of_step: *const StepError<Code> = kept.error().unwrap();
    let (_, of_report) = report.into_errors().next().unwrap();
    assert!(std::ptr::eq(of_step, Arc::as_ptr(&of_report)));
}

/// Of a step that failed with another, it is the error of that one.
#[test]
fn the_error_of_the_root_is_handed_on_through_other_steps() {
    let mut p = Pipeline::new("chain");
    let port = p.step("port").run(async || Ok("eighty".parse::<u16>()?));
    let address = p.step("address").needs(port).run(async |_| Ok(()));
    let page = p.step("page").needs(address).skip_on_error().run(async |_| Ok(()));
    let told = p.step("told").needs((address, page)).when_all_done().run(async |address, page| {
        let (address, page) = (address.err().unwrap(), page.err().unwrap());
        assert!(matches!(address.origin(), Some(Origin::Dependency { root: "port", via: None, .. })));
        assert_eq!((page.root(), page.status()), ("port", Status::Skipped));
        Ok([address.to_string(), page.to_string()])
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(
        *report.output(told).unwrap(),
        [
            "`address` failed: `port` failed: invalid digit found in string",
            "`page` was skipped: `port` failed, through `address`: invalid digit found in string",
        ],
    );
}

/// Each way in which a step may end without a result, in words.
#[test]
fn every_end_is_told() {
    let sim = Sim::new();
    let (clock, token) = (sim.clock(), CancelToken::new());
    let hang = sim.script::<(), &str>().hang();
    let busy = sim.script::<(), _>().fail("busy").hang();
    let mut p = Pipeline::with_error::<&str>("ends");
    let slow = p.step("slow").timeout(ms(5)).run(|| hang.play());
    let late = p.step("late").deadline(ms(5)).retries(3).run(|| busy.play());
    let panics = p.step("panics").run(async || resume_unwind(Box::new("oh no")));
    let gate = p.step("gate").run_maybe(async || Ok(None::<()>));
    let behind = p.step("behind").needs(gate).run(async |_| Ok(()));
    let needless = p.step("needless").needs(gate).when_any_failed().run(async |_| Ok(()));
    let cut = p.step("cut").run(|| hang.play());
    let never = p.step("never").needs(cut).run(async |_| Ok(()));
    p.step("stop").run(|| {
        let (clock, token) = (clock.clone(), token.clone());
        async move { Ok((clock.sleep(ms(9)).await, token.cancel()).1) }
    });
    let all = vec![slow, late, panics, gate, behind, needless, cut, never];
    let told = p.step("told").needs(all).when_all_done().run(async |all: Vec<Result<_, Unmet<_>>>| {
        Ok(all.into_iter().filter_map(Result::err).map(|unmet| unmet.to_string()).collect::<Vec<_>>())
    });
    let report = sim.run(p.runner().cancel(&token)).unwrap();
    assert_eq!(
        *report.output(told).unwrap(),
        [
            "`slow` failed: timed out",
            "`late` failed: deadline exceeded",
            "`panics` failed: panicked: oh no",
            "`gate` was skipped by itself",
            "`behind` was skipped: `gate` was skipped",
            "`needless` was skipped: not needed",
            "`cut` was cancelled: the run was cancelled",
            "`never` was skipped: the run was cancelled",
        ],
    );
}

/// What a cancelled step returned last is its error.
#[test]
fn the_last_error_of_a_cancelled_step_is_handed_on() {
    let sim = Sim::new();
    let busy = sim.script::<(), _>().fail("busy");
    let mut p = Pipeline::with_error::<&str>("last");
    let polled = p.step("poll").retries(9).retry_delay(ms(100)).run(|| busy.play());
    let told = p
        .step("told")
        .needs(polled)
        .when_all_done()
        .run(async |polled| Ok(polled.err().map(|unmet| unmet.to_string())));
    let report = sim.run(p.runner().deadline(ms(50))).unwrap();
    assert_eq!(
        report.output(told).unwrap().as_deref(),
        Some("`poll` was cancelled: the run's deadline passed; last error: busy"),
    );
}

#[test]
fn it_is_an_error_for_a_question_mark() {
    let mut p = Pipeline::new("passed on");
    let bad = p.step("bad").run(async || Err::<u8, _>("out of paper".into()));
    let next = p.step("next").needs(bad).when_all_done().run(async |bad| Ok(*bad?));
    let report = block(p.run(&NoClock)).unwrap();
    let error = report.output(next).unwrap_err();
    assert_eq!(format!("{error:#}"), "`next` has no result: `bad` failed: out of paper");
}

/// A name or an error that contains a line break stays on the line.
#[test]
fn it_is_told_on_one_line() {
    let mut p = Pipeline::with_error::<&str>("lines");
    let odd = p.step("odd\nname").run(async || Err::<u8, _>("two\nlines"));
    let told = p.step("told").needs(odd).when_all_done().run(async |odd| Ok(odd.err().map(|unmet| unmet.to_string())));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.output(told).unwrap().as_deref(), Some("`odd\\nname` failed: two\\nlines"));
}

/// Errors of steps that stay on one thread need be neither `Send` nor `Sync`.
#[test]
fn local_errors_are_handed_on() {
    let mut p = LocalPipeline::with_code::<Rc<str>>("local");
    let bad = p.step("bad").run(async || Err::<u8, _>(Rc::from("no")));
    let told = p.step("told").needs(bad).when_all_done().run(async |bad| {
        let Some(StepError::Failed(error)) = bad.as_ref().err().and_then(Unmet::error) else { return Ok(None) };
        Ok(Some(error.clone()))
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.output(told).unwrap().as_deref(), Some("no"));
}

/// The context names all needs without a result, and not only those that are arguments.
#[test]
fn the_context_lists_needs_that_are_no_arguments() {
    let told = Mutex::new(Vec::new());
    let mut p = Pipeline::new("nightly");
    let fetch = p.step("fetch").run(async || Err::<u8, BoxError>("no route".into()));
    let fine = p.step("fine").run(async || Ok(1));
    let hung = p.step("panics").run(async || -> Result<u8, _> { resume_unwind(Box::new("oh no")) });
    let ordered = p.step("ordered").run(async || Err::<u8, BoxError>("of no interest".into()));
    p.step("close").needs((fine, fetch)).after(hung).follows(ordered).when_all_done().run_with(async |cx, _, _| {
        let mut told = told.lock().unwrap();
        told.extend(cx.unmet().map(|unmet| (unmet.name().to_owned(), unmet.error().map(ToString::to_string))));
        Ok(())
    });
    p.step("usual").needs(fine).run_with(async |cx, _| Ok(assert_eq!(cx.unmet().len(), 0)));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.get("usual").unwrap().status(), Status::Success);
    assert_eq!(
        *told.lock().unwrap(),
        [("fetch".to_owned(), Some("no route".to_owned())), ("panics".to_owned(), Some("panicked: oh no".to_owned()))],
    );
}

/// What the context lists has the type of the pipeline's errors, and may be kept.
#[test]
fn the_context_hands_errors_on() {
    let mut p = Pipeline::with_code::<Code>("codes");
    p.step("fetch").retries(1).run(async || Err::<u8, _>(Code(503)));
    p.step("slow").run(async || Err::<u8, _>(Code(504)));
    let kept = p.step("alarm").after_all().when_any_failed().run_with(async |cx| Ok(cx.clone()));
    let report = block(p.run(&NoClock)).unwrap();
    let cx = report.output(kept).unwrap();
    let errors: Vec<_> = cx.unmet().map(|unmet| unmet.error().unwrap()).collect();
    assert_eq!(errors, [&StepError::Failed(Code(503)), &StepError::Failed(Code(504))]);
}

/// A need of a join that has no result was pruned, which is no error.
#[test]
fn the_context_of_a_join_lists_what_was_pruned() {
    let mut p = Pipeline::with_code::<Code>("join");
    let gate = p.step("gate").run_maybe(async || Ok(None::<u8>));
    let taken = p.step("taken").run(async || Ok(7));
    let told = p
        .step("join")
        .needs((gate, taken))
        .when_none_failed()
        .run_with(async |cx, _, _| Ok(cx.unmet().map(ToString::to_string).collect::<Vec<_>>()));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(*report.output(told).unwrap(), ["`gate` was skipped by itself"]);
}

/// A step that failed, was tried again and then skipped itself has no error.
#[test]
fn who_skips_itself_has_no_error() {
    let mut p = Pipeline::with_code::<Code>("second thoughts");
    let gate = p.step("gate").retries(1).run_maybe_with(async |cx| match cx.attempt() {
        1 => Err(Code(503)),
        _ => Ok(None::<u8>),
    });
    let told = p.step("told").needs(gate).when_all_done().run(async |gate| Ok(gate.unwrap_err().error().is_none()));
    let report = block(p.run(&NoClock)).unwrap();
    assert!(*report.output(told).unwrap());
}

#[test]
fn the_context_of_a_step_after_all_lists_them_all_once() {
    let mut p = Pipeline::with_error::<&str>("report");
    let steps: Vec<_> = (0..100)
        .map(|n| p.step(&n.to_string()).run(move || async move { if n % 3 == 0 { Err("third") } else { Ok(n) } }))
        .collect();
    let told = p.step("told").needs(steps[3]).after_all().when_any_failed().run_with(async |cx, third| {
        assert_eq!(third.err().unwrap().to_string(), "`3` failed: third");
        Ok(cx.unmet().map(|unmet| unmet.id().index()).collect::<Vec<_>>())
    });
    let report = block(p.run(&NoClock)).unwrap();
    assert!(report.output(told).unwrap().iter().copied().eq((0..100).step_by(3)));
}
