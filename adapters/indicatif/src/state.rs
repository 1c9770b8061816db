//! What is known of a run from its events, and the lines that show it.

use crate::{
    clock::Clock,
    line::{self, Short, Span},
};
use rungs::{Cause, Event, EventKind, Instant, RunInfo, Status, StepId};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Display, Write},
    time::Duration,
};

/// A run that goes on.
#[derive(Debug)]
pub(crate) struct State {
    name: String,
    clock: Clock,
    began: Instant,
    /// The steps that the run is about.
    of: u64,
    ended: u64,
    failed: u64,
    /// Whether a step failed that is not optional.
    has_failed: bool,
    /// The steps that may fail.
    optional: BTreeSet<StepId>,
    /// How long steps are expected to take.
    expected: BTreeMap<StepId, Duration>,
    /// The steps that have begun or wait to begin, and have not ended, in the order of declaration.
    steps: BTreeMap<StepId, Step>,
}

#[derive(Debug)]
struct Step {
    /// Escaped.
    name: String,
    attempt: u32,
    since: Instant,
    waits: Option<Wait>,
    /// What its attempt emitted last.
    emitted: Option<String>,
}

#[derive(Debug)]
enum Wait {
    Backoff {
        until: Instant,
        error: String,
    },
    /// Of a permit or a resource, in the words of the event.
    Lack {
        text: String,
        until: Option<Instant>,
    },
}

/// What the screen shows.
#[derive(Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) ended: u64,
    pub(crate) of: u64,
    /// Whether the run will fail.
    pub(crate) has_failed: bool,
    /// The text beside the bar of the run.
    pub(crate) run: String,
    pub(crate) steps: Vec<String>,
}

impl State {
    pub(crate) fn new<E: Display>(
        event: &Event<'_, E>,
        run: &RunInfo<'_>,
        durations: &BTreeMap<String, Duration>,
        ticks: bool,
    ) -> Self {
        Self {
            name: line::name(event),
            clock: Clock::new(event.at, ticks),
            began: event.at,
            of: run.len() as u64,
            ended: 0,
            failed: 0,
            has_failed: false,
            optional: steps(run)
                .filter(|(step, _)| run.plan().settings(*step).is_optional())
                .map(|(step, _)| step)
                .collect(),
            expected: expected(run, durations),
            steps: BTreeMap::new(),
        }
    }

    pub(crate) fn tell<E: Display>(&mut self, event: &Event<'_, E>) {
        self.clock.tell(event.at);
        let Some(id) = event.step else { return };
        match &event.kind {
            EventKind::Started => self.start(id, event),
            EventKind::Waiting { until, .. } => self.wait(id, *until, event),
            EventKind::Emitted(_) => {
                if let Some(step) = self.steps.get_mut(&id) {
                    step.emitted = Some(line::emitted(event, &step.name));
                }
            }
            EventKind::Retrying { next, .. } => self.back_off(id, *next - event.at, event),
            EventKind::Ended { status, cause, .. } => self.end(id, *status, *cause),
            _ => {}
        }
    }

    fn step<E: Display>(&mut self, id: StepId, event: &Event<'_, E>) -> &mut Step {
        let since = self.clock.now();
        self.steps.entry(id).or_insert_with(|| Step {
            name: line::name(event),
            attempt: event.attempt,
            since,
            waits: None,
            emitted: None,
        })
    }

    fn start<E: Display>(&mut self, id: StepId, event: &Event<'_, E>) {
        let now = self.clock.now();
        let step = self.step(id, event);
        if event.attempt == 1 {
            // Until now it may have waited.
            step.since = now;
        }
        step.attempt = event.attempt;
        step.waits = None;
        step.emitted = None;
    }

    fn wait<E: Display>(&mut self, id: StepId, until: Option<Instant>, event: &Event<'_, E>) {
        let now = self.clock.now();
        let step = self.step(id, event);
        let delay = until.map(|until| until - event.at);
        let text = line::waits(event, &step.name, delay);
        step.waits = Some(Wait::Lack { text, until: delay.map(|delay| now + delay) });
    }

    fn back_off<E: Display>(&mut self, id: StepId, delay: Duration, event: &Event<'_, E>) {
        let until = self.clock.now() + delay;
        if let Some(step) = self.steps.get_mut(&id) {
            step.waits = Some(Wait::Backoff { until, error: line::error(event, &step.name, delay) });
            step.emitted = None;
        }
    }

    fn end(&mut self, id: StepId, status: Status, cause: Option<Cause>) {
        self.steps.remove(&id);
        match cause {
            // The run is not about it.
            Some(Cause::NotSelected | Cause::UpToDate) => self.of = self.of.saturating_sub(1),
            _ => self.ended += 1,
        }
        if status == Status::Failed {
            self.failed += 1;
            self.has_failed |= !self.optional.contains(&id);
        }
    }

    /// How long the run has taken.
    pub(crate) fn elapsed(&self) -> Span {
        Span(self.clock.now() - self.began)
    }

    /// What there is to see now, with at most so many lines for steps.
    pub(crate) fn view(&self, longest: usize) -> View {
        let mut run = format!("{}: {} of {}", Short(&self.name), self.ended, self.of);
        if self.failed > 0 {
            // A `String` takes any text, here and below.
            let _ = write!(run, ", {} failed", self.failed);
        }
        let _ = write!(run, ", {}", self.elapsed());
        let now = self.clock.now();
        // Of many steps that wait to begin, none takes the line of one that has begun.
        let (begun, waiting) = (self.steps.iter(), self.steps.iter());
        let shown = begun.filter(|(_, step)| step.has_begun()).chain(waiting.filter(|(_, step)| !step.has_begun()));
        let mut steps: Vec<_> = shown.take(longest).map(|(id, step)| step.line(now, self.expected.get(id))).collect();
        let more = self.steps.len() - steps.len();
        if more > 0 {
            steps.push(format!("and {more} more"));
        }
        View { ended: self.ended, of: self.of, has_failed: self.has_failed, run, steps }
    }
}

impl Step {
    fn has_begun(&self) -> bool {
        self.attempt > 1 || !matches!(self.waits, Some(Wait::Lack { .. }))
    }

    fn line(&self, now: Instant, expected: Option<&Duration>) -> String {
        let mut line = format!("{}: {}", Short(&self.name), Span(now - self.since));
        if let Some(expected) = expected {
            let _ = write!(line, " of about {}", Span(*expected));
        }
        self.write_now(now, &mut line);
        if let Some(emitted) = &self.emitted {
            let _ = write!(line, ", {emitted}");
        }
        line
    }

    /// What it does now, unless that is its first attempt.
    fn write_now(&self, now: Instant, line: &mut String) {
        let _ = match &self.waits {
            Some(Wait::Backoff { until, error }) if *until > now => {
                let next = self.attempt.saturating_add(1);
                write!(line, ", attempt {next} in {}: {error}", Span(*until - now))
            }
            // No event tells what it waits for now.
            Some(Wait::Backoff { error, .. }) => {
                write!(line, ", attempt {} is due: {error}", self.attempt.saturating_add(1))
            }
            Some(Wait::Lack { text, until: Some(until) }) if *until > now => {
                write!(line, ", {text}, at least {}", Span(*until - now))
            }
            Some(Wait::Lack { text, .. }) => write!(line, ", {text}"),
            None if self.attempt > 1 => write!(line, ", attempt {}", self.attempt),
            None => Ok(()),
        };
    }
}

/// What is given here goes before what the steps themselves expect.
fn expected(run: &RunInfo<'_>, durations: &BTreeMap<String, Duration>) -> BTreeMap<StepId, Duration> {
    let expected = steps(run).filter_map(|(step, name)| {
        let given = durations.get(name).copied();
        Some((step, given.or_else(|| run.plan().settings(step).get_expected())?))
    });
    expected.collect()
}

fn steps<'r>(run: &RunInfo<'r>) -> impl Iterator<Item = (StepId, &'r str)> + use<'r> {
    run.names().enumerate().filter_map(|(index, name)| Some((StepId::new(index)?, name)))
}
