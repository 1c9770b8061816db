//! The clock of a monotonic.

use crate::{Rtic, ticks};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use fugit::kind::Kind;
use pin_project_lite::pin_project;
use rtic_time::{
    Timebase,
    monotonic::TimerQueueBasedMonotonic,
    timer_queue::{Delay, TimerQueueBackend},
};
use rungs::{Instant, Timer};

impl<M, const HZ: u64, K: Kind> Timer for Rtic<M>
where
    M: TimerQueueBasedMonotonic<Instant = fugit::Instant<u64, 1, HZ, K>>,
    M::Backend: TimerQueueBackend<Ticks = u64>,
{
    type Sleep = Sleep<M::Backend>;

    // By ticks: fugit's own conversions multiply first, and overflow after hours.
    fn now(&self) -> Instant {
        Instant::from_nanos(ticks::to_nanos::<HZ>(M::now().as_ticks()))
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        let at = ticks::from_nanos::<HZ>(deadline.as_nanos());
        Sleep { delay: delay_until(at), at, waker: None }
    }
}

pin_project! {
    /// A sleep on the clock of [`Rtic`].
    #[must_use = "a sleep does nothing until it is awaited"]
    pub struct Sleep<B: TimerQueueBackend> {
        #[pin]
        delay: Delay<'static, B>,
        at: B::Ticks,
        // The one that is in the queue.
        waker: Option<Waker>,
    }
}

impl<B: TimerQueueBackend> Future for Sleep<B> {
    type Output = ();

    /// The queue keeps the waker of a delay's first poll. So with another waker there is another delay.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let is_queued = this.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
        if !is_queued && this.waker.is_some() {
            this.delay.set(delay_until(*this.at));
        }
        let polled = this.delay.poll(cx);
        if !is_queued && polled.is_pending() {
            *this.waker = Some(cx.waker().clone());
        }
        polled
    }
}

fn delay_until<B: TimerQueueBackend>(at: B::Ticks) -> Delay<'static, B> {
    B::timer_queue().delay_until(at)
}

impl<B: TimerQueueBackend> core::fmt::Debug for Sleep<B> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sleep")
    }
}
