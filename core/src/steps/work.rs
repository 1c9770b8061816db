//! A step as the driver sees it: something that makes attempts, whatever its types.

use super::{attempt::Attempt, cell::ValueType};
#[cfg(feature = "checkpoints")]
use alloc::string::String;
use alloc::{boxed::Box, sync::Arc};
use core::{
    pin::Pin,
    task::{Context, Poll},
};
use rungs_scheduler::Retry;

/// An attempt without a result.
#[derive(Debug)]
pub enum AttemptError<E> {
    /// The step's own error.
    Error(E),
    /// Its executor dropped it.
    TaskDropped,
    /// None: it found nothing to do.
    SkippedItself,
    /// Its result could not be kept, for this reason.
    #[cfg(feature = "checkpoints")]
    NotStored(String),
}

/// A step that makes any number of attempts, one at a time.
pub trait Work<E, C: ?Sized> {
    /// Polls the attempt in flight, which `begin` starts first, with what it needs from `results`; a result
    /// that it owns is taken from there.
    fn poll(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        begin: Option<&Attempt<'_, E>>,
        results: &mut [Option<Arc<C>>],
    ) -> Poll<Result<Arc<C>, AttemptError<E>>>;

    /// Makes the attempt in flight end; ready once it has.
    fn poll_cancel(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Whether the body has ended well, and what it came to is being stored: no limit and no stop ends that.
    fn is_storing(&self) -> bool {
        false
    }

    /// Whether the run itself polls the attempt, so that it goes no further without the run.
    fn is_in_place(&self) -> bool;

    /// The type of its result.
    fn result_type(&self) -> ValueType;

    /// Drops the attempt in flight, if there is one.
    fn discard(self: Pin<&mut Self>);

    /// The empty cell, of a step that ends without a result.
    fn yield_cell(self: Pin<&mut Self>) -> Option<Arc<C>>;

    /// Makes the step ready for another run: with the cell of the last one, emptied, if it is not shared.
    fn renew(self: Pin<&mut Self>, cell: Option<Arc<C>>);
}

/// What a step's error means for its retries.
pub(crate) type RetryPredicate<'env, E> = Box<dyn Fn(&E) -> Retry + Send + 'env>;
