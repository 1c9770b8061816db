//! Panics of code that is not ours. With `std` they are caught; without it they end the program, as on a board.
//!
//! A panic in a drop that another panic causes cannot be caught: the program aborts.

use core::mem;

pub(crate) use caught::{Payload, discard, guard, message, resume};

#[cfg(feature = "std")]
mod caught {
    use alloc::{boxed::Box, string::String};
    use core::{any::Any, mem, panic::AssertUnwindSafe};
    use std::panic::{catch_unwind, resume_unwind};

    /// The payload of a panic that was caught.
    pub(crate) type Payload = Box<dyn Any + Send>;

    /// Unwind safety: what panicked is dropped and never called again.
    #[inline]
    pub(crate) fn guard<R>(call: impl FnOnce() -> R) -> Result<R, Payload> {
        catch_unwind(AssertUnwindSafe(call))
    }

    /// Drops the payload of a panic. If that panics in turn, the second payload is leaked, because its drop could panic, too.
    #[cold]
    pub(crate) fn discard(payload: Payload) {
        if let Err(second) = guard(|| drop(payload)) {
            mem::forget(second);
        }
    }

    /// The message of a panic.
    #[cold]
    pub(crate) fn message(payload: Payload) -> String {
        let text = payload.downcast_ref().map(String::as_str).or_else(|| payload.downcast_ref().copied());
        let message = text.unwrap_or("a panic without a message").into();
        discard(payload);
        message
    }

    /// Goes on with a panic that was caught.
    pub(crate) fn resume(payload: Payload) -> ! {
        resume_unwind(payload)
    }
}

#[cfg(not(feature = "std"))]
mod caught {
    use alloc::string::String;
    use core::convert::Infallible;

    pub(crate) type Payload = Infallible;

    #[inline]
    pub(crate) fn guard<R>(call: impl FnOnce() -> R) -> Result<R, Payload> {
        Ok(call())
    }

    pub(crate) fn discard(never: Payload) {
        match never {}
    }

    pub(crate) fn message(never: Payload) -> String {
        match never {}
    }

    pub(crate) fn resume(never: Payload) -> ! {
        match never {}
    }
}

/// Calls `then` if `call` panics, and costs nothing if it does not.
#[inline]
pub(crate) fn on_panic<R>(then: impl FnMut(), call: impl FnOnce() -> R) -> R {
    struct OnDrop<F: FnMut()>(F);
    impl<F: FnMut()> Drop for OnDrop<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }
    let armed = OnDrop(then);
    let returned = call();
    mem::forget(armed);
    returned
}

/// Drops a value. If that panics, it has no effect on anything else.
#[inline]
pub(crate) fn drop_caught<T>(value: T) {
    if mem::needs_drop::<T>() {
        let mut value = Some(value);
        call_caught(&mut || value = None);
    }
}

/// Drops all values, although the drops of several may panic.
pub(crate) fn drop_all<T>(values: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>) {
    let mut values = values.into_iter();
    while values.len() > 0 {
        call_caught(&mut || values.by_ref().for_each(drop));
    }
}

/// Calls what drops something. If that panics, it has no effect on anything else.
// Not generic, so that there is one copy of it.
pub(crate) fn call_caught(call: &mut dyn FnMut()) {
    if let Err(payload) = guard(call) {
        discard(payload);
    }
}
