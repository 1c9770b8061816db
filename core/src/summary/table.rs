//! A run as a table for people, without a heap.

use crate::{scheduler::Status, time::Instant};
use core::{
    fmt::{self, Write},
    time::Duration,
};

/// Longer names are shown whole and push their line out.
const WIDEST_NAME: usize = 32;

/// A line of the table.
pub(crate) struct Row<'r> {
    pub(crate) name: &'r str,
    pub(crate) status: Status,
    pub(crate) attempts: u32,
    pub(crate) started: Option<Instant>,
    pub(crate) duration: Duration,
    pub(crate) is_required: bool,
}

/// A report that can be shown as a table.
pub(crate) trait Table {
    fn pipeline(&self) -> &str;
    fn rows(&self) -> impl Iterator<Item = Row<'_>>;
    /// Writes why the step of this row did not succeed, and tells whether there was anything to write.
    fn reason(&self, row: usize, out: &mut dyn Write) -> Result<bool, fmt::Error>;
    fn started(&self) -> Instant;
    fn duration(&self) -> Duration;
    fn exit_code(&self) -> u8;

    /// Writes the whole table, and a last line that counts.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.rows().map(|row| row.name.chars().count()).max();
        let width = widest.unwrap_or(0).clamp(4, WIDEST_NAME);
        writeln!(f, "Report: {}", self.pipeline())?;
        writeln!(f, "{:width$}  status     tries     start  duration  cause", "step")?;
        for (place, row) in self.rows().enumerate() {
            self.line(f, place, &row, width)?;
        }
        self.summary(f)
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, place: usize, row: &Row<'_>, width: usize) -> fmt::Result {
        write!(f, "{:width$}  {:9}  {:>5}", row.name, row.status, row.attempts)?;
        match row.started {
            Some(started) => write!(f, "  {:>8}  {:>8}", Short(started - self.started()), Short(row.duration))?,
            None => write!(f, "  {:>8}  {:>8}", "-", "-")?,
        }
        let mut cause = FirstLine { out: f, begun: false, ended: false };
        let has_reason = self.reason(place, &mut cause)?;
        f.write_str(match (row.is_required, has_reason) {
            (true, _) => "\n",
            (false, true) => " (optional)\n",
            (false, false) => "  (optional)\n",
        })
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.rows().count();
        let count = |status| self.rows().filter(|row| row.status == status).count();
        write!(f, "{total} step{}: {} succeeded", if total == 1 { "" } else { "s" }, count(Status::Success))?;
        let retried = self.rows().filter(|row| row.status == Status::Success && row.attempts > 1).count();
        if retried > 0 {
            write!(f, " ({retried} after retries)")?;
        }
        let optional = self.rows().filter(|row| row.status == Status::Failed && !row.is_required).count();
        write!(f, ", {} failed", count(Status::Failed))?;
        if optional > 0 {
            write!(f, " ({optional} optional)")?;
        }
        write!(f, ", {} skipped, {} cancelled", count(Status::Skipped), count(Status::Cancelled))?;
        write!(f, " in {}, exit code {}", Short(self.duration()), self.exit_code())
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
        let nanos = crate::time::nanos(self.0);
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
