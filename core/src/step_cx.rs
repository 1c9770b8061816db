//! What a step may know of its attempt.

use crate::time::Instant;
#[cfg(feature = "alloc")]
use alloc::sync::Arc;
#[cfg(feature = "alloc")]
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;

/// What a step may want to know of its attempt: taken by steps added with `run_with`, and by the parameter `cx` of a
/// step in a `#[pipeline]`.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{NoClock, Pipeline, StepCx};
///
/// let mut p = Pipeline::with_error("stubborn");
/// let third = p.step("third time").retries(2).run_with(|cx: StepCx| async move {
///     if cx.attempt() < 3 { Err("not yet") } else { Ok(cx.attempt()) }
/// });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// assert_eq!(*report.output(third).unwrap(), 3);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StepCx {
    attempt: u32,
    started: Instant,
    limit: Option<Instant>,
    #[cfg(feature = "alloc")]
    cancelled: Option<Arc<AtomicBool>>,
}

impl StepCx {
    pub(crate) fn new(attempt: u32, started: Instant, limit: Option<Instant>) -> Self {
        Self {
            attempt,
            started,
            limit,
            #[cfg(feature = "alloc")]
            cancelled: None,
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn cancelled_by(mut self, cancelled: Arc<AtomicBool>) -> Self {
        self.cancelled = Some(cancelled);
        self
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When the attempt began.
    pub fn started_at(&self) -> Instant {
        self.started
    }

    /// When the attempt will be cut off by its timeout or the step's deadline, whichever comes first.
    pub fn deadline(&self) -> Option<Instant> {
        self.limit
    }

    /// How much of its time is left at `now`, as the run's timer tells it; `None` if there is no limit.
    pub fn time_left(&self, now: Instant) -> Option<Duration> {
        self.limit.map(|limit| limit - now)
    }

    /// Whether the attempt has been told to end. A step in place is simply dropped and never sees it; work on a thread of
    /// its own looks here from time to time.
    #[cfg(feature = "alloc")]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.as_ref().is_some_and(|cancelled| cancelled.load(Ordering::Acquire))
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for StepCx {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "attempt {=u32} at {}", self.attempt, self.started);
        if let Some(limit) = self.limit {
            defmt::write!(f, ", until {}", limit);
        }
    }
}
