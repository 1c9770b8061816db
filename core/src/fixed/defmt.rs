//! Reports in defmt's log: a line a step.

use super::report::{Outputs, Reason, Report, StepResult};
use crate::reason::{self, Origin};
use defmt::{Format, Formatter, write};

impl<R: Outputs, E: Format, const STEPS: usize> Format for Report<R, E, STEPS> {
    fn format(&self, f: Formatter<'_>) {
        let micros = self.duration().as_micros() as u64;
        write!(f, "{=str}: exit code {=u8} in {=u64:us} s", self.pipeline(), self.exit_code(), micros);
        for step in self.steps() {
            write!(f, "\n{}", step);
        }
    }
}

impl<E: Format> Format for StepResult<'_, E> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}: {} (attempts: {=u32})", self.name(), self.status(), self.attempts());
        if let Some(reason) = self.reason() {
            write!(f, ": {}", reason);
        }
    }
}

impl<E: Format> Format for Reason<'_, E> {
    fn format(&self, f: Formatter<'_>) {
        let (of, cause) = (&self.of, self.cause);
        let origin = Origin::of(cause, of.view.states, &of.view.blueprint.names);
        reason::log(f, of.status(), cause, origin, of.error());
    }
}
