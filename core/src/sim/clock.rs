//! The held clock.

use super::state::Shared;
use crate::{Instant, Timer};
use alloc::sync::Arc;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// The clock of a simulation. It stands still while anything can happen, and jumps to the next deadline otherwise. Clones are
/// the same clock.
#[derive(Clone)]
pub struct Clock {
    pub(super) shared: Arc<Shared>,
}

impl Clock {
    /// Waits, as a step would that works for this long.
    pub fn sleep(&self, span: Duration) -> Sleep {
        self.sleep_until(self.now() + span)
    }

    /// Moves the clock ahead, and wakes nobody by it: a step that computes for this long, or a machine that was asleep.
    pub fn advance(&self, span: Duration) {
        self.shared.lock().now += span;
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Timer for Clock {
    type Sleep = Sleep;

    const PICKS: bool = true;

    fn now(&self) -> Instant {
        self.shared.lock().now
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        let key = self.shared.lock().next_sleep(deadline);
        Sleep { shared: self.shared.clone(), key }
    }

    fn pick(&self, woken: u32) -> u32 {
        self.shared.lock().draw(woken as usize) as u32
    }
}

/// A sleep on a [`Clock`]: it ends at its deadline.
#[must_use = "a sleep does nothing until it is awaited"]
pub struct Sleep {
    shared: Arc<Shared>,
    key: (Instant, u64),
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("deadline", &self.key.0).finish_non_exhaustive()
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.shared.lock();
        if state.now >= self.key.0 {
            return Poll::Ready(());
        }
        state.sleepers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        // The waker is dropped after the lock: it may hold a task, whose drop may take the lock.
        let waker = self.shared.lock().sleepers.remove(&self.key);
        drop(waker);
    }
}
