//! The one sleep of a run, in the drivers of both APIs.

#[cfg(feature = "alloc")]
use crate::panics::call_caught;
use crate::time::Timer;
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;
use rungs_scheduler::Instant;

pin_project! {
    /// The sleep until the next deadline of a run, if there is one.
    pub(crate) struct ArmedSleep<T: Timer> {
        #[pin]
        sleep: Option<T::Sleep>,
        // `Instant::NEVER` while no sleep is armed.
        armed: Instant,
    }
}

impl<T: Timer> ArmedSleep<T> {
    pub(crate) const fn new() -> Self {
        Self { sleep: None, armed: Instant::NEVER }
    }

    /// Sleeps until the deadline; without one, for as long as nothing else wakes the run. Ready when the clock is to be read
    /// again: a sleep may end early, so the clock decides whether the deadline has passed.
    ///
    /// A sleep that is armed for an earlier time stays armed, because most limits never pass: where each step has a timeout, one
    /// sleep serves all those that start while it lasts. Its end wakes the run, which sleeps on.
    ///
    /// A sleep that has ended is dropped: it must not be polled again, whatever the next deadline is.
    #[inline]
    pub(crate) fn poll_until(
        self: Pin<&mut Self>,
        deadline: Option<Instant>,
        timer: &T,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let mut this = self.project();
        let at = deadline.unwrap_or(Instant::NEVER);
        // See `Timer::PICKS`.
        let mut is_to_arm = at < *this.armed || (T::PICKS && deadline.is_none());
        loop {
            if is_to_arm {
                this.sleep.set(deadline.map(|deadline| timer.sleep_until(deadline)));
                *this.armed = at;
            }
            let Some(sleep) = this.sleep.as_mut().as_pin_mut() else { return Poll::Pending };
            if sleep.poll(cx).is_pending() {
                return Poll::Pending;
            }
            this.sleep.set(None);
            if core::mem::replace(this.armed, Instant::NEVER) >= at {
                return Poll::Ready(());
            }
            is_to_arm = true;
        }
    }

    /// Drops the sleep. If its drop panics, that has no effect.
    #[cfg(feature = "alloc")]
    pub(crate) fn disarm_caught(self: Pin<&mut Self>) {
        let mut sleep = self.project().sleep;
        call_caught(&mut || sleep.set(None));
    }
}
