//! Stopping a run from outside, without a heap.

use super::cells::Handover;
use core::{
    sync::atomic::{AtomicBool, Ordering},
    task::Waker,
};

/// Stops the run that it was given to: the token of runs without a heap, which may lie in a `static`. An interrupt
/// handler, another task or a step may use it.
///
/// It wakes one run at a time; a second run under the same signal sees it when it is next polled.
///
/// ```
/// use rungs::fixed::StopSignal;
///
/// static STOP: StopSignal = StopSignal::new();
/// STOP.drain();
/// assert!(STOP.is_stopping());
/// STOP.reset();
/// assert!(!STOP.is_stopping());
/// ```
#[derive(Debug)]
pub struct StopSignal {
    // Three flags rather than a counter: without compare-and-swap, two sides cannot count.
    drained: AtomicBool,
    cancelled: AtomicBool,
    cancelled_twice: AtomicBool,
    waker: Handover<Waker>,
}

impl StopSignal {
    /// A signal without a request.
    pub const fn new() -> Self {
        Self {
            drained: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            cancelled_twice: AtomicBool::new(false),
            waker: Handover::empty(),
        }
    }

    /// Requests a drain: nothing new starts, attempts in flight end, clean-up steps run.
    pub fn drain(&self) {
        self.drained.store(true, Ordering::Release);
        self.wake();
    }

    /// Requests a cancel: as [`drain`](Self::drain), and attempts in flight are abandoned. A second call prevents clean-up
    /// steps too.
    pub fn cancel(&self) {
        if self.is_cancelled() {
            self.cancelled_twice.store(true, Ordering::Release);
        }
        self.cancelled.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether a cancel was requested.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Whether a drain or a cancel was requested.
    pub fn is_stopping(&self) -> bool {
        self.is_cancelled() || self.is_drained()
    }

    pub(super) fn is_drained(&self) -> bool {
        self.drained.load(Ordering::Acquire)
    }

    pub(super) fn is_cancelled_twice(&self) -> bool {
        self.cancelled_twice.load(Ordering::Acquire)
    }

    /// Clears all requests, for the next run.
    pub fn reset(&self) {
        for flag in [&self.drained, &self.cancelled, &self.cancelled_twice] {
            flag.store(false, Ordering::Release);
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Registers the waker. Call before checking the flags, or a request set in between is lost.
    pub(super) fn register(&self, waker: &Waker) {
        let known = self.waker.take().filter(|known| known.will_wake(waker));
        self.waker.give(known.unwrap_or_else(|| waker.clone()));
    }
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}
