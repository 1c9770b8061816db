//! Time as data: instants go in, deadlines come out.

use core::{fmt, time::Duration};

/// A point in time: nanoseconds since the epoch of the clock that told it.
///
/// Eight bytes and one comparison; 584 years fit. All arithmetic saturates.
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::Instant;
///
/// let start = Instant::from_nanos(1_000);
/// let mut later = start + Duration::from_micros(1);
/// later += Duration::from_micros(1);
/// assert_eq!(later.as_nanos(), 3_000);
/// assert_eq!(later - start, Duration::from_nanos(2_000));
/// assert_eq!(start - later, Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Instant(u64);

impl Instant {
    /// The timer's own epoch.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens; no deadline at all.
    pub const NEVER: Self = Self(u64::MAX);

    /// The instant this many nanoseconds after the epoch.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the epoch.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    pub(crate) const fn plus(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

impl core::ops::Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        self.plus(nanos(span))
    }
}

impl core::ops::AddAssign<Duration> for Instant {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl core::ops::Sub for Instant {
    type Output = Duration;

    /// The time since `earlier`, or zero if it is not earlier.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Duration::from_nanos(self.0), f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Instant {
    fn format(&self, f: defmt::Formatter<'_>) {
        // Microseconds are the finest that the reader's side writes as a time.
        defmt::write!(f, "{=u64:us} s", self.0 / 1_000);
    }
}

/// Nanoseconds in `span`, saturating: 584 years stand for anything longer. No `u128` and no `saturating_mul`, which a Cortex-M0
/// pays for dearly.
pub const fn nanos(span: Duration) -> u64 {
    const PER_SECOND: u64 = 1_000_000_000;
    if span.as_secs() > u64::MAX / PER_SECOND {
        return u64::MAX;
    }
    (span.as_secs() * PER_SECOND).saturating_add(span.subsec_nanos() as u64)
}
