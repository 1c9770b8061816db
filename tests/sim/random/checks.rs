//! What must hold of every run.

use super::case::{Act, Case, Step};
use rungs::{Cause, Event, EventKind, Report, Status, StepId, When, sim::Clock};
use std::sync::{Arc, Mutex, MutexGuard};

/// Sees all attempts from within, and all events.
pub(crate) struct Monitor {
    max_concurrent: u32,
    permits: u32,
    may_give_up: bool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    steps: Vec<SeenStep>,
    in_flight: u32,
    permits: u32,
    /// Of the run that goes on.
    run: u64,
    run_events: [u32; 2],
}

#[derive(Clone, Default)]
struct SeenStep {
    in_flight: u32,
    attempts: u32,
    /// Attempts of this run that came to `Ok` by themselves, in place.
    successes: u32,
    started: u32,
    ended: u32,
}

impl Monitor {
    pub(crate) fn new(case: &Case) -> Self {
        let steps = vec![SeenStep::default(); case.steps.len()];
        let seen = Mutex::new(Seen { steps, ..Seen::default() });
        Self { max_concurrent: case.max_concurrent, permits: case.permits, may_give_up: case.grace.is_some(), seen }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Another run of the pipeline begins. Attempts of the last one may still be in flight.
    pub(crate) fn begin(&self) {
        let mut seen = self.seen();
        seen.run += 1;
        seen.run_events = [0; 2];
        for step in &mut seen.steps {
            *step = SeenStep { in_flight: step.in_flight, ..SeenStep::default() };
        }
    }

    pub(crate) fn event(&self, event: &Event<'_, String>) {
        let mut seen = self.seen();
        match event.kind {
            EventKind::RunStarted(_) => seen.run_events[0] += 1,
            EventKind::RunEnded { .. } => seen.run_events[1] += 1,
            EventKind::Started => seen.steps[event.step.unwrap().index()].started += 1,
            EventKind::Ended { .. } => seen.steps[event.step.unwrap().index()].ended += 1,
            _ => {}
        }
    }

    /// A run has ended: its report, against all that was seen of it.
    pub(crate) fn check(&self, case: &Case, report: &Report<String>) {
        let seen = self.seen();
        // Only what was given up may go on.
        for (result, seen) in report.steps().zip(&seen.steps) {
            assert!(seen.in_flight == 0 || result.is_still_running(), "an attempt goes on: {result:?}, {case:#?}");
        }
        assert_eq!(seen.run_events, [1, 1]);
        for (at, (step, seen)) in case.steps.iter().zip(&seen.steps).enumerate() {
            let result = report.step(StepId::new(at).unwrap()).unwrap();
            let said = format!("s{at}: {result:?}, {case:#?}");
            assert_eq!((seen.ended, result.attempts()), (1, seen.started), "{said}");
            assert!(seen.attempts <= seen.started && result.attempts() <= step.retries + 1, "{said}");
            // A success that an attempt in place came to is never lost, and none is made up.
            assert!(seen.successes <= 1, "{said}");
            match result.status() {
                Status::Success => assert_eq!(**report.output_named::<usize>(&format!("s{at}")).as_ref().unwrap(), at),
                Status::Failed | Status::Skipped | Status::Cancelled => {
                    assert!(seen.successes == 0 && result.cause().is_some(), "{said}");
                    assert_eq!(
                        result.status() == Status::Skipped,
                        result.attempts() == 0 && result.status() != Status::Failed,
                        "{said}"
                    );
                }
                status => panic!("{status}: {said}"),
            }
            self.check_needs(step, report, at);
        }
        assert_eq!(report.exit_code(), exit_code(case, report), "{report}");
    }

    /// A step starts when its needs have ended as its rule asks.
    fn check_needs(&self, step: &Step, report: &Report<String>, at: usize) {
        let result = report.step(StepId::new(at).unwrap()).unwrap();
        let Some(started) = result.started_at() else { return };
        for &need in &step.needs {
            let need = report.step(StepId::new(need).unwrap()).unwrap();
            assert!(need.finished_at().unwrap() <= started, "{report}");
            if matches!(step.when, When::AllSucceeded | When::SkipOnError) {
                assert_eq!(need.status(), Status::Success, "{report}");
            }
        }
    }
}

/// By the rules in words, of the required steps: 1 if one failed; else 2 if a stop cut one short; else 0.
fn exit_code(case: &Case, report: &Report<String>) -> u8 {
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

/// The attempts of one step.
pub(crate) struct Play {
    monitor: Arc<Monitor>,
    clock: Clock,
    at: usize,
    permits: u32,
    in_place: bool,
    acts: Vec<Act>,
}

impl Play {
    pub(crate) fn new(monitor: Arc<Monitor>, clock: Clock, at: usize, step: &Step) -> Self {
        Self { monitor, clock, at, permits: step.permits, in_place: !step.spawned, acts: step.acts.clone() }
    }

    /// The next attempt. It counts as one from its first poll until it is dropped.
    pub(crate) fn attempt(&self) -> impl Future<Output = Result<usize, String>> + use<> {
        let played = self.monitor.seen().steps[self.at].attempts as usize;
        let act = *self.acts.get(played).or(self.acts.last()).unwrap();
        let (monitor, clock, at, permits, in_place) =
            (self.monitor.clone(), self.clock.clone(), self.at, self.permits, self.in_place);
        self.monitor.seen().steps[at].attempts += 1;
        async move {
            let in_flight = InFlight::new(monitor, at, permits);
            let result = act.act(clock, at).await;
            let mut seen = in_flight.monitor.seen();
            if result.is_ok() && in_place && in_flight.run == seen.run {
                seen.steps[at].successes += 1;
            }
            drop(seen);
            result
        }
    }
}

struct InFlight {
    monitor: Arc<Monitor>,
    at: usize,
    permits: u32,
    run: u64,
}

impl InFlight {
    fn new(monitor: Arc<Monitor>, at: usize, permits: u32) -> Self {
        let mut seen = monitor.seen();
        seen.in_flight += 1;
        seen.permits += permits;
        seen.steps[at].in_flight += 1;
        assert!(seen.steps[at].in_flight == 1, "two attempts of s{at} overlap");
        // One that was given up has given its permit back.
        assert!(
            seen.in_flight <= monitor.max_concurrent || monitor.may_give_up,
            "more attempts in flight than allowed"
        );
        assert!(seen.permits <= monitor.permits, "more permits in use than there are");
        let run = seen.run;
        drop(seen);
        Self { monitor, at, permits, run }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut seen = self.monitor.seen();
        seen.in_flight -= 1;
        seen.permits -= self.permits;
        seen.steps[self.at].in_flight -= 1;
    }
}
