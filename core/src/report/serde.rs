//! Reports for machines. Errors are written as text, so that any error type serves; outputs are not written.

use super::{Report, StepResult};
use crate::pipeline::Cell;
use alloc::{format, string::ToString};
use core::fmt::Display;
use rungs_scheduler::Cause;
use serde::{Serialize, Serializer, ser::SerializeStruct};

struct Steps<'r, E, C: ?Sized>(&'r Report<E, C>);

impl<E: Display, C: Cell + ?Sized> Serialize for Report<E, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = if cfg!(feature = "std") { 5 } else { 4 };
        let mut report = serializer.serialize_struct("Report", fields)?;
        report.serialize_field("pipeline", self.pipeline())?;
        report.serialize_field("exit_code", &self.exit_code())?;
        report.serialize_field("duration", &self.duration())?;
        #[cfg(feature = "std")]
        {
            let since = self.wall_clock.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            report.serialize_field("started_unix", &since.as_secs_f64())?;
        }
        report.serialize_field("steps", &Steps(self))?;
        report.end()
    }
}

impl<E: Display, C: Cell + ?Sized> Serialize for Steps<'_, E, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.steps())
    }
}

impl<E: Display, C: Cell + ?Sized> Serialize for StepResult<'_, E, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_struct("StepResult", 9)?;
        step.serialize_field("name", self.name())?;
        step.serialize_field("status", &self.status())?;
        // Steps are named in `reason`; their numbers would mean little to a reader.
        step.serialize_field("cause", &self.cause().map(Cause::word))?;
        step.serialize_field("reason", &self.reason().map(|reason| reason.to_string()))?;
        step.serialize_field("error", &self.error().map(|error| format!("{error:#}")))?;
        step.serialize_field("required", &self.is_required())?;
        step.serialize_field("attempts", &self.attempts())?;
        step.serialize_field("started_at", &self.started_at().map(|at| at - self.report.started))?;
        step.serialize_field("duration", &self.duration())?;
        step.end()
    }
}
