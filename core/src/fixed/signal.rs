//! Stopping a run from outside, without a heap.

use super::{cells::Handover, settings::RunSettings};
use core::{
    sync::atomic::{AtomicBool, Ordering},
    task::Waker,
};
use rungs_scheduler::Stop;

/// Stops the run that it was given to: the token of runs without a heap, made to lie in a `static`. An interrupt
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
    // Flags of their own rather than a count: a core without compare-and-swap cannot count from two sides.
    drained: AtomicBool,
    cancelled: AtomicBool,
    cancelled_twice: AtomicBool,
    waker: Handover<Waker>,
}

impl StopSignal {
    /// A signal that has not been given.
    pub const fn new() -> Self {
        Self {
            drained: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            cancelled_twice: AtomicBool::new(false),
            waker: Handover::empty(),
        }
    }

    /// Nothing new starts; attempts in flight end; clean-up steps run.
    pub fn drain(&self) {
        self.drained.store(true, Ordering::Release);
        self.wake();
    }

    /// As [`drain`](Self::drain), and attempts in flight are abandoned. Called again, it prevents clean-up steps too.
    pub fn cancel(&self) {
        if self.is_cancelled() {
            self.cancelled_twice.store(true, Ordering::Release);
        }
        self.cancelled.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether a cancel was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Whether a drain or a cancel was asked for.
    pub fn is_stopping(&self) -> bool {
        self.is_cancelled() || self.drained.load(Ordering::Acquire)
    }

    /// Takes all back, for the next run.
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

    /// Whom to wake. To be called before looking, so that nothing falls between the two.
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

/// What one run has seen of its signals.
#[derive(Debug, Default)]
pub(super) struct Seen {
    drained: bool,
    cancelled: bool,
    cancelled_twice: bool,
}

impl Seen {
    /// The next request that the run has not seen yet.
    pub(super) fn next(&mut self, settings: &impl RunSettings) -> Option<Stop> {
        type Flag = fn(&StopSignal) -> &AtomicBool;
        let rows: [(&mut bool, Flag, Stop); 3] = [
            (&mut self.drained, |signal| &signal.drained, Stop::Drain),
            (&mut self.cancelled, |signal| &signal.cancelled, Stop::Cancel),
            (&mut self.cancelled_twice, |signal| &signal.cancelled_twice, Stop::Cancel),
        ];
        for (seen, flag, stop) in rows {
            if !*seen && settings.any_signal(|signal| flag(signal).load(Ordering::Acquire)) {
                *seen = true;
                return Some(stop);
            }
        }
        None
    }
}
