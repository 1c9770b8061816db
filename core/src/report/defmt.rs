//! Reports in defmt's log: a line per step. Outputs are not written.

use super::{Reason, StepResult, StepResults};
use crate::{logged_name::LoggedName, reason};
use core::time::Duration;
use defmt::{Format, Formatter, write};
use rungs_scheduler::__private::AttemptCount;

/// A report of either API.
pub(crate) fn log_report<E: Format>(
    f: Formatter<'_>,
    pipeline: &str,
    exit_code: u8,
    duration: Duration,
    steps: StepResults<'_, E>,
) {
    let micros = duration.as_micros() as u64;
    write!(f, "{}: exit code {=u8} in {=u64:us} s", LoggedName(pipeline), exit_code, micros);
    for step in steps {
        write!(f, "\n{}", step);
    }
}

#[cfg(feature = "alloc")]
impl<E: Format, C: crate::steps::Cell + ?Sized> Format for super::Report<E, C> {
    fn format(&self, f: Formatter<'_>) {
        log_report(f, self.pipeline(), self.exit_code(), self.duration(), self.steps());
    }
}

impl<E: Format> Format for StepResult<'_, E> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}: {} (attempts: {})", LoggedName(self.name()), self.status(), AttemptCount(self.attempts()));
        if let Some(reason) = self.reason() {
            write!(f, ": {}", reason);
        }
    }
}

impl<E: Format> Format for Reason<'_, E> {
    fn format(&self, f: Formatter<'_>) {
        let origin = self.of.record.origin(self.of.step);
        let (error, earlier) = self.of.record.errors(self.of.step);
        reason::log(f, self.of.status(), self.cause, origin, error, earlier);
    }
}
