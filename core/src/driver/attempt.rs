//! The end of an attempt that may panic while it is ended.

use crate::{
    panics::{call_caught, discard, guard},
    steps::Work,
};
use core::{
    pin::Pin,
    task::{Context, Poll},
};

/// A panic while an attempt is being ended ends it.
pub(super) fn poll_cancel<E, C: ?Sized, W: Work<E, C> + ?Sized>(
    mut work: Pin<&mut W>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    guard(|| work.as_mut().poll_cancel(cx)).unwrap_or_else(|payload| {
        discard(payload);
        drop_attempt(work);
        Poll::Ready(())
    })
}

/// Drops an attempt. A panic of its drop is discarded, because the other attempts must be dropped as well.
pub(crate) fn drop_attempt<E, C: ?Sized, W: Work<E, C> + ?Sized>(mut work: Pin<&mut W>) {
    call_caught(&mut || work.as_mut().discard());
}
