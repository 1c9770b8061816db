//! A run as a table for people, without a heap.

use super::{record::Record, step::StepResult};
use crate::{
    escape::StepName,
    exit_code::{count, exit_code},
};
use core::{
    fmt::{self, Write},
    time::Duration,
};
use rungs_scheduler::{Cause, Status, StepId, StepState};

/// Longer names push their line out.
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
        let widest = self.record.steps().map(|step| StepName(step.name()).width()).max();
        let width = widest.unwrap_or(0).clamp(4, WIDEST_NAME);
        writeln!(f, "Report: {}", StepName(self.pipeline))?;
        writeln!(f, "{:width$}  status     tries     start  duration  cause", "step")?;
        for step in self.record.steps() {
            self.line(f, &step, width)?;
        }
        self.summary(f)
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, step: &StepResult<'_, E>, width: usize) -> fmt::Result {
        StepName(step.name()).write_column(f, width)?;
        write!(f, "  {:9}  {:>5}", step.status(), step.attempts())?;
        match step.started_at() {
            Some(started) => {
                write!(f, "  {:>8}  {:>8}", Short(started - self.record.started), Short(step.duration()))?;
            }
            None => write!(f, "  {:>8}  {:>8}", "-", "-")?,
        }
        let reason = step.reason();
        if let Some(reason) = &reason {
            write!(f, "  {reason:#}")?;
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
        for status in [Status::Failed, Status::Skipped, Status::Cancelled] {
            self.write_count(f, status)?;
        }
        write!(f, " in {}, exit code {}", Short(self.duration), exit_code(states))
    }

    /// How many steps ended with a status, and by which causes.
    fn write_count(&self, f: &mut fmt::Formatter<'_>, status: Status) -> fmt::Result {
        let (mut own, mut for_need, mut optional, mut by_cause) = (0_u32, 0_u32, 0_u32, [0_u32; 16]);
        for (state, step) in self.record.states.iter().zip(0..).filter(|(state, _)| state.status() == status) {
            let cause = state.cause();
            if status == Status::Failed && matches!(cause, Some(Cause::Dependency { .. })) {
                for_need += 1;
                continue;
            }
            own += 1;
            optional += u32::from(!self.record.is_required(StepId::from_number(step)));
            let [code, ..] = Cause::pack(cause);
            if let Some(count) = by_cause.get_mut(code as usize) {
                *count += 1;
            }
        }
        write!(f, ", {own} {status}")?;
        let mut list = List { f, open: " (" };
        for (count, code) in by_cause.into_iter().zip(0..) {
            match Cause::unpack([code, 0, 0]) {
                None | Some(Cause::Failed | Cause::Dependency { .. }) => {}
                Some(Cause::NotNeeded) => list.write(count, &"not needed")?,
                Some(cause) => list.write(count, &cause)?,
            }
        }
        if status == Status::Failed {
            list.write(optional, &"optional")?;
        }
        list.end()?;
        if for_need > 0 { write!(f, ", {for_need} more for a failed need") } else { Ok(()) }
    }
}

/// A list of counts in parentheses, without those that are 0.
struct List<'o, 'f> {
    f: &'o mut fmt::Formatter<'f>,
    open: &'static str,
}

impl List<'_, '_> {
    fn write(&mut self, count: u32, what: &dyn fmt::Display) -> fmt::Result {
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
    pub(crate) duration: Duration,
}

impl fmt::Debug for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("pipeline", &self.pipeline)
            .field("exit_code", &exit_code(self.states))
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
struct Short(Duration);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = rungs_scheduler::__private::nanos(self.0);
        let (last_digit, decimals, unit) = match nanos {
            0 => (1, 0, ""),
            1..1_000 => (1, 0, " ns"),
            1_000..1_000_000 => (100, 1, " us"),
            1_000_000..1_000_000_000 => (100_000, 1, " ms"),
            _ => (10_000_000, 2, " s"),
        };
        let mut value = rounded(nanos, last_digit);
        // From the last to the first, so the free ones are in front.
        let mut digits = [b' '; LONGEST_NUMBER];
        let mut len = 0;
        for place in digits.iter_mut().rev() {
            if value == 0 && len > decimals {
                break;
            }
            if len == decimals && decimals > 0 {
                *place = b'.';
            } else {
                *place = b'0' + (value % 10) as u8;
                value /= 10;
            }
            len += 1;
        }
        let width = f.width().unwrap_or(0).max(len + unit.len()) - unit.len();
        digits
            .iter()
            .skip(LONGEST_NUMBER - width.min(LONGEST_NUMBER))
            .try_for_each(|digit| f.write_char(*digit as char))?;
        f.write_str(unit)
    }
}

/// The longest span has eleven digits before the point and two behind it.
const LONGEST_NUMBER: usize = 14;

const fn rounded(value: u64, unit: u64) -> u64 {
    value / unit + (value % unit * 2 >= unit) as u64
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
