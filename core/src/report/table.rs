//! A run as a table for people, without a heap.

use super::{record::Record, step::StepResult};
use crate::exit_code::{OptionalSteps, count, exit_code};
use core::{
    fmt::{self, Write},
    time::Duration,
};
use rungs_scheduler::{__private::AttemptCount, Status, StepState};

/// Longer names are shown whole and push their line out.
const WIDEST_NAME: usize = 32;

/// What a report knows, for its table.
pub(crate) struct Table<'r, E> {
    pub(crate) pipeline: &'r str,
    pub(crate) record: Record<'r, E>,
    pub(crate) duration: Duration,
}

impl<E: fmt::Display> Table<'_, E> {
    /// Writes the whole table, and a last line that counts.
    pub(crate) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.record.steps().map(|step| step.name().chars().count()).max();
        let width = widest.unwrap_or(0).clamp(4, WIDEST_NAME);
        writeln!(f, "Report: {}", self.pipeline)?;
        writeln!(f, "{:width$}  status     tries     start  duration  cause", "step")?;
        for step in self.record.steps() {
            self.line(f, &step, width)?;
        }
        self.summary(f)
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, step: &StepResult<'_, E>, width: usize) -> fmt::Result {
        write!(f, "{:width$}  {:9}  {:>5}", step.name(), step.status(), AttemptCount(step.attempts()))?;
        match step.started_at() {
            Some(started) => {
                write!(f, "  {:>8}  {:>8}", Short(started - self.record.started), Short(step.duration()))?;
            }
            None => write!(f, "  {:>8}  {:>8}", "-", "-")?,
        }
        let reason = step.reason();
        if let Some(reason) = &reason {
            write!(FirstLine { out: f, begun: false, ended: false }, "{reason:#}")?;
        }
        f.write_str(match (step.is_required(), reason.is_some()) {
            (true, _) => "\n",
            (false, true) => " (optional)\n",
            (false, false) => "  (optional)\n",
        })
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By states rather than by results, which are larger: on a board the code of each pass counts.
        let states = self.record.states;
        let total = states.len();
        let with = |status| count(states, status);
        write!(f, "{total} step{}: {} succeeded", if total == 1 { "" } else { "s" }, with(Status::Success))?;
        let retried = states.iter().filter(|state| state.status() == Status::Success && state.attempts() > 1).count();
        if retried > 0 {
            write!(f, " ({retried} after retries)")?;
        }
        let failed = self.record.steps().filter(|step| step.status() == Status::Failed);
        let optional = failed.filter(|step| !step.is_required()).count();
        write!(f, ", {} failed", with(Status::Failed))?;
        if optional > 0 {
            write!(f, " ({optional} optional)")?;
        }
        write!(f, ", {} skipped, {} cancelled", with(Status::Skipped), with(Status::Cancelled))?;
        write!(f, " in {}, exit code {}", Short(self.duration), exit_code(states, self.record.own.optional_steps()))
    }
}

/// A report in a line, for `Debug`: without its steps, so that nothing is asked of their errors.
pub(crate) struct Brief<'r> {
    pub(crate) pipeline: &'r str,
    pub(crate) states: &'r [StepState],
    pub(crate) optional: OptionalSteps<'r>,
    pub(crate) duration: Duration,
}

impl fmt::Debug for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("pipeline", &self.pipeline)
            .field("exit_code", &exit_code(self.states, self.optional))
            .field("succeeded", &count(self.states, Status::Success))
            .field("failed", &count(self.states, Status::Failed))
            .field("skipped", &count(self.states, Status::Skipped))
            .field("cancelled", &count(self.states, Status::Cancelled))
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}

/// A cause of several lines would break the table; the whole text is in the error.
struct FirstLine<'o, W: ?Sized> {
    out: &'o mut W,
    begun: bool,
    ended: bool,
}

impl<W: Write + ?Sized> Write for FirstLine<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !core::mem::replace(&mut self.begun, true) {
            self.out.write_str("  ")?;
        }
        if self.ended {
            return Ok(());
        }
        // By bytes: `split` and `lines` keep a panic for a position that they cannot have.
        let end = text.bytes().position(|byte| byte == b'\n');
        let line = end.and_then(|end| text.get(..end)).unwrap_or(text);
        self.out.write_str(line.strip_suffix('\r').unwrap_or(line))?;
        self.ended = end.is_some();
        Ok(())
    }
}

/// Three digits or so: enough to compare, short enough for a column. By whole numbers: a core without floats would carry
/// a library for them.
struct Short(Duration);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = rungs_scheduler::__private::nanos(self.0);
        let mut text = Text::default();
        match nanos {
            0 => text.write_str("0")?,
            1..1_000 => write!(text, "{nanos} ns")?,
            1_000..1_000_000 => write!(text, "{} us", Decimal::<1>(rounded(nanos, 100)))?,
            1_000_000..1_000_000_000 => write!(text, "{} ms", Decimal::<1>(rounded(nanos, 100_000)))?,
            _ => write!(text, "{} s", Decimal::<2>(rounded(nanos, 10_000_000)))?,
        }
        f.pad(text.as_str())
    }
}

const fn rounded(value: u64, unit: u64) -> u64 {
    value / unit + (value % unit >= unit / 2) as u64
}

/// A number of tenths or hundredths.
struct Decimal<const DIGITS: u32>(u64);

impl<const DIGITS: u32> fmt::Display for Decimal<DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = const { 10_u64.pow(DIGITS) };
        write!(f, "{}.{:0width$}", self.0 / one, self.0 % one, width = DIGITS as usize)
    }
}

/// A few characters, gathered to be padded as a whole.
#[derive(Default)]
struct Text {
    bytes: [u8; 24],
    len: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn spans_are_short() {
        for (nanos, text) in [
            (0, "0"),
            (999, "999 ns"),
            (1_000, "1.0 us"),
            (1_049, "1.0 us"),
            (1_050, "1.1 us"),
            (999_999, "1000.0 us"),
            (30_000_000, "30.0 ms"),
            (1_005_000_000, "1.01 s"),
            (u64::MAX, "18446744073.71 s"),
        ] {
            assert_eq!(format!("{}", Short(Duration::from_nanos(nanos))), text);
        }
        assert_eq!(format!("{:>8}|", Short(Duration::from_millis(5))), "  5.0 ms|");
    }
}
