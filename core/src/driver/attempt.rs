//! The end of an attempt that may panic while it is ended.

use crate::{
    panics::{call_caught, discard, drop_caught, guard},
    steps::Work,
};
use core::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// A panic while an attempt is being ended ends it.
pub(crate) fn poll_cancel<E, C: ?Sized, W: Work<E, C> + ?Sized>(
    mut work: Pin<&mut W>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    guard(|| work.as_mut().poll_cancel(cx)).unwrap_or_else(|payload| {
        discard(payload);
        drop_attempt(work);
        Poll::Ready(())
    })
}

/// Waits for the end of an attempt whose result counts for nothing, and does not ask it to end.
pub(crate) fn poll_to_end<E, C: ?Sized, W: Work<E, C> + ?Sized>(
    mut work: Pin<&mut W>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let polled = guard(|| work.as_mut().poll(cx, None, &mut []).map(drop_caught));
    polled.unwrap_or_else(|payload| {
        discard(payload);
        drop_attempt(work);
        Poll::Ready(())
    })
}

/// Asks an attempt to end whose run is gone, and returns whether it goes on. One in place is dropped.
pub(super) fn goes_on<E, C: ?Sized, W: Work<E, C> + ?Sized>(work: Pin<&mut W>) -> bool {
    poll_cancel(work, &mut Context::from_waker(Waker::noop())).is_pending()
}

/// Drops an attempt. A panic of its drop is discarded, because the other attempts must be dropped as well.
pub(super) fn drop_attempt<E, C: ?Sized, W: Work<E, C> + ?Sized>(mut work: Pin<&mut W>) {
    call_caught(&mut || work.as_mut().discard());
}
