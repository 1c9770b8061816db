//! The spans of a run: one for itself, for each step that has begun, and for each attempt in flight.

use crate::{events, long_polls::LongPolls, scope::SpanScope};
use rungs::{AttemptScope, Event, EventKind, Observer, Status, StepId};
use std::{collections::HashMap, fmt, time::Duration};
use tracing::{
    Span,
    field::{Empty, display},
    info_span,
    level_filters::LevelFilter,
};

/// Shows the events of a run to tracing, and lets the span of each attempt travel with it. [`observer`](crate::observer) has an
/// example, and the page of this crate the names of spans and fields.
///
/// It belongs to the subscriber that is current when the run starts, and the run's span lies in the span that is current then.
/// An event costs one look-up of its step; spans of steps are kept while these are in flight. In a run that starts while no
/// subscriber wants anything, nothing is done for events.
#[derive(Debug, Default)]
#[must_use = "it is to be given to `observe`"]
pub struct TracingObserver {
    has_otel_fields: bool,
    poll_limit: Option<Duration>,
    /// Whether nobody wants to know anything, as was said when the run started: then nothing is done.
    is_off: bool,
    run: Option<Span>,
    steps: HashMap<StepId, StepSpans>,
}

#[derive(Debug)]
struct StepSpans {
    step: Span,
    attempt: Option<Span>,
}

impl TracingObserver {
    /// Shows one run, or several, one after the other.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records the fields from which `tracing-opentelemetry` takes a span's name and its status: `otel.name`,
    /// `otel.status_code` and `otel.status_description`. Spans are then called like the pipeline and its steps. They would
    /// double what is in a line of a log otherwise.
    pub fn with_otel_fields(mut self) -> Self {
        self.has_otel_fields = true;
        self
    }

    /// Measures the polls of steps in place, and warns of the first of each attempt that took longer than this: such a step
    /// holds up all others. It reads the clock of the system twice per poll; without a limit no clock is read. Spawned steps
    /// and those of a `#[pipeline]` are not measured. 10 ms is a good start.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    /// use std::time::Duration;
    ///
    /// let observer = rungs_tracing::observer().with_poll_limit(Duration::from_millis(10));
    /// let mut p: Pipeline = Pipeline::new("etl");
    /// p.step("parse").run(async || {
    ///     std::thread::sleep(Duration::from_millis(20)); // WARN ..: `parse` computed 20 ms without awaiting: spawn it
    ///     Ok(())
    /// });
    /// assert!(futures_lite::future::block_on(p.runner().observe(observer).run(&NoClock))?.is_success());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn with_poll_limit(mut self, limit: Duration) -> Self {
        self.poll_limit = Some(limit);
        self
    }

    fn begin_run<E>(&mut self, event: &Event<'_, E>) {
        self.steps.clear();
        let run = info_span!(
            target: "rungs", "run",
            pipeline = event.name, exit_code = Empty,
            otel.name = Empty, otel.status_code = Empty,
        );
        self.name(&run, event.name);
        self.run = Some(run);
    }

    /// The spans of the step, which are made at its first event.
    fn begin_step<E>(&mut self, step: StepId, event: &Event<'_, E>) -> &mut StepSpans {
        let (run, has_otel_fields) = (&self.run, self.has_otel_fields);
        self.steps.entry(step).or_insert_with(|| {
            let span = info_span!(
                target: "rungs", parent: run.as_ref().and_then(Span::id), "step",
                step = event.name, status = Empty, attempts = Empty,
                otel.name = Empty, otel.status_code = Empty, otel.status_description = Empty,
            );
            if has_otel_fields {
                span.record("otel.name", event.name);
            }
            StepSpans { step: span, attempt: None }
        })
    }

    fn begin_attempt<E>(&mut self, step: StepId, event: &Event<'_, E>) {
        let spans = self.begin_step(step, event);
        let parent = spans.step.id();
        spans.attempt =
            Some(info_span!(target: "rungs", parent: parent, "attempt", attempt = i64::from(event.attempt)));
    }

    fn end_step<E: fmt::Display>(&mut self, step: StepId, status: Status, event: &Event<'_, E>) {
        let Some(StepSpans { step, attempt }) = self.steps.remove(&step) else {
            // It ended without an attempt.
            return events::show(self.run.as_ref(), event);
        };
        drop(attempt);
        step.record("status", display(status)).record("attempts", i64::from(event.attempt));
        if self.has_otel_fields && status == Status::Failed {
            step.record("otel.status_code", "ERROR").record("otel.status_description", display(event));
        }
        events::show(Some(&step), event);
    }

    fn end_run<E: fmt::Display>(&mut self, exit_code: u8, event: &Event<'_, E>) {
        self.steps.clear();
        let Some(run) = self.run.take() else { return };
        run.record("exit_code", i64::from(exit_code));
        if self.has_otel_fields && exit_code == 1 {
            run.record("otel.status_code", "ERROR");
        }
        events::show(Some(&run), event);
    }

    fn name(&self, span: &Span, name: &str) {
        if self.has_otel_fields {
            span.record("otel.name", name);
        }
    }

    /// The innermost span of the event's step, or that of the run.
    fn span_of<E>(&self, event: &Event<'_, E>) -> Option<&Span> {
        let spans = event.step.and_then(|step| self.steps.get(&step));
        spans.map(|spans| spans.attempt.as_ref().unwrap_or(&spans.step)).or(self.run.as_ref())
    }
}

impl<E: fmt::Display> Observer<E> for TracingObserver {
    fn on_event(&mut self, event: &Event<'_, E>) {
        if matches!(event.kind, EventKind::RunStarted(_)) {
            self.is_off = LevelFilter::current() == LevelFilter::OFF;
        }
        if self.is_off {
            return;
        }
        match (&event.kind, event.step) {
            (EventKind::RunStarted(_), _) => self.begin_run(event),
            (EventKind::Started, Some(step)) => self.begin_attempt(step, event),
            (EventKind::Waiting { .. }, Some(step)) => drop(self.begin_step(step, event)),
            (EventKind::Ended { status, .. }, Some(step)) => return self.end_step(step, *status, event),
            (EventKind::RunEnded { exit_code, .. }, _) => return self.end_run(*exit_code, event),
            _ => {}
        }
        events::show(self.span_of(event), event);
        if let (EventKind::Retrying { .. }, Some(step)) = (&event.kind, event.step)
            && let Some(spans) = self.steps.get_mut(&step)
        {
            spans.attempt = None;
        }
    }

    fn attempt_scope(&mut self, started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
        if self.is_off {
            return None;
        }
        let span = self.steps.get(&started.step?)?.attempt.clone()?;
        let long_polls = self.poll_limit.map(|limit| LongPolls::new(started.name, limit));
        Some(Box::new(SpanScope::of(span, long_polls)?))
    }
}
