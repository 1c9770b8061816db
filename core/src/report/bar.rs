//! The bars of a timeline.

use rungs_scheduler::Instant;

/// Columns of a bar.
pub(super) const COLUMNS: usize = 50;

/// From times to columns, by 32 bits: a board divides no 64.
pub(super) struct Scale {
    started: u64,
    shift: u32,
    span: u32,
}

impl Scale {
    pub(super) fn new(started: Instant, finished: Instant) -> Self {
        let span = finished.as_nanos().saturating_sub(started.as_nanos());
        // The product of 26 bits and the columns fits into 32.
        let shift = (u64::BITS - span.leading_zeros()).saturating_sub(26);
        Self { started: started.as_nanos(), shift, span: ((span >> shift) as u32).max(1) }
    }

    /// How many columns are before this time.
    fn column(&self, at: Instant) -> usize {
        let since = (at.as_nanos().saturating_sub(self.started) >> self.shift).min(u64::from(self.span));
        (since as u32 * COLUMNS as u32 / self.span) as usize
    }

    pub(super) fn fill(&self, bar: &mut [u8; COLUMNS], letter: u8, from: Instant, to: Instant) {
        let columns = bar.get_mut(self.column(from)..self.column(to));
        columns.unwrap_or_default().fill(letter);
    }

    /// The column that ends with this time.
    pub(super) fn mark(&self, bar: &mut [u8; COLUMNS], letter: u8, at: Instant) {
        if let Some(column) = bar.get_mut(self.column(at).saturating_sub(1)) {
            *column = letter;
        }
    }
}
