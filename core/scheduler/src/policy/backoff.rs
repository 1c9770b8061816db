//! How long to wait before another attempt.

use super::{
    delays::{DelayFn, DelayNanos, Delays},
    limit::span,
};
use crate::time::nanos;
use core::time::Duration;

/// The delays before a step's further attempts.
///
/// Whole nanoseconds, saturating, and always the same for the same seed, step and attempt: nothing is remembered
/// between attempts. The longest delay is 584 years (`u64::MAX` nanoseconds). If a retry would begin at the end of the
/// clock ([`Instant::NEVER`](crate::Instant::NEVER)), it is not waited for: the step fails at once with its last error, as
/// it does when its deadline would come first.
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::{Backoff, Jitter};
///
/// let ms = Duration::from_millis;
/// let backoff = Backoff::exponential(ms(100)).factor(3).cap(ms(500));
/// assert_eq!(backoff.delay(1, 0), ms(100));
/// assert_eq!(backoff.delay(2, 0), ms(300));
/// assert_eq!(backoff.delay(3, 0), ms(500));
///
/// let listed = [ms(10), ms(50)];
/// let listed = Backoff::list(&listed);
/// assert_eq!(listed.delay(9, 0), ms(50)); // the last value repeats
///
/// let jittered = backoff.jitter(Jitter::Full);
/// assert!(jittered.delay(2, 7) <= ms(300));
/// assert_eq!(jittered.delay(2, 7), jittered.delay(2, 7));
/// ```
///
/// The delay before the k-th retry, without a cap and jitter:
///
/// | backoff | delay | where it comes from |
/// | --- | --- | --- |
/// | [`fixed(d)`](Self::fixed) | d | |
/// | [`list(&[..])`](Self::list) | the k-th of them; the last one repeats | |
/// | [`linear(d)`](Self::linear) | k * d | arithmetic growth |
/// | [`exponential(d)`](Self::exponential) | d * 2^(k - 1), or another [factor](Self::factor) | Metcalfe and Boggs, "Ethernet", 1976 |
/// | [`custom(f)`](Self::custom) | f(k) | the program |
///
/// The plain names set a value, and the methods that read one are called `get_..`.
///
/// With the feature `serde` it may stand in a file: `{ "fixed_ms": 200 }` or `{ "exponential_ms": 200, "factor": 2 }`, each
/// with `cap_ms` and `jitter` (`"none"`, `"full"`, `"equal"`, `"decorrelated"`) if they are wanted, in milliseconds, as
/// integers or with a fraction. A factor has up to three decimals, as in `1.5`; `{ "linear_ms": 200 }` has none. A list is
/// written as `{ "list_ms": [10, 50] }`. It cannot be read back, since a `Backoff` only borrows its list: read a `Vec` of
/// durations instead, and lend it to [`list`](Self::list). A custom backoff is a function, and to write it is an error.
#[must_use = "a backoff changes nothing until a step has it"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(try_from = "super::data::BackoffData"))]
pub struct Backoff<'a> {
    delays: DelayNanos<'a>,
    cap: u64,
    jitter: Jitter,
}

/// How a delay is spread, so that many that failed together do not come back together.
///
/// The formulas are those of "Exponential Backoff And Jitter" (Marc Brooker, AWS Architecture Blog, 2015); d is the
/// delay without jitter. A plan with jitter needs a seed at the run.
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::{Backoff, Jitter};
///
/// let second = Duration::from_secs(1);
/// let delay = Backoff::fixed(second).jitter(Jitter::Equal).delay(1, 42);
/// assert!(delay >= second / 2 && delay <= second);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Jitter {
    /// d.
    #[default]
    None,
    /// Between 0 and d.
    Full,
    /// Between d / 2 and d.
    Equal,
    /// Between the first delay and three times the delay before, up to the cap. The factor plays no part.
    Decorrelated,
}

impl<'a> Backoff<'a> {
    /// No delay.
    pub const NONE: Self = Self::fixed(Duration::ZERO);

    /// The same delay each time.
    pub const fn fixed(delay: Duration) -> Self {
        Self::new(DelayNanos::Fixed(nanos(delay)))
    }

    /// One delay after the other; the last repeats. An empty list is no delay.
    pub const fn list(delays: &'a [Duration]) -> Self {
        Self::new(DelayNanos::List(delays))
    }

    /// `first`, then twice as long, then three times as long: `first * k` before the k-th retry.
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs_scheduler::Backoff;
    ///
    /// let ms = Duration::from_millis;
    /// let backoff = Backoff::linear(ms(200)).cap(ms(500));
    /// assert_eq!([1, 2, 3].map(|retry| backoff.delay(retry, 0)), [ms(200), ms(400), ms(500)]);
    /// ```
    pub const fn linear(first: Duration) -> Self {
        Self::new(DelayNanos::linear(nanos(first)))
    }

    /// `first`, then twice the delay before, and so on: `first * factor^(k - 1)` before the k-th retry.
    pub const fn exponential(first: Duration) -> Self {
        Self::new(DelayNanos::Exponential { base: nanos(first), factor: 2 })
    }

    /// The delay before the k-th retry is `delay(k)`, counted from 1. Cap and jitter apply to it as to any other delay.
    ///
    /// The function is called more than once per retry, and its delay must follow from its argument alone. A step with it
    /// needs a clock. If it panics, the step of a `Pipeline` fails; a static run, and a driver of your own, panics.
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs_scheduler::Backoff;
    ///
    /// /// Two quick retries, then one per minute.
    /// fn patient(retry: u32) -> Duration {
    ///     if retry <= 2 { Duration::from_millis(50) } else { Duration::from_secs(60) }
    /// }
    ///
    /// const BACKOFF: Backoff<'static> = Backoff::custom(patient);
    /// assert_eq!(BACKOFF.delay(2, 0), Duration::from_millis(50));
    /// assert_eq!(BACKOFF.delay(3, 0), Duration::from_secs(60));
    /// ```
    pub const fn custom(delay: fn(u32) -> Duration) -> Self {
        Self::new(DelayNanos::Custom(DelayFn(delay)))
    }

    /// What an exponential delay is multiplied by each time; 2 if it is not stated. Other delays have no factor.
    pub const fn factor(mut self, factor: u32) -> Self {
        if let Some(base) = self.delays.exponential_base() {
            self.delays = DelayNanos::Exponential { base, factor };
        }
        self
    }

    /// The [factor](Self::factor) in permille, up to 65.535: 1,500 multiplies by 1.5. Each delay is that before, times the
    /// factor, rounded down to a nanosecond.
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs_scheduler::Backoff;
    ///
    /// let ms = Duration::from_millis;
    /// let backoff = Backoff::exponential(ms(100)).factor_permille(1_500);
    /// assert_eq!([1, 2, 3].map(|retry| backoff.delay(retry, 0)), [ms(100), ms(150), ms(225)]);
    /// ```
    pub const fn factor_permille(mut self, permille: u16) -> Self {
        if permille.is_multiple_of(1_000) {
            return self.factor(permille as u32 / 1_000);
        }
        if let Some(base) = self.delays.exponential_base() {
            self.delays = DelayNanos::permille(base, permille);
        }
        self
    }

    /// No delay is longer than `cap`.
    pub const fn cap(mut self, cap: Duration) -> Self {
        self.cap = nanos(cap);
        self
    }

    /// How the delays are spread.
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The delays before the cap and the jitter.
    pub const fn get_delays(&self) -> Delays<'a> {
        self.delays.shown()
    }

    /// The longest delay; `None` if there is no cap.
    pub const fn get_cap(&self) -> Option<Duration> {
        span(self.cap)
    }

    /// How the delays are spread.
    pub const fn get_jitter(&self) -> Jitter {
        self.jitter
    }

    /// The delay before the `retry`-th further attempt, counted from 1, for this seed.
    ///
    /// At most 64 rounds for a whole factor, and for decorrelated jitter. A factor f in permille takes `retry` rounds, up to
    /// `log_f(2^64)` or to the cap: 110 for 1.5, 466 for 1.1. All else is O(1).
    pub fn delay(&self, retry: u32, seed: u64) -> Duration {
        Duration::from_nanos(self.delay_nanos(retry, seed))
    }

    pub(crate) fn delay_nanos(&self, retry: u32, seed: u64) -> u64 {
        let plain = self.plain(retry, true);
        let spread = match self.jitter {
            Jitter::None => return plain,
            Jitter::Full => plain,
            Jitter::Equal => plain / 2,
            Jitter::Decorrelated => return self.decorrelated(retry, seed),
        };
        plain - up_to(spread, random(seed, retry))
    }

    /// Whether the `retry`-th further attempt starts at once.
    #[doc(hidden)]
    pub fn is_immediate(&self, retry: u32, may_be_rare: bool) -> bool {
        self.plain(retry, may_be_rare) == 0
    }

    /// Whether the delays are neither fixed nor exponential with a whole factor.
    pub(crate) const fn is_rare(&self) -> bool {
        self.delays.is_rare()
    }

    /// Whether a delay depends on the seed.
    pub(crate) const fn is_random(&self) -> bool {
        !matches!(self.jitter, Jitter::None)
    }

    /// Whether there is any delay at all, and so a clock is needed.
    pub(crate) const fn waits(&self) -> bool {
        self.delays.waits()
    }

    /// Whether the delays are those of a function of the program, which may panic.
    #[doc(hidden)]
    #[inline]
    pub const fn is_custom(&self) -> bool {
        matches!(self.delays, DelayNanos::Custom(_))
    }

    const fn new(delays: DelayNanos<'a>) -> Self {
        Self { delays, cap: u64::MAX, jitter: Jitter::None }
    }

    /// The delay without jitter.
    pub(crate) fn plain(&self, retry: u32, may_be_rare: bool) -> u64 {
        self.delays.delay(retry, self.cap, may_be_rare).min(self.cap)
    }

    fn decorrelated(&self, retry: u32, seed: u64) -> u64 {
        let base = self.plain(1, true);
        // Each delay depends on the one before, so all are drawn again. After 64 of them the first has no influence left
        // worth its time (each shrinks it at least threefold, or the cap has cut it off): older ones are left out.
        let first = retry.saturating_sub(63).max(1);
        let mut delay = base;
        for k in first..=retry {
            let span = delay.saturating_mul(3).saturating_sub(base);
            delay = base.saturating_add(up_to(span, random(seed, k))).min(self.cap);
        }
        delay
    }
}

/// A number from 0 to `most`, spread evenly by the upper half of `random`: in steps of `most / 2^32`, where these are longer than
/// one. By multiplication, because a core that does not divide 64 bits carries a kilobyte for a remainder.
fn up_to(most: u64, random: u64) -> u64 {
    let (share, low) = (random >> 32, most & u64::from(u32::MAX));
    (most >> 32) * share + (((low + 1) * share) >> 32)
}

/// SplitMix64 (Steele, Lea and Flood, 2014), jumped to the given place.
// Not inlined, because it has several callers: a board has it in flash once.
#[inline(never)]
pub(crate) fn random(seed: u64, place: u32) -> u64 {
    let mut z = seed.wrapping_add(u64::from(place).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn saturates_and_is_capped() {
        let b = Backoff::exponential(MS * 10);
        assert_eq!(b.delay(u32::MAX, 0), Duration::from_nanos(u64::MAX));
        assert_eq!(b.cap(MS * 15).delay(u32::MAX, 0), MS * 15);
        assert_eq!(Backoff::exponential(MS).factor(0).delay(2, 0), Duration::ZERO);
        assert_eq!(Backoff::list(&[]).delay(1, 0), Duration::ZERO);
        assert_eq!(b.delay(0, 0), MS * 10);
    }

    #[test]
    fn a_share_reaches_from_0_to_the_most() {
        for most in [0, 1, 2, 1_000, u64::from(u32::MAX), 1 << 32, u64::MAX] {
            assert_eq!(up_to(most, 0), 0);
            // Steps of most / 2^32 do not reach the very last.
            assert_eq!(up_to(most, u64::MAX), most - (most >> 32), "{most}");
            let half = most / 2 + most % 2;
            assert_eq!(up_to(most, 1 << 63), half, "{most}");
        }
    }

    #[test]
    fn jitter_stays_in_its_bounds() {
        let b = Backoff::exponential(MS).cap(MS * 100);
        for seed in 0..200 {
            for k in 1..80 {
                let plain = b.delay(k, seed);
                assert!(b.jitter(Jitter::Full).delay(k, seed) <= plain);
                let equal = b.jitter(Jitter::Equal).delay(k, seed);
                assert!(equal >= plain / 2 && equal <= plain);
                let free = b.jitter(Jitter::Decorrelated).delay(k, seed);
                assert!(free >= MS && free <= MS * 100);
            }
        }
    }

    #[test]
    fn jitter_spreads_over_seeds_and_attempts() {
        for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated] {
            let b = Backoff::fixed(MS).jitter(jitter);
            let mean: u64 = (0..1000).map(|seed| b.delay_nanos(1, seed) / 1000).sum();
            let expected = match jitter {
                Jitter::Full => 500_000,
                Jitter::Equal => 750_000,
                _ => 2_000_000, // between 1 ms and 3 ms
            };
            assert!(mean.abs_diff(expected) < expected / 10, "{jitter:?}: {mean}");
            assert_ne!(b.delay(1, 5), b.delay(2, 5));
        }
    }
}
