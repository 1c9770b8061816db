//! Reports in defmt's log: a line a step. Outputs are not written.

use super::{OutputError, Reason, Report, StepResult};
use crate::{
    pipeline::Cell,
    reason::{self, Origin},
};
use defmt::{Format, Formatter, write};

impl<E: Format, C: Cell + ?Sized> Format for Report<E, C> {
    fn format(&self, f: Formatter<'_>) {
        let micros = self.duration().as_micros() as u64;
        write!(f, "{=str}: exit code {=u8} in {=u64:us} s", self.pipeline(), self.exit_code(), micros);
        for step in self.steps() {
            write!(f, "\n{}", step);
        }
    }
}

impl<E: Format, C: Cell + ?Sized> Format for StepResult<'_, E, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}: {} (attempts: {=u32})", self.name(), self.status(), self.attempts());
        if let Some(reason) = self.reason() {
            write!(f, ": {}", reason);
        }
    }
}

impl<E: Format, C: Cell + ?Sized> Format for Reason<'_, E, C> {
    fn format(&self, f: Formatter<'_>) {
        let (of, cause) = (&self.of, self.cause);
        let origin = Origin::of(cause, &of.report.ran.states, &*of.report.names);
        reason::log(f, of.status(), cause, origin, of.error());
    }
}

impl<E: Format, C: Cell + ?Sized> Format for OutputError<'_, E, C> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::NoSuccess(step) => write!(f, "NoSuccess({})", step),
            Self::OtherType => write!(f, "OtherType"),
            Self::NoSuchStep => write!(f, "NoSuchStep"),
        }
    }
}
