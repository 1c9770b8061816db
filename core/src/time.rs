//! Time as data: instants go in, deadlines come out.

use core::{fmt, future, future::Future, time::Duration};

/// A point in time: nanoseconds since the epoch of the [`Timer`] that told it.
///
/// Eight bytes and one comparison; 584 years fit. All arithmetic saturates.
///
/// ```
/// use core::time::Duration;
/// use rungs::Instant;
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

/// Nanoseconds in `span`, saturating: 584 years stand for anything longer. No `u128`, which a Cortex-M0 pays for dearly.
pub(crate) const fn nanos(span: Duration) -> u64 {
    span.as_secs().saturating_mul(1_000_000_000).saturating_add(span.subsec_nanos() as u64)
}

/// A clock and its alarm: what a run needs of a runtime.
///
/// Implementations MUST keep these rules:
/// - `now` never goes back.
/// - A sleep ends at its deadline or after it, as `now` tells it. It may also end early (the clock is asked again),
///   but never fails to end: spans are rounded up to the runtime's ticks.
/// - A deadline far beyond what the runtime can count does not panic and does not wrap: it sleeps as long as the
///   runtime can.
///
/// A timer that only tests use, with a clock moved by hand:
///
/// ```
/// use std::cell::Cell;
/// use rungs::{Instant, Timer};
///
/// struct Held(Cell<u64>);
///
/// impl Timer for Held {
///     type Sleep = std::future::Ready<()>; // early: the run asks the clock again
///
///     fn now(&self) -> Instant {
///         Instant::from_nanos(self.0.get())
///     }
///     fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
///         self.0.set(deadline.as_nanos()); // nothing else happens meanwhile
///         std::future::ready(())
///     }
/// }
/// ```
pub trait Timer {
    /// Ends at its deadline.
    type Sleep: Future<Output = ()>;

    /// Whether time passes at all: false only for [`NoClock`].
    const TICKS: bool = true;

    /// The present, since this timer's own epoch.
    fn now(&self) -> Instant;

    /// A future that ends once `now` is not before `deadline`.
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep;
}

impl<T: Timer + ?Sized> Timer for &T {
    type Sleep = T::Sleep;

    const TICKS: bool = T::TICKS;

    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        (**self).sleep_until(deadline)
    }
}

/// No clock: for pipelines without time settings, on machines without a timer, and where reading one costs too much.
///
/// Steps that set a time limit or a delay make a plan error under it; times in the report are all zero.
///
/// ```
/// use rungs::{Instant, NoClock, Timer};
///
/// assert_eq!(NoClock.now(), Instant::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NoClock;

impl Timer for NoClock {
    type Sleep = future::Pending<()>;

    const TICKS: bool = false;

    fn now(&self) -> Instant {
        Instant::ZERO
    }

    fn sleep_until(&self, _: Instant) -> Self::Sleep {
        future::pending()
    }
}
