//! How long the polls of an attempt take.

use rungs::LongPoll;
use std::time::{Duration, Instant};

/// Measures the polls of one attempt, and tells the first that took too long.
pub(crate) struct LongPolls {
    step: String,
    limit: Duration,
    began: Option<Instant>,
    has_told: bool,
}

impl LongPolls {
    pub(crate) fn new(step: &str, limit: Duration) -> Self {
        Self { step: step.to_owned(), limit, began: None, has_told: false }
    }

    pub(crate) fn begin(&mut self) {
        // Once is enough for an attempt that is polled a thousand times.
        self.began = (!self.has_told).then(Instant::now);
    }

    pub(crate) fn end(&mut self) -> Option<LongPoll<'_>> {
        let took = self.began.take()?.elapsed();
        self.has_told = took > self.limit;
        self.has_told.then(|| LongPoll::new(&self.step, took))
    }
}
