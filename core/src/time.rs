//! What a run needs of a runtime: a clock, and sleeps on it.

use core::{future, future::Future};
use rungs_scheduler::Instant;

/// A clock, and sleeps on it: what a run needs of a runtime.
///
/// Implementations MUST keep these rules:
/// - `now` never decreases.
/// - A sleep ends at its deadline or later, by `now`: spans are rounded up to the ticks of the runtime. It may also end early (the
///   run then reads the clock and sleeps again), but it must end.
/// - A deadline beyond what the runtime can represent does not panic and does not wrap: the sleep is as long as the runtime
///   allows.
///
/// A run holds one sleep at most, for the next limit or delay. It keeps a sleep for an earlier time, such as the timeout of a step
/// that has ended since, and sleeps again when that has ended: so each limit that did not pass may wake a device that sleeps, once.
///
/// A timer that panics ends the run with an error that names it.
///
/// A timer for tests, with a clock that the sleeps move:
///
/// ```
/// use std::cell::Cell;
/// use rungs::{Instant, Timer};
///
/// struct Held(Cell<u64>);
///
/// impl Timer for Held {
///     type Sleep = std::future::Ready<()>; // ends at once, as its deadline is reached
///
///     fn now(&self) -> Instant {
///         Instant::from_nanos(self.0.get())
///     }
///     fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
///         self.0.set(deadline.as_nanos()); // time passes only here
///         std::future::ready(())
///     }
/// }
/// ```
pub trait Timer {
    /// Ends at its deadline.
    type Sleep: Future<Output = ()>;

    /// Whether time passes: false only for [`NoClock`].
    const TICKS: bool = true;

    /// The current time, since the epoch of this timer.
    fn now(&self) -> Instant;

    /// A future that ends when `now` has reached `deadline`.
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep;

    /// Whether this is the clock of a simulation: it [picks](Self::pick) which woken step is polled next, and a run without a
    /// limit leaves it no sleep, so that it can tell when nothing more can happen.
    #[doc(hidden)]
    const PICKS: bool = false;

    /// Which one of so many woken steps is polled next.
    #[doc(hidden)]
    fn pick(&self, _woken: u32) -> u32 {
        0
    }
}

impl<T: Timer + ?Sized> Timer for &T {
    type Sleep = T::Sleep;

    const TICKS: bool = T::TICKS;

    const PICKS: bool = T::PICKS;

    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        (**self).sleep_until(deadline)
    }

    fn pick(&self, woken: u32) -> u32 {
        (**self).pick(woken)
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
