//! How long to wait before another attempt.

use super::limit::span;
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
/// The plain names set a value, and the methods that read one are called `get_..`.
///
/// With the feature `serde` it may stand in a file: `{ "fixed_ms": 200 }` or `{ "exponential_ms": 200, "factor": 2 }`, each
/// with `cap_ms` and `jitter` (`"none"`, `"full"`, `"equal"`, `"decorrelated"`) if they are wanted, in milliseconds, as
/// integers or with a fraction. A list is written as `{ "list_ms": [10, 50] }`. It cannot be read back, since a `Backoff`
/// only borrows its list: read a `Vec` of durations instead, and lend it to [`list`](Self::list).
#[must_use = "a backoff changes nothing until a step has it"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "super::data::BackoffData", into = "super::data::BackoffData")
)]
pub struct Backoff<'a> {
    delays: DelayNanos<'a>,
    cap: u64,
    jitter: Jitter,
}

/// [`Delays`] as plans hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum DelayNanos<'a> {
    Fixed(u64),
    List(&'a [Duration]),
    Exponential { base: u64, factor: u32 },
}

/// The delays of a [`Backoff`] before its cap and its jitter.
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::{Backoff, Delays};
///
/// let first = Duration::from_millis(100);
/// assert_eq!(Backoff::exponential(first).get_delays(), Delays::Exponential { first, factor: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Delays<'a> {
    /// The same delay each time.
    Fixed(Duration),
    /// One delay after the other; the last repeats.
    List(&'a [Duration]),
    /// `first`, then `factor` times the delay before.
    Exponential {
        /// The delay before the first retry.
        first: Duration,
        /// What it is multiplied by each time.
        factor: u32,
    },
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

    /// `first`, then twice the delay before, and so on: `first * factor^(k - 1)` before the k-th retry.
    pub const fn exponential(first: Duration) -> Self {
        Self::new(DelayNanos::Exponential { base: nanos(first), factor: 2 })
    }

    /// What an exponential delay is multiplied by each time, 2 if not said. Fixed and listed delays have no factor.
    pub const fn factor(mut self, factor: u32) -> Self {
        if let DelayNanos::Exponential { base, .. } = self.delays {
            self.delays = DelayNanos::Exponential { base, factor };
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
        match self.delays {
            DelayNanos::Fixed(delay) => Delays::Fixed(Duration::from_nanos(delay)),
            DelayNanos::List(delays) => Delays::List(delays),
            DelayNanos::Exponential { base, factor } => {
                Delays::Exponential { first: Duration::from_nanos(base), factor }
            }
        }
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
    /// O(1); at most 64 rounds for decorrelated jitter.
    pub fn delay(&self, retry: u32, seed: u64) -> Duration {
        Duration::from_nanos(self.delay_nanos(retry, seed))
    }

    pub(crate) fn delay_nanos(&self, retry: u32, seed: u64) -> u64 {
        let plain = self.plain(retry);
        match self.jitter {
            Jitter::None => plain,
            Jitter::Full => up_to(plain, random(seed, retry)),
            Jitter::Equal => plain - up_to(plain / 2, random(seed, retry)),
            Jitter::Decorrelated => self.decorrelated(retry, seed),
        }
    }

    /// Whether the `retry`-th further attempt starts at once.
    #[doc(hidden)]
    pub fn is_immediate(&self, retry: u32) -> bool {
        self.plain(retry) == 0
    }

    /// Whether a delay depends on the seed.
    pub(crate) const fn is_random(&self) -> bool {
        !matches!(self.jitter, Jitter::None)
    }

    /// Whether there is any delay at all, and so a clock is needed.
    pub(crate) const fn waits(&self) -> bool {
        let delays = match self.delays {
            DelayNanos::Fixed(delay) | DelayNanos::Exponential { base: delay, .. } => return delay > 0,
            DelayNanos::List(delays) => delays,
        };
        let mut i = 0;
        while i < delays.len() {
            if !delays[i].is_zero() {
                return true;
            }
            i += 1;
        }
        false
    }

    const fn new(delays: DelayNanos<'a>) -> Self {
        Self { delays, cap: u64::MAX, jitter: Jitter::None }
    }

    /// The delay without jitter.
    pub(crate) fn plain(&self, retry: u32) -> u64 {
        let delay = match self.delays {
            DelayNanos::Fixed(delay) => delay,
            DelayNanos::List(delays) => {
                delays.get(retry.saturating_sub(1) as usize).or_else(|| delays.last()).map_or(0, |&delay| nanos(delay))
            }
            DelayNanos::Exponential { base, factor } => {
                let mut delay = base;
                // Where a factor changes nothing any more, no further one does: 64 rounds at most.
                for _ in 1..retry {
                    let longer = times(delay, factor);
                    if longer == delay {
                        break;
                    }
                    delay = longer;
                }
                delay
            }
        };
        delay.min(self.cap)
    }

    fn decorrelated(&self, retry: u32, seed: u64) -> u64 {
        let base = self.plain(1);
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

/// The product, saturating. By halves: a core without a wide multiplication carries a long way round for `saturating_mul`.
fn times(delay: u64, factor: u32) -> u64 {
    let (low, high) = (delay & u64::from(u32::MAX), delay >> 32);
    let factor = u64::from(factor);
    let low = low * factor;
    let high = high * factor + (low >> 32);
    if high > u64::from(u32::MAX) { u64::MAX } else { high << 32 | low & u64::from(u32::MAX) }
}

/// A number from 0 to `most`. The remainder's bias is below `most / 2^64`.
fn up_to(most: u64, random: u64) -> u64 {
    most.checked_add(1).map_or(random, |n| random.checked_rem(n).unwrap_or(0))
}

/// SplitMix64 (Steele, Lea and Flood, 2014), jumped to the given place.
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
    fn products_saturate_as_the_compilers_own_do() {
        for bit in 0..64 {
            for delay in [(1_u64 << bit) - 1, 1 << bit, u64::MAX >> bit, random(3, bit)] {
                for factor in [0, 1, 2, 3, 1_000, u32::MAX] {
                    assert_eq!(times(delay, factor), delay.saturating_mul(factor.into()), "{delay} * {factor}");
                }
            }
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
