//! Panics of attempts, caught where there is a way to catch them.

use crate::steps::Work;
use core::{
    pin::Pin,
    task::{Context, Poll},
};

/// A panic while an attempt is being ended ends it.
pub(super) fn poll_cancel<E, C: ?Sized, W: Work<E, C> + ?Sized>(
    mut work: Pin<&mut W>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    match guard(|| work.as_mut().poll_cancel(cx)) {
        Ok(polled) => polled,
        #[cfg(feature = "std")]
        Err(_) => {
            discard(work);
            Poll::Ready(())
        }
        #[cfg(not(feature = "std"))]
        Err(never) => match never {},
    }
}

/// Drops an attempt. A panic of its drop is discarded, because the other attempts must be dropped as well.
pub(super) fn discard<E, C: ?Sized, W: Work<E, C> + ?Sized>(work: Pin<&mut W>) {
    let _ = guard(|| work.discard());
}

/// The payload of a panic.
#[cfg(feature = "std")]
pub(super) type Payload = alloc::boxed::Box<dyn core::any::Any + Send>;
#[cfg(not(feature = "std"))]
pub(super) type Payload = core::convert::Infallible;

/// Unwind safety: an attempt that panicked is dropped and never polled again, and its result is never written.
#[cfg(feature = "std")]
pub(super) fn guard<R>(call: impl FnOnce() -> R) -> Result<R, Payload> {
    std::panic::catch_unwind(core::panic::AssertUnwindSafe(call))
}

#[cfg(not(feature = "std"))]
pub(super) fn guard<R>(call: impl FnOnce() -> R) -> Result<R, Payload> {
    Ok(call())
}

#[cfg(feature = "std")]
pub(super) fn message(payload: Payload) -> alloc::string::String {
    match payload.downcast::<alloc::string::String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().map_or("a panic without a message", |text| text).into(),
    }
}
