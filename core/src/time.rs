//! What a run needs of a runtime: a clock and its alarm.

use core::{future, future::Future};
use rungs_scheduler::Instant;

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
