//! The place of a step that a plan holds and never starts.

use super::{attempt::Attempt, cell::ValueType, work::AttemptError, work::Work};
use alloc::sync::Arc;
use core::{
    pin::Pin,
    task::{Context, Poll},
};

/// Stands where a plan needs a step by its number, and nothing is to be done: as it has no size, its box takes no memory.
pub(super) struct Absent;

impl<E, C: ?Sized> Work<E, C> for Absent {
    fn poll(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: Option<&Attempt<'_, E>>,
        _: &mut [Option<Arc<C>>],
    ) -> Poll<Result<Arc<C>, AttemptError<E>>> {
        Poll::Ready(Err(AttemptError::SkippedItself))
    }

    fn poll_cancel(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn is_in_place(&self) -> bool {
        true
    }

    fn result_type(&self) -> ValueType {
        ValueType::of::<()>()
    }

    fn discard(self: Pin<&mut Self>) {}

    fn yield_cell(self: Pin<&mut Self>) -> Option<Arc<C>> {
        None
    }

    fn renew(self: Pin<&mut Self>, _: Option<Arc<C>>) {}
}
