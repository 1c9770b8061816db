//! A run as a table for people, without a heap.

use super::{record::Record, step::StepResult};
use crate::exit_code::{OptionalSteps, count, exit_code};
use core::{
    fmt::{self, Write},
    time::Duration,
};
use rungs_scheduler::{__private::AttemptCount, Instant, Status, StepState};

/// Longer names are shown whole and push their line out.
const WIDEST_NAME: usize = 32;

/// What a report knows, for its table.
pub(crate) struct Table<'r, E> {
    pub(crate) pipeline: &'r str,
    pub(crate) record: Record<'r, E>,
    /// When the run ended.
    pub(crate) finished: Instant,
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
                let finished = step.finished_at().unwrap_or(started);
                let (wait, span) = (Short::between(self.record.started, started), Short::between(started, finished));
                write!(f, "  {wait:>8}  {span:>8}")?;
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
        let span = Short::between(self.record.started, self.finished);
        write!(f, " in {span}, exit code {}", exit_code(states, self.record.own.optional_steps()))
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
struct Short {
    nanos: u64,
}

impl Short {
    /// The time from `started` to `finished`. By nanoseconds, since a `Duration` costs a division of 64 bits.
    fn between(started: Instant, finished: Instant) -> Self {
        Self { nanos: finished.as_nanos().saturating_sub(started.as_nanos()) }
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, dropped, decimals) = match self.nanos {
            0 => return f.pad("0"),
            1..1_000 => (" ns", 0, 0),
            1_000..1_000_000 => (" us", 2, 1),
            1_000_000..1_000_000_000 => (" ms", 5, 1),
            _ => (" s", 7, 2),
        };
        let (mut text, mut rest) = (Text::default(), rounded(self.nanos, dropped));
        text.prepend(unit.as_bytes());
        for place in 0..MOST_DIGITS {
            if place > decimals && rest == 0 {
                break;
            }
            if place == decimals && decimals > 0 {
                text.prepend(b".");
            }
            let digit;
            (rest, digit) = tenth(rest);
            text.prepend(&[b'0' + digit]);
        }
        f.pad(text.as_str())
    }
}

/// Of a `u64`.
const MOST_DIGITS: u32 = u64::MAX.ilog10() + 1;

/// The number without its last digits, rounded.
fn rounded(mut number: u64, dropped: u32) -> u64 {
    let mut last = 0;
    for _ in 0..dropped {
        (number, last) = tenth(number);
    }
    number + u64::from(last >= 5)
}

/// The quotient and the rest of a division by ten. By bytes: nothing else in a program may divide 64 bits, which takes a
/// kilobyte of a Cortex-M0's flash.
#[inline(never)]
fn tenth(number: u64) -> (u64, u8) {
    let (mut bytes, mut rest) = (number.to_be_bytes(), 0);
    for byte in &mut bytes {
        let part = rest << 8 | u32::from(*byte);
        (*byte, rest) = ((part / 10) as u8, part % 10);
    }
    (u64::from_be_bytes(bytes), rest as u8)
}

/// A few characters, gathered from the last to the first, to be padded as a whole.
#[derive(Default)]
struct Text {
    bytes: [u8; 24],
    len: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        let start = self.bytes.len().saturating_sub(self.len);
        self.bytes.get(start..).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }

    /// What does not fit is left out.
    fn prepend(&mut self, characters: &[u8]) {
        for &character in characters.iter().rev() {
            self.len += 1;
            if let Some(byte) = self.bytes.len().checked_sub(self.len).and_then(|at| self.bytes.get_mut(at)) {
                *byte = character;
            }
        }
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
            (9, "9 ns"),
            (1_049, "1.0 us"),
            (1_050, "1.1 us"),
            (999_999, "1000.0 us"),
            (30_000_000, "30.0 ms"),
            (1_005_000_000, "1.01 s"),
            (u64::MAX, "18446744073.71 s"),
        ] {
            assert_eq!(format!("{}", Short { nanos }), text);
        }
        assert_eq!(format!("{:>8}|", Short { nanos: 5_000_000 }), "  5.0 ms|");
    }
}
