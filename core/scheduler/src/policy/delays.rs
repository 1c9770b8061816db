//! The delays of a backoff before its cap and its jitter.

use crate::time::nanos;
use core::{fmt, ptr, time::Duration};

/// The delays of a [`Backoff`](crate::Backoff) before its cap and its jitter.
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::{Backoff, Delays};
///
/// let first = Duration::from_millis(100);
/// let backoff = Backoff::exponential(first);
/// assert_eq!(backoff.get_delays(), Delays::Exponential { first, factor: 2 });
/// let permille = backoff.factor_permille(1_500);
/// assert_eq!(permille.get_delays(), Delays::ExponentialPermille { first, factor: 1_500 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Delays<'a> {
    /// The same delay each time.
    Fixed(Duration),
    /// One delay after the other; the last repeats.
    List(&'a [Duration]),
    /// `first` times the number of the retry.
    Linear {
        /// The delay before the first retry.
        first: Duration,
    },
    /// `first`, then `factor` times the delay before.
    Exponential {
        /// The delay before the first retry.
        first: Duration,
        /// What it is multiplied by each time.
        factor: u32,
    },
    /// As `Exponential`, with a factor that is not whole.
    ExponentialPermille {
        /// The delay before the first retry.
        first: Duration,
        /// What it is multiplied by each time, in permille.
        factor: u16,
    },
    /// Those of a function; [`Backoff::delay`](crate::Backoff::delay) tells them.
    Custom,
}

/// [`Delays`] as plans hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum DelayNanos<'a> {
    Fixed(u64),
    List(&'a [Duration]),
    Exponential {
        base: u64,
        factor: u32,
    },
    /// A factor of 16 bits leaves the enum as large as it is without this variant.
    Computed {
        formula: &'static Formula,
        factor: u16,
        base: u64,
    },
    Custom(DelayFn),
}

/// A formula of the rarer kind. It is called through a pointer, so that programs that do not use it do not contain it.
#[derive(Clone, Copy)]
pub(super) struct Formula {
    kind: Kind,
    /// The delay before a retry, from the first one, the factor, the number of the retry and the cap.
    delay: fn(u64, u16, u32, u64) -> u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Kind {
    Linear,
    Permille,
}

const LINEAR: Formula = Formula { kind: Kind::Linear, delay: linear };
const PERMILLE: Formula = Formula { kind: Kind::Permille, delay: permille };

impl<'a> DelayNanos<'a> {
    pub(super) const fn linear(base: u64) -> Self {
        Self::Computed { formula: &LINEAR, factor: 0, base }
    }

    pub(super) const fn permille(base: u64, factor: u16) -> Self {
        Self::Computed { formula: &PERMILLE, factor, base }
    }

    /// The first delay, if there is a factor.
    pub(super) const fn exponential_base(&self) -> Option<u64> {
        match *self {
            Self::Exponential { base, .. }
            | Self::Computed { formula: Formula { kind: Kind::Permille, .. }, base, .. } => Some(base),
            _ => None,
        }
    }

    pub(super) const fn shown(&self) -> Delays<'a> {
        match *self {
            Self::Fixed(delay) => Delays::Fixed(Duration::from_nanos(delay)),
            Self::List(delays) => Delays::List(delays),
            Self::Exponential { base, factor } => Delays::Exponential { first: Duration::from_nanos(base), factor },
            Self::Computed { formula, factor, base } => {
                let first = Duration::from_nanos(base);
                match formula.kind {
                    Kind::Linear => Delays::Linear { first },
                    Kind::Permille => Delays::ExponentialPermille { first, factor },
                }
            }
            Self::Custom(_) => Delays::Custom,
        }
    }

    /// Whether there may be any delay at all.
    pub(super) const fn waits(&self) -> bool {
        let delays = match *self {
            Self::Fixed(delay) | Self::Exponential { base: delay, .. } | Self::Computed { base: delay, .. } => {
                return delay > 0;
            }
            Self::Custom(_) => return true,
            Self::List(delays) => delays,
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

    /// Whether the delays are neither fixed nor exponential with a whole factor.
    pub(super) const fn is_rare(&self) -> bool {
        !matches!(self, Self::Fixed(_) | Self::Exponential { .. })
    }

    /// The delay before a retry. It is exact up to the cap; where it is longer, so is what is returned. `may_be_rare`: see
    /// [`is_rare`](Self::is_rare).
    #[inline]
    pub(super) fn delay(&self, retry: u32, cap: u64, may_be_rare: bool) -> u64 {
        match *self {
            Self::Fixed(delay) => delay,
            Self::Exponential { base, factor } => exponential(base, factor, retry),
            _ if !may_be_rare => 0,
            Self::List(delays) => {
                delays.get(retry.saturating_sub(1) as usize).or_else(|| delays.last()).map_or(0, |&delay| nanos(delay))
            }
            Self::Computed { formula, factor, base } => (formula.delay)(base, factor, retry, cap),
            Self::Custom(DelayFn(delay)) => nanos(delay(retry)),
        }
    }
}

fn exponential(base: u64, factor: u32, retry: u32) -> u64 {
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

fn linear(base: u64, _: u16, retry: u32, _: u64) -> u64 {
    times(base, retry.max(1))
}

fn permille(base: u64, factor: u16, retry: u32, cap: u64) -> u64 {
    let mut delay = base;
    for _ in 1..retry {
        let next = times_permille(delay, factor);
        // Delays that grow have passed the cap for good, and those that rounding holds stay.
        if next == delay || (next > delay && delay >= cap) {
            break;
        }
        delay = next;
    }
    delay
}

/// The product in thousandths, rounded down, saturating.
fn times_permille(delay: u64, factor: u16) -> u64 {
    let (thousands, rest) = (delay / 1_000, delay % 1_000);
    times(thousands, factor.into()).saturating_add(rest * u64::from(factor) / 1_000)
}

/// The product, saturating. By halves: a core without a wide multiplication carries a long way round for `saturating_mul`.
fn times(delay: u64, factor: u32) -> u64 {
    let (low, high) = (delay & u64::from(u32::MAX), delay >> 32);
    let factor = u64::from(factor);
    let low = low * factor;
    let high = high * factor + (low >> 32);
    if high > u64::from(u32::MAX) { u64::MAX } else { high << 32 | low & u64::from(u32::MAX) }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Formula {}

impl fmt::Debug for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Formula {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.kind.format(f);
    }
}

/// A function of the program that tells the delay before a retry.
#[derive(Clone, Copy)]
pub(super) struct DelayFn(pub(super) fn(u32) -> Duration);

/// Two that are the same function may count as different, since a function may have several addresses.
impl PartialEq for DelayFn {
    fn eq(&self, other: &Self) -> bool {
        ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Eq for DelayFn {}

impl fmt::Debug for DelayFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fn")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for DelayFn {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "fn");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::random;

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
    fn products_in_permille_are_exact_up_to_a_nanosecond() {
        for bit in 0..64 {
            for delay in [(1_u64 << bit) - 1, 1 << bit, u64::MAX >> bit, random(5, bit)] {
                for factor in [1, 999, 1_001, 1_500, u16::MAX] {
                    let exact = u128::from(delay) * u128::from(factor) / 1_000;
                    let expected = u64::try_from(exact).unwrap_or(u64::MAX);
                    assert_eq!(times_permille(delay, factor), expected, "{delay} * {factor} / 1000");
                }
            }
        }
    }

    #[test]
    fn rarer_delays_take_no_more_room() {
        assert_eq!(size_of::<DelayNanos<'_>>(), size_of::<(u64, &[Duration])>());
    }
}
