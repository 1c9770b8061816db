//! An undo as the driver sees it.

use crate::steps::{Attempt, AttemptError, UndoRun, ValueType, Work};
use alloc::{boxed::Box, sync::Arc};
use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};
use rungs_scheduler::StepId;

/// An undo, which notes that its step has been taken back as the last part of an attempt.
pub struct UndoWork<W, C: ?Sized> {
    work: Pin<Box<W>>,
    /// Of the attempt in flight.
    run: Option<(StepId, Arc<UndoRun>)>,
    cell: core::marker::PhantomData<fn() -> Box<C>>,
}

impl<W, C: ?Sized> UndoWork<W, C> {
    pub(super) fn new(work: W) -> Self {
        Self { work: Box::pin(work), run: None, cell: core::marker::PhantomData }
    }
}

impl<W, C: ?Sized> fmt::Debug for UndoWork<W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UndoWork").finish_non_exhaustive()
    }
}

impl<E, W: Work<E, C>, C: ?Sized> Work<E, C> for UndoWork<W, C> {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        begin: Option<&Attempt<'_, E>>,
        results: &mut [Option<Arc<C>>],
    ) -> Poll<Result<Arc<C>, AttemptError<E>>> {
        if let Some(attempt) = begin {
            let run = attempt.run.extras.as_ref().and_then(|extras| extras.undo.clone());
            self.run = run.map(|run| (attempt.step, run));
        }
        let ended = ready!(self.work.as_mut().poll(cx, begin, results));
        if let Some((step, run)) = self.run.take().filter(|_| ended.is_ok()) {
            run.note(step);
        }
        Poll::Ready(ended)
    }

    fn poll_cancel(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.work.as_mut().poll_cancel(cx));
        self.run = None;
        Poll::Ready(())
    }

    fn is_in_place(&self) -> bool {
        self.work.is_in_place()
    }

    fn result_type(&self) -> ValueType {
        self.work.result_type()
    }

    fn discard(mut self: Pin<&mut Self>) {
        self.work.as_mut().discard();
        self.run = None;
    }

    fn yield_cell(mut self: Pin<&mut Self>) -> Option<Arc<C>> {
        self.work.as_mut().yield_cell()
    }

    fn renew(mut self: Pin<&mut Self>, cell: Option<Arc<C>>) {
        self.work.as_mut().renew(cell);
    }
}
