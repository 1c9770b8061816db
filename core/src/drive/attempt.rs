//! One poll of one attempt, panics caught where there is a way to catch them.

use crate::pipeline::{Attempt, Fault, Work};
use alloc::sync::Arc;
use core::{
    pin::Pin,
    task::{Context, Poll},
};

/// What an attempt came to.
pub(super) enum Came<E> {
    Result,
    Error(E),
    #[cfg(feature = "std")]
    Panic(alloc::string::String),
    Lost,
}

#[inline]
pub(super) fn poll<E, C: ?Sized, W: Work<E, C> + ?Sized>(
    mut work: Pin<&mut W>,
    cx: &mut Context<'_>,
    begin: Option<&Attempt<'_>>,
    cells: &mut [Arc<C>],
    place: usize,
) -> Poll<Came<E>> {
    let polled = guard(|| work.as_mut().poll(cx, begin, cells, place));
    match polled {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(Ok(()))) => Poll::Ready(Came::Result),
        Ok(Poll::Ready(Err(Fault::Error(error)))) => Poll::Ready(Came::Error(error)),
        Ok(Poll::Ready(Err(Fault::Lost))) => Poll::Ready(Came::Lost),
        #[cfg(feature = "std")]
        Err(payload) => {
            discard(work);
            Poll::Ready(Came::Panic(message(payload)))
        }
        #[cfg(not(feature = "std"))]
        Err(never) => match never {},
    }
}

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

/// Drops an attempt. If its drop panics there is nobody to tell: the other attempts must be dropped as well.
pub(super) fn discard<E, C: ?Sized, W: Work<E, C> + ?Sized>(work: Pin<&mut W>) {
    let _ = guard(|| work.discard());
}

/// Unwind safety: what a panicking attempt leaves behind is dropped and never looked at again; its slot is not filled.
#[cfg(feature = "std")]
pub(super) fn guard<R>(call: impl FnOnce() -> R) -> Result<R, alloc::boxed::Box<dyn core::any::Any + Send>> {
    std::panic::catch_unwind(core::panic::AssertUnwindSafe(call))
}

#[cfg(not(feature = "std"))]
pub(super) fn guard<R>(call: impl FnOnce() -> R) -> Result<R, core::convert::Infallible> {
    Ok(call())
}

#[cfg(feature = "std")]
pub(super) fn message(payload: alloc::boxed::Box<dyn core::any::Any + Send>) -> alloc::string::String {
    match payload.downcast::<alloc::string::String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().map_or("a panic without a message", |text| text).into(),
    }
}
