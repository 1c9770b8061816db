//! A report as a table for people.

use super::Report;
use crate::{
    pipeline::Cell,
    summary::{Row, Table},
    time::Instant,
};
use core::{
    fmt::{self, Write},
    time::Duration,
};

impl<E: fmt::Display, C: Cell + ?Sized> fmt::Display for Report<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl<E: fmt::Display, C: Cell + ?Sized> Table for Report<E, C> {
    fn pipeline(&self) -> &str {
        self.pipeline()
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.steps().map(|step| Row {
            name: step.name(),
            status: step.status(),
            attempts: step.attempts(),
            started: step.started_at(),
            duration: step.duration(),
            is_required: step.is_required(),
        })
    }

    fn reason(&self, row: usize, out: &mut dyn Write) -> Result<bool, fmt::Error> {
        let reason = self.steps().nth(row).and_then(|step| step.reason());
        reason.as_ref().map_or(Ok(()), |reason| write!(out, "{reason}"))?;
        Ok(reason.is_some())
    }

    fn started(&self) -> Instant {
        self.started
    }

    fn duration(&self) -> Duration {
        self.duration()
    }

    fn exit_code(&self) -> u8 {
        self.exit_code()
    }
}
