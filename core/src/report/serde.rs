//! Reports for machines. Errors are written as texts, so that any error type works; outputs are not written.

use super::{Report, StepResult, as_error::AsError, record::Own};
use crate::{
    chain::chain,
    diagram::StepNames,
    error::StepError,
    reason::Origin,
    steps::{Cell, PlanWarning, Warnings},
};
use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::{fmt::Display, time::Duration};
use rungs_scheduler::{Cause, Instant, StepId};
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// Raised by each change that makes a reader of the previous shape fail: a field that goes, or means something else.
const VERSION: u32 = 1;

struct Steps<'r, E, C: Cell + ?Sized>(&'r Report<E, C>);

struct Edges<'r, E, C: Cell + ?Sized>(&'r Report<E, C>);

#[derive(Serialize)]
struct Edge<'r> {
    from: &'r str,
    to: &'r str,
    kind: &'static str,
}

struct Told<'w>(&'w Warnings);

#[derive(Serialize)]
struct Warning<'w> {
    code: &'static str,
    name: &'w str,
    text: String,
}

#[derive(Serialize)]
struct OwnError {
    attempt: u32,
    error: Vec<String>,
}

impl<E: Display, C: Cell + ?Sized> Serialize for Report<E, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let undo = self.undo();
        let mut report = serializer.serialize_struct("Report", 9 + usize::from(undo.is_some()))?;
        report.serialize_field("version", &VERSION)?;
        report.serialize_field("pipeline", self.pipeline())?;
        report.serialize_field("exit_code", &self.exit_code())?;
        report.serialize_field("started_unix_ms", &unix_millis(self.record().own, self.span().0))?;
        report.serialize_field("duration_ms", &millis(self.duration()))?;
        report.serialize_field("steps", &Steps(self))?;
        report.serialize_field("edges", &Edges(self))?;
        report.serialize_field("after_all", &self.after_all())?;
        report.serialize_field("warnings", &Told(self.warnings()))?;
        match undo {
            Some(undo) => report.serialize_field("undo", undo)?,
            None => report.skip_field("undo")?,
        }
        report.end()
    }
}

impl<E, C: Cell + ?Sized> Report<E, C> {
    /// The steps that need all before them, by name.
    fn after_all(&self) -> Vec<&str> {
        let steps = self.dependents.as_ref().map_or(&[][..], |dependents| &dependents.after_all);
        steps.iter().map(|&step| self.names.name(step)).collect()
    }
}

impl<E: Display, C: Cell + ?Sized> Serialize for Steps<'_, E, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

impl<E, C: Cell + ?Sized> Serialize for Edges<'_, E, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Report { names, dependents, .. } = self.0;
        let dependents =
            dependents.as_ref().map_or(crate::scheduler::Edges::new(&[0], &[]), |dependents| dependents.edges());
        serializer.collect_seq((0..dependents.len() as u32).map(StepId::from_number).flat_map(|from| {
            dependents.of(from).iter().map(move |to| Edge {
                from: names.name(from),
                to: names.name(to.step()),
                kind: match (to.has_result(), to.is_order()) {
                    (true, _) => "result",
                    (false, false) => "after",
                    (false, true) => "order",
                },
            })
        }))
    }
}

impl<'w> Serialize for Told<'w> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let told = |warning: &'w PlanWarning| Warning {
            code: warning.code(),
            name: warning.name(),
            text: warning.to_string(),
        };
        serializer.collect_seq(self.0.iter().map(told))
    }
}

impl<E: Display> Serialize for StepResult<'_, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let origin = self.record.origin(self.step);
        let (root, via) = match origin {
            Some(Origin::Dependency { root, via, .. }) => (Some(root), via.or(Some(root))),
            Some(Origin::Stopped { by } | Origin::Blocked { by }) => (Some(by), None),
            None => (None, None),
        };
        let started = self.started_at();
        let mut step = serializer
            .serialize_struct("StepResult", 15 + usize::from(self.is_input()) + usize::from(self.is_given()))?;
        step.serialize_field("name", self.name())?;
        step.serialize_field("status", &self.status())?;
        step.serialize_field("cause", &self.cause().map(Cause::code))?;
        step.serialize_field("root", &root)?;
        step.serialize_field("via", &via)?;
        step.serialize_field("reason", &self.reason().map(|reason| reason.to_string()))?;
        step.serialize_field("error", &self.error_list())?;
        step.serialize_field("own_error", &self.own_error_list())?;
        step.serialize_field("required", &self.is_required())?;
        match self.is_input() {
            true => step.serialize_field("input", &true)?,
            false => step.skip_field("input")?,
        }
        match self.is_given() {
            true => step.serialize_field("given", &true)?,
            false => step.skip_field("given")?,
        }
        step.serialize_field("late", &self.is_late())?;
        step.serialize_field("attempts", &self.attempts())?;
        step.serialize_field("retries", &self.retries())?;
        step.serialize_field("started_unix_ms", &started.and_then(|at| unix_millis(self.record.own, at)))?;
        step.serialize_field("started_ms", &started.map(|at| millis(at - self.record.started)))?;
        step.serialize_field("duration_ms", &millis(self.duration()))?;
        step.end()
    }
}

impl<E: Display> StepResult<'_, E> {
    /// The step's error and its sources. A step that failed because of another has none of its own.
    fn error_list(&self) -> Option<Vec<String>> {
        match (self.error()?, self.record.own) {
            (StepError::Dependency { .. }, _) => None,
            (StepError::Failed(error), own) => Some(error_texts(own, error)),
            (error, _) => Some(vec![error.to_string()]),
        }
    }

    /// The error that the step itself last returned, and its sources.
    fn own_error_list(&self) -> Option<OwnError> {
        let (attempt, error) = self.own_error()?;
        Some(OwnError { attempt, error: error_texts(self.record.own, error) })
    }
}

/// An error of a step's own, and its sources.
fn error_texts<E: Display>(own: Own<'_, E>, error: &E) -> Vec<String> {
    match own {
        Own::Shared(notes, _) => list(error, notes.as_error),
        #[cfg(feature = "macros")]
        Own::Inline { .. } => vec![error.to_string()],
    }
}

/// A span as machines compare it, down to nanoseconds as far as a float goes.
fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// A time by the wall clock, where there is one. It was read at the run's start; the rest is the timer's.
fn unix_millis<E>(own: Own<'_, E>, at: Instant) -> Option<u64> {
    match own {
        #[cfg(feature = "std")]
        Own::Shared(notes, _) => {
            // The epoch itself stands for a target without a wall clock.
            let start = notes.wall_clock.duration_since(std::time::UNIX_EPOCH).ok().filter(|start| !start.is_zero())?;
            Some((start + (at - notes.started)).as_millis() as u64)
        }
        #[allow(unreachable_patterns, reason = "without the static API there is no other")]
        _ => {
            let _ = at;
            None
        }
    }
}

/// An error and its sources, a text each.
fn list<E: Display>(error: &E, as_error: AsError<E>) -> Vec<String> {
    match as_error(error) {
        Some(error) => chain(error).map(ToString::to_string).collect(),
        None => vec![error.to_string()],
    }
}
