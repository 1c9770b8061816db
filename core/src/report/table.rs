//! A report as a table for people.

use super::{Report, StepResult};
use crate::{pipeline::Cell, scheduler::Status};
use alloc::string::{String, ToString};
use core::{fmt, time::Duration};

/// Longer names are shown whole and push their line out.
const WIDEST_NAME: usize = 32;

impl<E: fmt::Display, C: Cell + ?Sized> fmt::Display for Report<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.steps().map(|step| step.name().chars().count());
        let width = names.max().unwrap_or(0).clamp(4, WIDEST_NAME);
        writeln!(f, "Report: {}", self.pipeline())?;
        writeln!(f, "{:width$}  status     tries     start  duration  cause", "step")?;
        self.steps().try_for_each(|step| self.line(f, step, width))?;
        self.summary(f)
    }
}

impl<E: fmt::Display, C: Cell + ?Sized> Report<E, C> {
    fn line(&self, f: &mut fmt::Formatter<'_>, step: StepResult<'_, E, C>, width: usize) -> fmt::Result {
        let name = step.name();
        let mark = if step.is_required() { "" } else { " (optional)" };
        write!(f, "{name:width$}  {:9}  {:>5}", step.status(), step.attempts())?;
        match step.started_at() {
            Some(started) => write!(f, "  {:>8}  {:>8}", short(started - self.started), short(step.duration()))?,
            None => write!(f, "  {:>8}  {:>8}", "-", "-")?,
        }
        match step.reason() {
            Some(reason) => {
                // A cause of several lines would break the table; the whole text is in the error.
                let text = reason.to_string();
                writeln!(f, "  {}{mark}", text.lines().next().unwrap_or(""))
            }
            None if mark.is_empty() => writeln!(f),
            None => writeln!(f, " {mark}"),
        }
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.names.len();
        write!(f, "{total} step{}: {} succeeded", if total == 1 { "" } else { "s" }, self.count(Status::Success))?;
        let retried = self.steps().filter(|step| step.status() == Status::Success && step.retries() > 0).count();
        if retried > 0 {
            write!(f, " ({retried} after retries)")?;
        }
        let optional = self.steps().filter(|step| step.status() == Status::Failed && !step.is_required()).count();
        write!(f, ", {} failed", self.count(Status::Failed))?;
        if optional > 0 {
            write!(f, " ({optional} optional)")?;
        }
        write!(f, ", {} skipped, {} cancelled", self.count(Status::Skipped), self.count(Status::Cancelled))?;
        write!(f, " in {}, exit code {}", short(self.duration()), self.exit_code())
    }
}

/// Three digits or so: enough to compare, short enough for a column.
fn short(span: Duration) -> String {
    use alloc::format;
    match span.as_nanos() {
        0 => "0".into(),
        1..1_000 => format!("{} ns", span.as_nanos()),
        1_000..1_000_000 => format!("{:.1} us", span.as_nanos() as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} ms", span.as_nanos() as f64 / 1e6),
        _ => format!("{:.2} s", span.as_secs_f64()),
    }
}
