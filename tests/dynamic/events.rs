//! What an observer is told, and in which order.

use rungs::{Backoff, Cause, EventKind, Observer, OnFailure, Pipeline, Status, StepError};

use crate::support::{Log, Sim, drive, ms};

#[test]
fn events_come_in_the_order_in_which_things_happen() {
    let sim = Sim::new();
    let clock = sim.clock();
    let log = Log::new();
    let mut p = Pipeline::with_error::<&str>("observed");
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
    let report = drive(&sim, p.runner().observe(log.clone()).run(&clock)).unwrap();
    assert_eq!(
        log.lines(),
        [
            "0 observed: run started: 6 steps",
            "0 a: started",
            "0 a: busy; again in 10ms",
            "0 b: started",
            "4 b: timed out; again at once",
            "4 b: attempt 2",
            "8 b: failed after 2 attempts: timed out",
            "8 c: failed: `b` failed",
            "8 tidy: started",
            "8 tidy: success",
            "10 a: attempt 2",
            "10 a: success after retries",
            "10 alarm: skipped: not needed",
            "10 d: started",
            "10 d: failed: panicked: oh",
            "10 observed: run ended: 2 success, 2 failed, 1 more for a failed need, 1 skipped, exit code 1",
        ],
    );
    assert_eq!(report.count(Status::Failed), 3);
}

#[test]
fn the_events_of_a_stop() {
    let sim = Sim::new();
    let clock = sim.clock();
    let log = Log::new();
    let mut p = Pipeline::with_error::<&str>("stopped");
    p.step("bad").run(|| async { Err::<(), _>("no") });
    p.step("backoff").retries(1).backoff(Backoff::fixed(ms(9))).run(|| async { Err::<(), _>("its last") });
    let slow = p.step("slow").run(|| async { Ok(clock.sleep(ms(5)).await) });
    p.step("next").needs(slow).run(|_| async { Ok(()) });
    let watched = p.runner().max_concurrent(3).on_failure(OnFailure::Cancel).observe(log.clone());
    assert_eq!(drive(&sim, watched.run(&clock)).unwrap().exit_code(), 1);
    // Under a limit the longest path goes first, so that `slow` runs when `bad` fails.
    assert_eq!(
        log.lines(),
        [
            "0 stopped: run started: 4 steps, at most 3 at once",
            "0 slow: started",
            "0 bad: started",
            "0 bad: failed: no",
            "0 backoff: skipped: stopped after `bad` failed",
            "0 slow: cancelled: stopped after `bad` failed",
            "0 next: skipped: stopped after `bad` failed",
            "0 stopped: run ended: 1 failed, 2 skipped, 1 cancelled, exit code 1; stopped after a failure",
        ],
    );
}

#[test]
fn events_say_why_in_the_words_of_the_report() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("reasons");
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
    let run = p.runner().on_failure(OnFailure::Cancel).on_event(|event| {
        if let EventKind::Ended { .. } = event.kind {
            told.push(event.to_string());
        }
    });
    let report = drive(&sim, run.run(&clock)).unwrap();
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
    let sim = Sim::new();
    let clock = sim.clock();
    let mut seen = Vec::new();
    let mut p = Pipeline::with_error::<String>("whole");
    let bad = p.step("bad").retries(1).run(|| async { Err::<(), _>("no".to_string()) });
    p.step("good").run(|| async { Ok(clock.sleep(ms(1)).await) });
    let run = p.runner().deadline(ms(20)).on_event(|event| {
        let what = match &event.kind {
            EventKind::RunStarted(run) => {
                assert_eq!((run.len(), run.is_empty(), run.max_concurrent()), (2, false, None));
                assert_eq!((run.deadline(), run.plan().len()), (Some(ms(20)), 2));
                run.names().collect::<Vec<_>>().join(" and ")
            }
            EventKind::Started => "started".into(),
            EventKind::Retrying { error, next } => format!("{error} until {next}"),
            EventKind::Ended { status: Status::Success, cause: None, error: None, .. } => "success".into(),
            EventKind::Ended {
                status: Status::Failed,
                cause: Some(Cause::Failed),
                error: Some(StepError::Failed(error)),
                ..
            } => error.clone(),
            EventKind::RunEnded { counts, exit_code } => {
                assert_eq!((counts.success, counts.failed, counts.skipped, counts.cancelled), (1, 1, 0, 0));
                format!("exit code {exit_code}")
            }
            other => panic!("there is no other: {other:?}"),
        };
        seen.push((event.step.map(|step| step.index()), event.name.to_string(), event.attempt, event.at, what));
    });
    assert_eq!(drive(&sim, run.run(&clock)).unwrap().exit_code(), 1);
    let (start, end) = (rungs::Instant::ZERO, rungs::Instant::ZERO + ms(1));
    let row = |step, name: &str, attempt, at, what: &str| (step, name.to_string(), attempt, at, what.to_string());
    assert_eq!(
        seen,
        [
            row(None, "whole", 0, start, "bad and good"),
            row(Some(bad.id().index()), "bad", 1, start, "started"),
            // The other step starts before the next attempt does.
            row(Some(1), "good", 1, start, "started"),
            row(Some(0), "bad", 1, start, "no until 0ns"),
            row(Some(0), "bad", 2, start, "started"),
            row(Some(0), "bad", 2, start, "no"),
            row(Some(1), "good", 1, end, "success"),
            row(None, "whole", 0, end, "exit code 1"),
        ],
    );
}

#[test]
fn observers_add_up() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (log, mut by_reference, boxed) = (Log::new(), Log::new(), Log::new());
    let (mut closure, mut other) = (Vec::new(), 0);
    let mut p = Pipeline::with_error::<&str>("heard");
    p.step("a").run(|| async { Ok(()) });
    let any: Box<dyn Observer<&'static str> + Send> = Box::new(boxed.clone());
    let run = p
        .runner()
        .observe(log.clone())
        .on_event(|event| closure.push(format!("0 {event}")))
        .observe(&mut by_reference)
        .observe(any)
        .observe(None::<Log>)
        .on_event(|_| other += 1)
        .observe(Some(log.clone()));
    assert!(drive(&sim, run.run(&clock)).unwrap().is_success());
    let lines = ["heard: run started: 1 step", "a: started", "a: success", "heard: run ended: 1 success, exit code 0"];
    let lines = lines.map(|line| format!("0 {line}"));
    assert_eq!(closure, lines);
    assert_eq!(by_reference.lines(), lines);
    assert_eq!(boxed.lines(), lines);
    assert_eq!(log.lines(), lines.iter().flat_map(|line| [line.clone(), line.clone()]).collect::<Vec<_>>());
    assert_eq!(other, 4);
}

#[test]
fn a_wrong_plan_has_no_events_and_an_empty_one_has_two() {
    let mut p = Pipeline::with_error::<&str>("wrong");
    let log = Log::new();
    assert!(drive(&Sim::new(), p.runner().max_concurrent(0).observe(log.clone()).run(&Sim::new().clock())).is_err());
    assert_eq!(log.lines(), [""; 0]);
    assert!(drive(&Sim::new(), p.runner().observe(log.clone()).run(&Sim::new().clock())).unwrap().is_success());
    assert_eq!(log.lines(), ["0 wrong: run started: 0 steps", "0 wrong: run ended: nothing to do, exit code 0"]);
}

#[test]
fn the_last_line_of_a_log_says_what_stopped_the_run() {
    for (drains, told) in [(true, "the run was drained"), (false, "the run was cancelled")] {
        let sim = Sim::new();
        let clock = sim.clock();
        let (log, token) = (Log::new(), rungs::CancelToken::new());
        let mut p = Pipeline::with_error::<&str>("service");
        let first = p.step("first").run(|| async { Ok(if drains { token.drain() } else { token.cancel() }) });
        p.step("second").after(first).run(|| async { Ok(()) });
        p.step("third").after(first).run(|| async { Ok(()) });
        let run = p.runner().cancel(&token).observe(log.clone()).run(&clock);
        let report = drive(&sim, run).unwrap();
        let line = format!("0 service: run ended: 1 success, 2 skipped, exit code 2; {told}");
        assert_eq!(log.lines().last(), Some(&line));
        let line = format!("3 steps: 1 succeeded, 0 failed, 2 skipped ({told}: 2), 0 cancelled in 0, exit code 2");
        assert_eq!(report.to_string().lines().last(), Some(&*line));
    }
}
