//! A run as a table for people, without a heap.

use super::{record::Record, step::StepResult};
use crate::{
    escape::StepName,
    exit_code::{OptionalSteps, count, exit_code},
};
use core::{
    fmt::{self, Write},
    time::Duration,
};
use rungs_scheduler::{
    __private::{AttemptCount, Why},
    Instant, Status, StepId, StepState,
};

/// Longer names push their line out.
const WIDEST_NAME: usize = 32;

/// What a report knows, for its table.
pub(crate) struct Table<'r, E> {
    pub(crate) pipeline: &'r str,
    pub(crate) record: Record<'r, E>,
    /// When the run ended.
    pub(crate) finished: Instant,
    /// Whether some step may be late.
    pub(crate) may_be_late: bool,
}

impl<E: fmt::Display> Table<'_, E> {
    /// Writes the whole table, and a last line that counts.
    pub(crate) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.record.shown().map(|step| StepName(step.name()).width()).max();
        let width = widest.unwrap_or(0).clamp(4, WIDEST_NAME);
        writeln!(f, "Report: {}", StepName(self.pipeline))?;
        writeln!(f, "{:width$}  status     tries     start  duration  cause", "step")?;
        for step in self.record.shown() {
            self.line(f, &step, width)?;
        }
        self.summary(f)
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, step: &StepResult<'_, E>, width: usize) -> fmt::Result {
        StepName(step.name()).write_column(f, width)?;
        write!(f, "  {:9}  {:>5}", step.status(), AttemptCount(step.attempts()))?;
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
            write!(f, "  {reason:#}")?;
        }
        if self.may_be_late && step.is_late() {
            f.write_str("  late")?;
        }
        // Nothing is spawned without an allocator.
        #[cfg(feature = "alloc")]
        if step.is_still_running() {
            f.write_str(", still running")?;
        }
        #[cfg(any(feature = "alloc", feature = "postcard"))]
        let has_text = write_origin(f, step, reason.is_some())?;
        #[cfg(not(any(feature = "alloc", feature = "postcard")))]
        let has_text = reason.is_some();
        f.write_str(match (step.is_required(), has_text) {
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
        #[cfg(any(feature = "alloc", feature = "postcard"))]
        let given = states.iter().filter(|state| state.status() == Status::Success && state.is_given()).count();
        // No static run begins with given steps then.
        #[cfg(not(any(feature = "alloc", feature = "postcard")))]
        let given = 0;
        match (retried, given) {
            (0, 0) => {}
            (_, 0) => write!(f, " ({retried} after retries)")?,
            (0, _) => write!(f, " ({given} given)")?,
            (_, _) => write!(f, " ({retried} after retries, {given} given)")?,
        }
        for status in [Status::Failed, Status::Skipped, Status::Cancelled] {
            self.write_count(f, status)?;
        }
        let span = Short::between(self.record.started, self.finished);
        // As a number of the width of the others: a board has the code for a byte in text only if something needs it.
        let exit_code = u32::from(exit_code(states, self.record.own.optional_steps()));
        write!(f, " in {span}, exit code {exit_code}")
    }

    /// How many steps ended with a status, and by which causes.
    fn write_count(&self, f: &mut fmt::Formatter<'_>, status: Status) -> fmt::Result {
        let (mut own, mut for_need, mut optional, mut by_cause) = (0_u32, 0_u32, 0_u32, [0_u32; Why::ALL.len()]);
        for (state, step) in self.record.states.iter().zip(0..).filter(|(state, _)| state.status() == status) {
            let why = state.why();
            if status == Status::Failed && why == Why::Dependency {
                for_need += 1;
                continue;
            }
            own += 1;
            optional += u32::from(!self.record.is_required(StepId::from_number(step)));
            if let Some(count) = by_cause.get_mut(why as usize) {
                *count += 1;
            }
        }
        write!(f, ", {own} {status}")?;
        let mut list = List { f, open: " (" };
        for (count, why) in by_cause.into_iter().zip(Why::ALL) {
            match why {
                Why::None | Why::Failed | Why::Dependency => {}
                Why::NotNeeded => list.write(count, "not needed")?,
                why => list.write(count, why.text())?,
            }
        }
        if status == Status::Failed {
            list.write(optional, "optional")?;
        }
        list.end()?;
        if for_need > 0 { write!(f, ", {for_need} more for a failed need") } else { Ok(()) }
    }
}

/// Writes whether a step's result came from outside the run, and returns whether the last column has a text.
#[cfg(any(feature = "alloc", feature = "postcard"))]
fn write_origin<E>(
    f: &mut fmt::Formatter<'_>,
    step: &StepResult<'_, E>,
    mut has_text: bool,
) -> Result<bool, fmt::Error> {
    #[cfg(feature = "alloc")]
    let is_input = step.is_input();
    #[cfg(not(feature = "alloc"))]
    let is_input = false;
    for (applies, note) in [(step.is_given(), " (given)"), (is_input, " (input)")] {
        if applies {
            f.write_str(if has_text { "" } else { " " })?;
            f.write_str(note)?;
            has_text = true;
        }
    }
    Ok(has_text)
}

/// A list of counts in parentheses, without those that are 0.
struct List<'o, 'f> {
    f: &'o mut fmt::Formatter<'f>,
    open: &'static str,
}

impl List<'_, '_> {
    fn write(&mut self, count: u32, what: &str) -> fmt::Result {
        if count > 0 {
            write!(self.f, "{}{what}: {count}", self.open)?;
            self.open = ", ";
        }
        Ok(())
    }

    fn end(self) -> fmt::Result {
        if self.open == ", " { self.f.write_str(")") } else { Ok(()) }
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

/// Three digits or so: enough to compare, short enough for a column. By whole numbers, digit by digit: a core without floats
/// would carry a library for them, and a small one the rest of `core::fmt`.
pub(crate) struct Short {
    nanos: u64,
}

impl Short {
    /// The time from `started` to `finished`. By nanoseconds, since a `Duration` costs a division of 64 bits.
    pub(crate) fn between(started: Instant, finished: Instant) -> Self {
        Self { nanos: finished.as_nanos().saturating_sub(started.as_nanos()) }
    }

    #[cfg(feature = "alloc")]
    pub(super) fn of(span: Duration) -> Self {
        Self::between(Instant::ZERO, Instant::ZERO + span)
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Beyond 32 bits they are seconds.
        let (unit, dropped, decimals) = match u32::try_from(self.nanos).unwrap_or(u32::MAX) {
            0 => ("", 0, 0),
            1..1_000 => (" ns", 0, 0),
            1_000..1_000_000 => (" us", 2, 1),
            1_000_000..1_000_000_000 => (" ms", 5, 1),
            _ => (" s", 7, 2),
        };
        let mut rest = rounded(self.nanos, dropped);
        // From the last to the first, so the free ones are in front.
        let mut digits = [b' '; LONGEST_NUMBER];
        let mut len = 0;
        for place in digits.iter_mut().rev() {
            if rest == 0 && len > decimals {
                break;
            }
            if len == decimals && decimals > 0 {
                *place = b'.';
            } else {
                let digit;
                (rest, digit) = tenth(rest);
                *place = b'0' + digit;
            }
            len += 1;
        }
        let width = f.width().unwrap_or(0).max(len + unit.len()) - unit.len();
        let free = LONGEST_NUMBER - width.min(LONGEST_NUMBER);
        digits.iter().skip(free).try_for_each(|digit| f.write_char(*digit as char))?;
        f.write_str(unit)
    }
}

/// The longest span has eleven digits before the point and two behind it.
const LONGEST_NUMBER: usize = 14;

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
    // From the last byte, the highest: in this order they lie in memory as they are.
    let (mut bytes, mut rest) = (number.to_le_bytes(), 0);
    for byte in bytes.iter_mut().rev() {
        let part = rest << 8 | u32::from(*byte);
        (*byte, rest) = ((part / 10) as u8, part % 10);
    }
    (u64::from_le_bytes(bytes), rest as u8)
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
