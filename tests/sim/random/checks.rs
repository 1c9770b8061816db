//! What must hold during every run, and of what was seen of it.

use super::{
    attempts::Rules,
    case::{Case, SPAN},
    ended,
    play::ms,
};
use rungs::{Event, EventKind, Instant, Report, SharedResource, StepId};
use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

/// Sees all attempts from within, and all events.
pub(crate) struct Monitor {
    max_concurrent: u32,
    capacities: Vec<u32>,
    may_give_up: bool,
    shared: SharedResource,
    paced_starts: u32,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    steps: Vec<SeenStep>,
    in_flight: u32,
    units: Vec<u32>,
    shared_units: u32,
    paced_starts: u32,
    /// Of the run that goes on.
    run: u64,
    run_began: Instant,
    run_events: [u32; 2],
    complaints: Vec<String>,
}

#[derive(Clone, Default)]
struct SeenStep {
    in_flight: u32,
    attempts: u32,
    /// Attempts of this run that came to a result by themselves, in place, and those that had nothing to do.
    successes: u32,
    skips: u32,
    started: u32,
    ended: u32,
    /// The end of the last attempt of this run, and the delay after it.
    planned: Option<Instant>,
    /// How long attempts of this run were in flight.
    in_flight_for: Duration,
}

impl Monitor {
    pub(crate) fn new(case: &Case, shared: SharedResource) -> Self {
        let steps = vec![SeenStep::default(); case.steps.len()];
        let units = vec![0; case.capacities.len()];
        Self {
            max_concurrent: case.max_concurrent,
            capacities: case.capacities.clone(),
            // A second cancel gives up a spawned attempt that is never cancelled.
            may_give_up: case.grace.is_some() || case.steps.iter().any(|step| step.never_cancel && step.spawned),
            shared,
            paced_starts: case.paced_starts,
            seen: Mutex::new(Seen { steps, units, ..Seen::default() }),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Another run of the pipeline begins. Attempts of the last one may still be in flight.
    pub(crate) fn begin(&self, now: Instant) {
        let mut seen = self.seen();
        (seen.run, seen.run_began, seen.run_events) = (seen.run + 1, now, [0; 2]);
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

    /// Counts an attempt, and returns its run and how many there were before it.
    pub(crate) fn begin_attempt(&self, at: usize) -> (u64, usize) {
        let mut seen = self.seen();
        seen.steps[at].attempts += 1;
        (seen.run, seen.steps[at].attempts as usize - 1)
    }

    /// An attempt is polled for the first time; when its step was to try again.
    pub(crate) fn start(&self, rules: &Rules, run: u64, now: Instant) -> Option<Instant> {
        let mut guard = self.seen();
        let seen = &mut *guard;
        let step = &mut seen.steps[rules.at];
        step.in_flight += 1;
        assert!(step.in_flight == 1, "two attempts of s{} overlap", rules.at);
        seen.in_flight += 1;
        // One that was given up has given its permit back.
        assert!(seen.in_flight <= self.max_concurrent || self.may_give_up, "more attempts in flight than allowed");
        for &(resource, units) in &rules.uses {
            seen.units[resource] += units;
            assert!(seen.units[resource] <= self.capacities[resource], "more units in use than there are");
        }
        seen.shared_units += rules.shared_units;
        assert!(seen.shared_units <= self.shared.units(), "more shared units in use than there are");
        seen.paced_starts += u32::from(rules.is_paced);
        let spans = now.as_nanos() as f64 / ms(SPAN).as_nanos() as f64;
        assert!(f64::from(seen.paced_starts) <= f64::from(self.paced_starts) * (1.0 + spans), "too many starts");
        step.planned.filter(|_| run == seen.run)
    }

    /// An attempt in place has a result.
    pub(crate) fn note_result(&self, at: usize, run: u64, result: &Result<Option<usize>, String>) {
        let mut seen = self.seen();
        if run == seen.run {
            seen.steps[at].successes += u32::from(matches!(result, Ok(Some(_))));
            seen.steps[at].skips += u32::from(matches!(result, Ok(None)));
        }
    }

    /// An attempt is dropped, which took so long; when another may follow.
    pub(crate) fn end(&self, rules: &Rules, run: u64, taken: Duration, planned: Instant) {
        let mut seen = self.seen();
        seen.in_flight -= 1;
        seen.steps[rules.at].in_flight -= 1;
        rules.uses.iter().for_each(|&(resource, units)| seen.units[resource] -= units);
        seen.shared_units -= rules.shared_units;
        if run == seen.run {
            seen.steps[rules.at].planned = Some(planned);
            seen.steps[rules.at].in_flight_for += taken;
        }
    }

    /// Makes the check of the run fail.
    pub(crate) fn complain(&self, complaint: String) {
        self.seen().complaints.push(complaint);
    }

    /// A run has ended: its report, against all that was seen of it.
    pub(crate) fn check(&self, case: &Case, report: &Report<String>) {
        let seen = self.seen();
        assert!(seen.complaints.is_empty(), "{:?}, {report}, {case:#?}", seen.complaints);
        assert_eq!(seen.run_events, [1, 1]);
        for (at, step) in case.steps.iter().enumerate() {
            let result = report.step(StepId::new(at).unwrap()).unwrap();
            let said = || format!("s{at}: {result:?}, {report}, {case:#?}");
            let seen_step = &seen.steps[at];
            assert_eq!((seen_step.ended, result.attempts()), (1, seen_step.started), "{}", said());
            assert!(seen_step.attempts <= seen_step.started, "{}", said());
            // Only what was given up may go on.
            assert!(seen_step.in_flight == 0 || result.is_still_running(), "an attempt goes on: {}", said());
            ended::check_result(report, at, step, (seen_step.successes, seen_step.skips), &said);
            ended::check_needs(report, at, step, &said);
            ended::check_times(report, at, case, seen.run_began, &said);
            ended::check_duration(report, at, case, seen_step.in_flight_for, &said);
        }
        // What was given up may go on.
        let is_left = report.steps().any(|step| step.is_still_running());
        assert!(is_left || (self.shared.free(), self.shared.waiting()) == (self.shared.units(), 0), "{report}");
        assert_eq!(report.exit_code(), ended::exit_code(case, report), "{report}");
    }
}
