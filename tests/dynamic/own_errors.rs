//! The error that a step itself last returned is kept, whatever cuts off a later attempt.

use rungs::{EventKind, NoClock, OnFailure, Pipeline, StepError};

use crate::support::{Clock, Sim, block, drive, ms};

const DENIED: &str = "401 Unauthorized";

/// The first attempt returns an error, and the later ones do not end.
fn then_silent<'a>(
    sim: &Sim,
    clock: &'a Clock,
    settings: impl FnOnce(&mut Pipeline<'a, &'static str>),
) -> (String, Vec<String>) {
    let mut p = Pipeline::with_error("silent");
    settings(&mut p);
    p.step("fetch").run_with(|cx| async move {
        if cx.attempt() == 1 { Err::<(), _>(DENIED) } else { std::future::pending().await }
    });
    let mut events = Vec::new();
    let run = p.runner().on_event(|event| events.push(event.to_string())).run(clock);
    let report = drive(sim, run).unwrap();
    let fetch = report.get("fetch").unwrap();
    assert_eq!(fetch.own_error(), Some((1, &DENIED)));
    assert_eq!(report.output_named::<()>("fetch").unwrap_err().own_error(), Some((1, &DENIED)));
    let reason = fetch.reason().unwrap().to_string();
    assert!(report.to_string().contains(&reason), "{report}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["steps"][0]["own_error"], serde_json::json!({ "attempt": 1, "error": [DENIED] }));
    assert_eq!(json["steps"][0]["reason"], reason);
    let error = report.into_result().unwrap_err();
    assert_eq!(error.own_error(), Some((1, &DENIED)));
    assert!(error.to_string().ends_with(&reason), "{error}");
    (reason, events)
}

#[test]
fn a_timeout_keeps_it() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (reason, events) = then_silent(&sim, &clock, |p| {
        p.defaults(rungs::Settings::DEFAULT.retries(2).timeout(ms(5)));
    });
    assert_eq!(reason, "timed out (attempt 1: 401 Unauthorized)");
    let line = "fetch: failed after 3 attempts: timed out (attempt 1: 401 Unauthorized)";
    assert!(events.contains(&line.to_string()), "{events:#?}");
}

#[test]
fn a_deadline_keeps_it() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (reason, events) = then_silent(&sim, &clock, |p| {
        p.defaults(rungs::Settings::DEFAULT.retries(1).deadline(ms(5)));
    });
    assert_eq!(reason, "deadline exceeded (attempt 1: 401 Unauthorized)");
    let line = "fetch: failed after 2 attempts: deadline exceeded (attempt 1: 401 Unauthorized)";
    assert!(events.contains(&line.to_string()), "{events:#?}");
}

#[test]
fn a_panic_keeps_it() {
    let mut p = Pipeline::with_error::<&str>("panics");
    p.step("fetch").retries(3).run_with(|cx| async move {
        match cx.attempt() {
            1 | 2 => Err::<(), _>(DENIED),
            _ => panic!("no token"),
        }
    });
    let mut told = Vec::new();
    let run = p.runner().on_event(|event| {
        if let EventKind::Ended { error: Some(StepError::Panicked(message)), own_error, .. } = &event.kind {
            told.push((message.clone(), own_error.map(|(attempt, error)| (attempt, *error))));
        }
    });
    let report = block(run.run(&NoClock)).unwrap();
    assert_eq!(told, [("no token".to_string(), Some((2, DENIED)))]);
    let fetch = report.get("fetch").unwrap();
    assert_eq!(fetch.error(), Some(StepError::Panicked("no token".into())));
    assert_eq!(fetch.reason().unwrap().to_string(), "panicked: no token (attempt 2: 401 Unauthorized)");
    let errors: Vec<_> = report.into_errors().map(|(_, error)| error.to_string()).collect();
    assert_eq!(errors, [DENIED, "panicked: no token"]);
}

#[test]
fn a_stop_keeps_it() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("stopped");
    p.step("fetch").retries(2).timeout(ms(2)).retry_delay(ms(9)).run_with(|cx| async move {
        if cx.attempt() == 1 { Err::<(), _>(DENIED) } else { std::future::pending().await }
    });
    p.step("bad").run(|| async {
        clock.sleep(ms(15)).await;
        Err::<(), _>("no")
    });
    let report = drive(&sim, p.runner().on_failure(OnFailure::Drain).run(&clock)).unwrap();
    assert_eq!(
        report.get("fetch").unwrap().reason().unwrap().to_string(),
        "stopped after `bad` failed; last error: timed out (attempt 1: 401 Unauthorized)"
    );
}

#[test]
fn a_success_forgets_it_and_a_last_error_is_not_told_twice() {
    let mut p = Pipeline::with_error::<&str>("forgets");
    p.step("lucky").retries(1).run_with(|cx| async move { if cx.attempt() == 1 { Err(DENIED) } else { Ok(()) } });
    p.step("unlucky").retries(1).run(|| async { Err::<(), _>(DENIED) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.get("lucky").unwrap().own_error(), None);
    let unlucky = report.get("unlucky").unwrap();
    assert_eq!((unlucky.own_error(), unlucky.reason().unwrap().to_string()), (Some((2, &DENIED)), DENIED.into()));
    assert_eq!(report.into_errors().count(), 1);
}
