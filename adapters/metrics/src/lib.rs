#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use metrics::{SharedString, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use rungs::{Event, EventKind, Instant, Observer, Status, StepId};
use std::collections::BTreeMap;

/// An observer for one run, which counts it on the current recorder. Equivalent to `MetricsObserver::new()`.
///
/// ```
/// use rungs::{NoClock, Pipeline};
///
/// rungs_metrics::describe(); // once, after the recorder is installed
/// let mut p: Pipeline = Pipeline::new("etl");
/// p.step("extract").run(async || Ok(()));
/// let run = p.runner().observe(rungs_metrics::observer()).run(&NoClock);
/// assert!(futures_lite::future::block_on(run)?.is_success());
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[must_use = "it is to be given to `observe`"]
pub fn observer() -> MetricsObserver {
    MetricsObserver::new()
}

/// Gives the current recorder the units and the meaning of all metrics, for those that show them.
///
/// [`observer`] has an example.
pub fn describe() {
    describe_counter!("rungs_runs_total", Unit::Count, "Runs that have ended, by exit code.");
    describe_histogram!("rungs_run_duration_seconds", Unit::Seconds, "From the start of a run to its end.");
    describe_counter!("rungs_steps_total", Unit::Count, "Steps that have ended, by status.");
    let meaning = "From a step's first attempt to its end, delays included.";
    describe_histogram!("rungs_step_duration_seconds", Unit::Seconds, meaning);
    describe_histogram!("rungs_step_retries", Unit::Count, "Attempts of a step after the first.");
    describe_gauge!("rungs_steps_in_flight", Unit::Count, "Steps that have begun and have not ended.");
}

/// Counts the events of runs. [`observer`] has an example, and the page of this crate the names of the metrics.
///
/// An event that counts takes one look-up in the recorder for each metric, and a copy of the names that are its labels. A run
/// that is dropped counts as none; its steps are no longer in flight.
#[derive(Debug, Default)]
#[must_use = "it is to be given to `observe`"]
pub struct MetricsObserver {
    pipeline: SharedString,
    started: Instant,
    /// When steps that are in flight began.
    steps: BTreeMap<StepId, Instant>,
}

impl MetricsObserver {
    /// Counts one run, or several, one after the other.
    pub fn new() -> Self {
        Self::default()
    }

    fn begin_run<E>(&mut self, event: &Event<'_, E>) {
        self.leave_all();
        self.pipeline = event.name.to_owned().into();
        self.started = event.at;
    }

    /// A step's first attempt begins.
    fn begin_step(&mut self, step: StepId, at: Instant) {
        if self.steps.insert(step, at).is_none() {
            self.in_flight().increment(1);
        }
    }

    fn end_step<E>(&mut self, step: StepId, status: Status, event: &Event<'_, E>) {
        let labels = [
            ("pipeline", self.pipeline.clone()),
            ("step", event.name.to_owned().into()),
            ("status", status.to_string().into()),
        ];
        counter!("rungs_steps_total", &labels).increment(1);
        if let Some(began) = self.steps.remove(&step) {
            self.in_flight().decrement(1);
            histogram!("rungs_step_duration_seconds", &labels).record(event.at - began);
            let [pipeline, step, _] = labels;
            histogram!("rungs_step_retries", &[pipeline, step]).record(event.attempt.saturating_sub(1));
        }
    }

    fn end_run<E>(&mut self, exit_code: u8, event: &Event<'_, E>) {
        self.leave_all();
        let labels = [("pipeline", self.pipeline.clone()), ("exit_code", exit_code.to_string().into())];
        counter!("rungs_runs_total", &labels).increment(1);
        let [pipeline, _] = labels;
        histogram!("rungs_run_duration_seconds", &[pipeline]).record(event.at - self.started);
    }

    /// No step is in flight any more.
    fn leave_all(&mut self) {
        let left = std::mem::take(&mut self.steps).len();
        if left > 0 {
            self.in_flight().decrement(left as f64);
        }
    }

    fn in_flight(&self) -> metrics::Gauge {
        gauge!("rungs_steps_in_flight", "pipeline" => self.pipeline.clone())
    }
}

impl<E> Observer<E> for MetricsObserver {
    fn on_event(&mut self, event: &Event<'_, E>) {
        match (&event.kind, event.step) {
            (EventKind::RunStarted(_), _) => self.begin_run(event),
            (EventKind::Started, Some(step)) if event.attempt == 1 => self.begin_step(step, event.at),
            (EventKind::Ended { status, .. }, Some(step)) => self.end_step(step, *status, event),
            (EventKind::RunEnded { exit_code, .. }, _) => self.end_run(*exit_code, event),
            _ => {}
        }
    }
}

impl Drop for MetricsObserver {
    fn drop(&mut self) {
        self.leave_all();
    }
}
