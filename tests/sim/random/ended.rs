//! What must hold of the report of every run.

use super::{
    case::{Case, Step},
    play::ms,
};
use rungs::{Cause, Instant, Report, Status, StepId, StepResult, When};
use std::time::Duration;

fn result(report: &Report<String>, at: usize) -> StepResult<'_, String> {
    report.step(StepId::new(at).unwrap()).unwrap()
}

/// A result that an attempt in place came to is never lost, and none is made up.
pub(crate) fn check_result(
    report: &Report<String>,
    at: usize,
    step: &Step,
    (successes, skips): (u32, u32),
    said: &dyn Fn() -> String,
) {
    let result = result(report, at);
    let skipped_itself = result.cause() == Some(Cause::SkippedItself);
    assert!(result.attempts() <= step.retries + 1 && successes + skips <= 1, "{}", said());
    match result.status() {
        Status::Success => {
            assert!(skips == 0 && result.cause().is_none(), "{}", said());
            assert!(step.spawned || successes == 1, "{}", said());
            assert_eq!(**report.output_named::<usize>(&format!("s{at}")).as_ref().unwrap(), at);
        }
        Status::Failed | Status::Skipped | Status::Cancelled => {
            assert!(successes == 0 && result.cause().is_some(), "{}", said());
            assert!(skips == 0 || skipped_itself, "{}", said());
            let is_skipped = skipped_itself || (result.attempts() == 0 && result.status() != Status::Failed);
            assert_eq!(result.status() == Status::Skipped, is_skipped, "{}", said());
        }
        status => panic!("{status}: {}", said()),
    }
    assert!(!result.is_late() || (step.never_cancel && result.status() == Status::Success), "{}", said());
}

/// A step starts when its needs have ended as its rule asks.
pub(crate) fn check_needs(report: &Report<String>, at: usize, step: &Step, said: &dyn Fn() -> String) {
    let Some(started) = result(report, at).started_at() else { return };
    assert!(step.waits_for(at).all(|need| result(report, need).finished_at().unwrap() <= started), "{}", said());
    let needs = || step.needs.iter().copied().chain(if step.after_all { 0..at } else { 0..0 });
    let has_succeeded = |need| result(report, need).status() == Status::Success;
    match step.when {
        When::AllDone => {}
        When::AnyFailed => assert!(!needs().all(has_succeeded), "{}", said()),
        When::NoneFailed => {
            let statuses = [Status::Success, Status::Skipped];
            assert!(needs().all(|need| statuses.contains(&result(report, need).status())), "{}", said());
            assert!(needs().any(has_succeeded), "{}", said());
        }
        _ => assert!(needs().all(has_succeeded), "{}", said()),
    }
}

/// Where the clock moves only while all wait, no limit is passed. Where nothing else holds up a step, it starts as soon as what
/// it waits for has ended.
pub(crate) fn check_times(report: &Report<String>, at: usize, case: &Case, began: Instant, said: &dyn Fn() -> String) {
    let (step, result_of) = (&case.steps[at], |at| result(report, at));
    let (started, finished) = (result_of(at).started_at(), result_of(at).finished_at().unwrap());
    if let Some(started) = started.filter(|_| case.is_prompt(step)) {
        let ready = step.waits_for(at).filter_map(|need| result_of(need).finished_at()).max();
        assert_eq!(started, ready.unwrap_or(began), "{}", said());
    }
    if !case.is_timely() || step.spawned {
        return;
    }
    if step.never_cancel {
        let overran = |started| step.timeout.is_some_and(|limit| finished - started > ms(limit));
        let is_late =
            result_of(at).status() == Status::Success && result_of(at).attempts() == 1 && started.is_some_and(overran);
        assert!(!is_late || result_of(at).is_late(), "{}", said());
        return;
    }
    let of_clean_up = case.clean_up_deadline.filter(|_| step.is_clean_up() && step.timeout.is_none());
    if let (Some(limit), Some(started)) = (step.deadline.or(of_clean_up), started) {
        assert!(finished - started <= ms(limit), "{}", said());
    }
    // A run that follows on one that was dropped waits for what that one left, whatever its own limits are.
    if let Some(limit) = case.deadline.filter(|_| !step.is_clean_up() && case.drop_after.is_none()) {
        assert!(finished - began <= ms(limit), "{}", said());
    }
}

/// A success tells for how long attempts of the step were in flight, and nothing else tells a duration.
pub(crate) fn check_duration(
    report: &Report<String>,
    at: usize,
    case: &Case,
    in_flight_for: Duration,
    said: &dyn Fn() -> String,
) {
    let (step, known) = (&case.steps[at], report.durations().get(&format!("s{at}")));
    assert_eq!(known.is_some(), result(report, at).status() == Status::Success, "{}", said());
    // The end of a spawned attempt that was told to end is confirmed later.
    if let Some(known) = known.filter(|_| case.is_timely()) {
        assert!(
            known == in_flight_for || (step.spawned && known > in_flight_for),
            "{known:?}, not {in_flight_for:?}: {}",
            said()
        );
    }
}

/// By the rules in words, of the required steps: 1 if one failed; else 2 if a stop cut one short; else 0.
pub(crate) fn exit_code(case: &Case, report: &Report<String>) -> u8 {
    let required = || report.steps().zip(&case.steps).filter(|(_, step)| !step.optional).map(|(result, _)| result);
    let is_stop =
        |cause| matches!(cause, Cause::Drained | Cause::Cancelled | Cause::RunDeadline | Cause::Stopped { .. });
    if required().any(|result| result.status() == Status::Failed) {
        1
    } else if required().any(|result| result.cause().is_some_and(is_stop)) {
        2
    } else {
        0
    }
}
