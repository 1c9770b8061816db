//! What an observer is told, and in which order.

use std::sync::{Arc, Mutex};

use rungs::{Backoff, Cause, Event, EventKind, OnFailure, Pipeline, Status, StepError};

use crate::support::{Clock, Log, drive, ms};

#[test]
fn events_come_in_the_order_in_which_things_happen() {
    let clock = Clock::new();
    let log = Log::new();
    let mut p: Pipeline<'_, &str> = Pipeline::new("observed");
    let a = p
        .step("a")
        .retries(2)
        .backoff(Backoff::fixed(ms(10)))
        .run_with(|cx| async move { if cx.attempt() == 1 { Err("busy") } else { Ok(()) } });
    let b = p.step("b").timeout(ms(4)).retries(1).run(|| async { Ok(clock.sleep(ms(5)).await) });
    p.step("c").needs((a, b)).run(|_, _| async { Ok(()) });
    p.step("d").needs(a).run(|_| async { if true { panic!("oh") } else { Ok(()) } });
    p.step("tidy").after(b).when_all_done().run(|| async { Ok(()) });
    p.step("alarm").needs(a).when_any_failed().run(|_| async { Ok(()) });
    let report = drive(&clock, p.runner().observe(log.observer()).run(&clock)).unwrap();
    assert_eq!(
        log.lines(),
        [
            "0 a: started",
            "0 a: busy; again in 10ms",
            "0 b: started",
            "4 b: timed out; again at once",
            "4 b: attempt 2",
            "8 b: failed: timed out",
            "8 c: failed: `b` failed",
            "8 tidy: started",
            "8 tidy: success",
            "10 a: attempt 2",
            "10 a: success after retries",
            "10 alarm: skipped: not needed: nothing went wrong",
            "10 d: started",
            "10 d: failed: panicked: oh",
        ],
    );
    assert_eq!(report.count(Status::Failed), 3);
}

#[test]
fn the_events_of_a_stop() {
    let clock = Clock::new();
    let log = Log::new();
    let mut p: Pipeline<'_, &str> = Pipeline::new("stopped");
    p.step("bad").run(|| async { Err::<(), _>("no") });
    p.step("backoff").retries(1).backoff(Backoff::fixed(ms(9))).run(|| async { Err::<(), _>("its last") });
    let slow = p.step("slow").run(|| async { Ok(clock.sleep(ms(5)).await) });
    p.step("next").needs(slow).run(|_| async { Ok(()) });
    let watched = p.runner().max_concurrent(3).on_failure(OnFailure::Cancel).observe(log.observer());
    assert_eq!(drive(&clock, watched.run(&clock)).unwrap().exit_code(), 1);
    // Under a limit the longest path goes first, so that `slow` runs when `bad` fails.
    assert_eq!(
        log.lines(),
        [
            "0 slow: started",
            "0 bad: started",
            "0 bad: failed: no",
            "0 backoff: skipped: stopped after `bad` failed",
            "0 slow: cancelled: stopped after `bad` failed",
            "0 next: skipped: stopped after `bad` failed",
        ],
    );
}

#[test]
fn events_say_why_in_the_words_of_the_report() {
    let clock = Clock::new();
    let mut p: Pipeline<'_, &str> = Pipeline::new("reasons");
    let bad = p.step("bad").optional().run(|| async { Err::<(), _>("no") });
    let next = p.step("next").needs(bad).optional().skip_on_error().run(|_| async { Ok(()) });
    p.step("last").needs(next).optional().run(|_| async { Ok(()) });
    let slow = p.step("slow").run(|| async { Ok(clock.sleep(ms(20)).await) });
    p.step("in backoff").retries(1).backoff(Backoff::fixed(ms(20))).run(|| async { Err::<(), _>("its last") });
    p.step("late").needs(slow).run(|_| async { Ok(()) });
    p.step("stops").run(|| async {
        clock.sleep(ms(10)).await;
        Err::<(), _>("oh")
    });
    let mut told = Vec::new();
    let observer = |event: &Event<'_, _>| {
        if let EventKind::Ended { .. } = event.kind {
            told.push(event.to_string());
        }
    };
    let run = p.runner().on_failure(OnFailure::Cancel).observe(observer).run(&clock);
    let report = drive(&clock, run).unwrap();
    told.sort();
    let reason = |step: rungs::StepResult<'_, _>| step.reason().unwrap().to_string();
    let mut lines: Vec<_> =
        report.steps().map(|step| format!("{}: {}: {}", step.name(), step.status(), reason(step))).collect();
    lines.sort();
    assert_eq!(told, lines);
    assert_eq!(
        told,
        [
            "bad: failed: no",
            "in backoff: cancelled: stopped after `stops` failed; last error: its last",
            "last: skipped: `bad` failed, through `next`",
            "late: skipped: stopped after `stops` failed",
            "next: skipped: `bad` failed",
            "slow: cancelled: stopped after `stops` failed",
            "stops: failed: oh",
        ],
    );
}

#[test]
fn events_carry_all_there_is() {
    let clock = Clock::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut p: Pipeline<'_, String> = Pipeline::new("whole");
    let bad = p.step("bad").run(|| async { Err::<(), _>("no".to_string()) });
    let observe = |event: &Event<'_, String>| {
        assert_eq!((event.step, event.name, event.at), (bad.id(), "bad", rungs::Instant::ZERO));
        let told = match event.kind {
            EventKind::Started { attempt } => format!("{attempt}"),
            EventKind::Ended {
                status: Status::Failed,
                cause: Some(Cause::Failed),
                attempts: 1,
                error: Some(StepError::Failed(error)),
                ..
            } => error.clone(),
            _ => "?".into(),
        };
        seen.lock().unwrap().push(told);
    };
    assert_eq!(drive(&clock, p.runner().observe(observe).run(&clock)).unwrap().exit_code(), 1);
    assert_eq!(*seen.lock().unwrap(), ["1", "no"]);
}
