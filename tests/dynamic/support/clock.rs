//! The clock of a simulation, whose sleeps are counted and can end early.

use rungs::{
    Instant, Timer,
    sim::{Clock, Sleep},
};
use std::{
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    task::{Context, Poll},
};

/// A clock that counts the sleeps that are made, and whose first sleeps end as soon as they are polled.
pub(crate) struct Counted {
    clock: Clock,
    sleeps: AtomicU64,
    early: u64,
}

impl Counted {
    /// So many sleeps end early.
    pub(crate) fn new(clock: Clock, early: u64) -> Self {
        Self { clock, sleeps: AtomicU64::new(0), early }
    }

    pub(crate) fn sleeps(&self) -> u64 {
        self.sleeps.load(Relaxed)
    }
}

impl Timer for Counted {
    type Sleep = CountedSleep;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn sleep_until(&self, deadline: Instant) -> CountedSleep {
        let is_early = self.sleeps.fetch_add(1, Relaxed) < self.early;
        CountedSleep { sleep: self.clock.sleep_until(deadline), is_early, has_ended: false }
    }
}

pub(crate) struct CountedSleep {
    sleep: Sleep,
    is_early: bool,
    has_ended: bool,
}

impl Future for CountedSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        assert!(!self.has_ended, "a sleep that has ended is polled again");
        let polled = Pin::new(&mut self.sleep).poll(cx);
        self.has_ended = self.is_early || polled.is_ready();
        if self.has_ended { Poll::Ready(()) } else { Poll::Pending }
    }
}
