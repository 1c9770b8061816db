//! The clock of a simulation, whose sleeps are counted and can end early; and one that jumps.

use rungs::{
    Instant, Timer,
    sim::{Clock, Sleep},
};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
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

/// A clock that is set to any time, also back. Clones are the same clock.
#[derive(Clone, Default)]
pub(crate) struct Jumping {
    now: Arc<AtomicU64>,
    sleepers: Arc<Mutex<Vec<(u64, Waker)>>>,
}

impl Jumping {
    pub(crate) fn at(nanos: u64) -> Self {
        let clock = Self::default();
        clock.set(nanos);
        clock
    }

    /// Sets the time, and wakes all who sleep: those who are not due go on sleeping.
    pub(crate) fn set(&self, nanos: u64) {
        self.now.store(nanos, Relaxed);
        let sleepers = std::mem::take(&mut *self.sleepers.lock().unwrap_or_else(PoisonError::into_inner));
        sleepers.into_iter().for_each(|(_, sleeper)| sleeper.wake());
    }

    /// Goes on to the earliest deadline.
    pub(crate) fn go_on(&self) {
        let sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = sleepers.iter().map(|(deadline, _)| *deadline).min();
        drop(sleepers);
        self.set(next.unwrap_or(0).max(self.now.load(Relaxed)));
    }
}

impl Timer for Jumping {
    type Sleep = JumpingSleep;

    fn now(&self) -> Instant {
        Instant::from_nanos(self.now.load(Relaxed))
    }

    fn sleep_until(&self, deadline: Instant) -> JumpingSleep {
        JumpingSleep { clock: self.clone(), deadline }
    }
}

pub(crate) struct JumpingSleep {
    clock: Jumping,
    deadline: Instant,
}

impl Future for JumpingSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.deadline {
            return Poll::Ready(());
        }
        let sleeper = (self.deadline.as_nanos(), cx.waker().clone());
        self.clock.sleepers.lock().unwrap_or_else(PoisonError::into_inner).push(sleeper);
        Poll::Pending
    }
}
