//! A clock that is held and moved by hand. Unlike that of a simulation it wakes all that are due before anything is polled, so
//! that both drivers find the same results in one poll.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, Waker},
    time::Duration,
};

use rungs::{Instant, Timer};

/// A clock that stands still until it is moved. Clones are the same clock.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    now: Instant,
    sleepers: BTreeMap<(Instant, u64), Waker>,
    /// How many sleeps were ever made.
    sleeps: u64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap()
    }

    /// Waits, as a step would.
    pub(crate) fn sleep(&self, span: Duration) -> Sleep {
        self.sleep_until(self.now() + span)
    }

    /// Moves the clock without waking anybody.
    pub(crate) fn slip(&self, span: Duration) {
        let mut held = self.held();
        held.now += span;
    }

    /// Moves the clock to the next sleeper and wakes all that are due; false if nobody sleeps.
    pub(crate) fn to_next(&self) -> bool {
        let mut held = self.held();
        let Some((&(at, _), _)) = held.sleepers.first_key_value() else { return false };
        held.now = held.now.max(at);
        let now = held.now;
        let later = held.sleepers.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut held.sleepers, later);
        drop(held);
        due.into_values().for_each(Waker::wake);
        true
    }
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        self.held().now
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        let mut held = self.held();
        held.sleeps += 1;
        Sleep { clock: self.clone(), key: (deadline, held.sleeps), has_ended: false }
    }
}

pub(crate) struct Sleep {
    clock: Clock,
    key: (Instant, u64),
    has_ended: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        assert!(!self.has_ended, "a sleep that has ended is polled again");
        if self.clock.now() >= self.key.0 {
            self.has_ended = true;
            return Poll::Ready(());
        }
        let mut held = self.clock.held();
        held.sleepers.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.held().sleepers.remove(&self.key);
    }
}
