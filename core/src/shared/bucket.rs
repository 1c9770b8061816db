//! A token bucket: how many attempts may start in a span.

use core::time::Duration;
use rungs_scheduler::{__private::nanos, Instant};

/// A bucket that holds up to `starts` tokens and is refilled with as many per `span`.
///
/// Levels are counted in tokens times the nanoseconds of the span, so that no fraction of a token is lost.
#[derive(Debug)]
pub(super) struct Bucket {
    starts: u32,
    span: u64,
    level: u128,
    /// When the level was right.
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(starts: u32, span: Duration) -> Self {
        let span = nanos(span);
        Self { starts, span, level: u128::from(starts) * u128::from(span), at: Instant::ZERO }
    }

    pub(super) const fn capacity(&self) -> u32 {
        self.starts
    }

    /// How many whole tokens there were when it was last asked.
    pub(super) fn tokens(&self) -> u32 {
        let tokens = self.level.checked_div(self.span.into()).unwrap_or(self.starts.into());
        u32::try_from(tokens).unwrap_or(u32::MAX)
    }

    /// When there will be this many tokens, if nobody takes any; `now` if there are.
    pub(super) fn due(&mut self, tokens: u64, now: Instant) -> Instant {
        self.refill(now);
        let missing = self.in_level(tokens).saturating_sub(self.level);
        if missing == 0 {
            return now;
        }
        let wait = missing.div_ceil(u128::from(self.starts.max(1)));
        now + Duration::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX))
    }

    pub(super) fn take(&mut self, tokens: u32) {
        self.level = self.level.saturating_sub(self.in_level(tokens.into()));
    }

    /// A time before the last one is of another clock: what passed between the two is not known.
    fn refill(&mut self, now: Instant) {
        let passed = (now - self.at).as_nanos();
        let full = self.in_level(self.starts.into());
        self.level = self.level.saturating_add(passed.saturating_mul(self.starts.into())).min(full);
        self.at = now;
    }

    fn in_level(&self, tokens: u64) -> u128 {
        u128::from(tokens).saturating_mul(self.span.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(nanos: u64) -> Instant {
        Instant::from_nanos(nanos)
    }

    #[test]
    fn a_third_of_a_token_is_not_lost() {
        let mut bucket = Bucket::new(3, Duration::from_nanos(10));
        bucket.take(3);
        assert_eq!([1, 2, 3].map(|tokens| bucket.due(tokens, at(0))), [at(4), at(7), at(10)]);
        for start in 1..=9 {
            // One by one, each as soon as it may: exactly 10 ns for three.
            let due = bucket.due(1, at(0).max(bucket.at));
            assert_eq!(due, at((start * 10_u64).div_ceil(3)));
            assert_eq!(bucket.due(1, due), due);
            bucket.take(1);
        }
    }

    #[test]
    fn it_holds_no_more_than_it_is_refilled_with_per_span() {
        let mut bucket = Bucket::new(2, Duration::from_nanos(100));
        assert_eq!((bucket.due(2, at(1_000_000)), bucket.tokens()), (at(1_000_000), 2));
        assert!(bucket.due(3, at(1_000_000)) > at(1_000_000));
    }

    #[test]
    fn a_clock_that_starts_again_and_ends_of_all_numbers_do_no_harm() {
        let mut bucket = Bucket::new(u32::MAX, Duration::MAX);
        bucket.take(u32::MAX);
        assert_eq!(bucket.due(u64::MAX, at(u64::MAX)), Instant::NEVER);
        bucket.due(1, at(5));
        assert_eq!(bucket.at, at(5));
        let mut unlimited = Bucket::new(1, Duration::ZERO);
        assert_eq!((unlimited.due(u64::MAX, at(7)), unlimited.tokens()), (at(7), 1));
    }
}
