//! Undos that fail, panic, are retried or take too long; and stops.

use rungs::{CancelToken, EventKind, NoClock, OnFailure, Pipeline, Status, sim::Sim};
use std::{
    cell::Cell,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use crate::{Log, block, drive, fates, ms};

#[test]
fn a_failed_undo_is_told_and_keeps_none_from_the_next() {
    let (log, attempts) = (Log::default(), AtomicU32::new(0));
    let mut p = Pipeline::with_error("trip");
    p.config(rungs::Config::DEFAULT.on_failure(OnFailure::Cancel));
    let first = p.step("first").run(async || Ok::<_, &str>(1));
    let second = p.step("second").needs(first).run(async |_| Ok(2));
    let third = p.step("third").needs(second).run(async |_| Ok(3));
    let fourth = p.step("fourth").needs(third).run(async |_| Ok(4));
    p.undo(first).run(async |_| Ok(log.write("first")));
    p.undo(second).run(async |_| panic!("out of order"));
    p.undo(third).retries(2).retry_if(|error: &&str| *error == "busy").run(async |_| {
        log.write("third");
        Err(if attempts.fetch_add(1, Relaxed) == 0 { "busy" } else { "gone" })
    });
    p.undo(fourth).run(async |_| Ok(log.write("fourth")));
    p.step("fifth").after(fourth).run(async || Err::<(), _>("broken"));

    let report = block(p.runner().undo_on_failure().run(&NoClock)).unwrap();
    let undo = report.undo().unwrap();
    assert_eq!(log.take(), ["fourth", "third", "third", "first"]);
    assert_eq!(
        fates(undo),
        [
            "first success",
            "second failed: panicked: out of order",
            "third failed: gone",
            "fourth success",
            "fifth skipped: not needed"
        ]
    );
    assert_eq!((undo.exit_code(), report.exit_code()), (1, 1));
    assert_eq!(undo.get("third").unwrap().attempts(), 2);
    let error = report.into_result().unwrap_err();
    assert_eq!(format!("{error:#}"), "pipeline `trip` failed at `fifth`: broken");
}

#[test]
fn a_second_undo_goes_on_with_what_could_not_be_taken_back() {
    let (log, is_stuck) = (Log::default(), Cell::new(true));
    let mut p = rungs::LocalPipeline::with_error("twice");
    let first = p.step("first").run(async || Ok::<_, &str>(1));
    let second = p.step("second").needs(first).run(async |_| Ok(2));
    let third = p.step("third").needs(second).run(async |_| Ok(3));
    p.undo(first).run(async |_| Ok(log.write("first")));
    p.undo(second).run(async |result| {
        log.write(format!("second {result}"));
        if is_stuck.take() { Err("stuck") } else { Ok(()) }
    });
    p.undo(third).run(async |_| Ok(log.write("third")));
    let report = block(p.run(&NoClock)).unwrap();
    let exit_codes = [1, 0, 0].map(|expected| {
        let undo = block(p.runner().undo(&report).run(&NoClock)).unwrap();
        assert_eq!(undo.exit_code(), expected);
        undo.count(Status::Success)
    });
    assert_eq!(exit_codes, [2, 1, 0]);
    assert_eq!(log.take(), ["third", "second 2", "first", "second 2"]);
}

#[test]
fn an_undo_is_given_up_at_its_limits_and_without_any_at_that_of_clean_up_steps() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error("limits");
    let first = p.step("first").run(async || Ok::<_, &str>(()));
    let second = p.step("second").after(first).run(async || Ok(()));
    p.undo(first).run(async |_| Ok(clock.sleep(ms(500)).await));
    p.undo(second).timeout(ms(20)).retries(1).run(async |_| Ok(clock.sleep(ms(500)).await));
    p.step("bad").after(second).run(async || Err::<(), _>("bad"));
    let runner = p.runner().undo_on_failure().deadline(ms(5)).clean_up_deadline(ms(70));
    let report = drive(&sim, runner.run(&clock)).unwrap();
    let undo = report.undo().unwrap();
    assert_eq!(fates(undo)[..2], ["first failed: deadline exceeded", "second failed: timed out"].map(String::from));
    // The deadline of the run does not concern its undo.
    assert_eq!(undo.duration(), ms(40 + 70));
}

#[test]
fn one_cancel_does_not_stop_an_undo_and_a_second_does() {
    let sim = Sim::new();
    for cancels in 0..=2 {
        let (clock, token) = (sim.clock(), CancelToken::new());
        let mut p = Pipeline::with_error("cancelled");
        let first = p.step("first").run(async || Ok::<_, &str>(()));
        let second = p.step("second").after(first).run(async || Ok(()));
        p.undo(first).run(async |_| Ok(()));
        p.undo(second).run(async |_| {
            (0..cancels).for_each(|_| token.cancel());
            Ok(clock.sleep(ms(5)).await)
        });
        p.step("bad").after(second).run(async || Err::<(), _>("bad"));
        let report = drive(&sim, p.runner().undo_on_failure().cancel(&token).run(&clock)).unwrap();
        let undo = report.undo().unwrap();
        let expected = if cancels < 2 {
            ["first success", "second success", "bad skipped: not needed"]
        } else {
            [
                "first skipped: the run was cancelled",
                "second cancelled: the run was cancelled",
                "bad skipped: not needed",
            ]
        };
        assert_eq!(fates(undo), expected);
    }
}

#[test]
fn observers_of_a_run_are_told_of_its_undo() {
    let mut p: Pipeline<'_> = Pipeline::new("seen");
    let first = p.step("first").run(async || Ok(()));
    p.undo(first).run(async |_| Ok(()));
    p.step("bad").after(first).run(async || Err::<(), _>("bad".into()));
    let mut events = Vec::new();
    let run = p.runner().undo_on_failure().on_event(|event| {
        if !matches!(event.kind, EventKind::Started) {
            events.push(event.to_string());
        }
    });
    assert!(block(run.run(&NoClock)).unwrap().undo().is_some());
    assert_eq!(
        events,
        [
            "seen: run started: 2 steps",
            "first: success",
            "bad: failed: bad",
            "seen: run ended: 1 success, 1 failed, exit code 1",
            "undo of seen: run started: 2 steps",
            "bad: skipped: not needed",
            "first: success",
            "undo of seen: run ended: 1 success, 1 skipped, exit code 0",
        ]
    );
}

#[test]
fn an_observer_that_panics_in_the_undo_ends_the_run() {
    let mut p: Pipeline<'_> = Pipeline::new("odd");
    let first = p.step("first").run(async || Ok(()));
    p.undo(first).run(async |_| Ok(()));
    p.step("bad").after(first).run(async || Err::<(), _>("bad".into()));
    let run = p.runner().undo_on_failure().on_event(|event| assert!(!event.name.starts_with("undo"), "no undo"));
    let error = block(run.run(&NoClock)).unwrap_err();
    assert!(error.to_string().starts_with("the run of pipeline `undo of odd` broke off: the observer"), "{error}");
    // And the pipeline can be run again.
    assert!(block(p.runner().undo_on_failure().run(&NoClock)).unwrap().undo().unwrap().is_success());
}
