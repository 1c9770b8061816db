//! An undo as the driver sees it.

use crate::steps::{Attempt, AttemptError, UndoRun, ValueType, Work};
#[cfg(feature = "checkpoints")]
use crate::{
    checkpoints::StoreFuture,
    diagram::StepNames,
    panics::drop_caught,
    steps::{Names, RunExtras},
};
use alloc::{boxed::Box, sync::Arc};
use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};
use rungs_scheduler::StepId;

/// An undo, which notes that its step has been taken back as the last part of an attempt: in the store and in the report.
pub struct UndoWork<W, C: ?Sized> {
    work: Pin<Box<W>>,
    /// Of the attempt in flight.
    run: Option<Noting>,
    /// What the body of the attempt in flight came to.
    ended: Option<Arc<C>>,
}

/// Where an attempt notes what it has taken back.
struct Noting {
    step: StepId,
    run: Arc<UndoRun>,
    /// What is to be removed from the store, and then its removal.
    #[cfg(feature = "checkpoints")]
    removing: Option<Removing>,
}

#[cfg(feature = "checkpoints")]
enum Removing {
    Later(Arc<crate::checkpoints::OpenStore>, alloc::vec::Vec<alloc::string::String>),
    Now(StoreFuture<()>),
}

impl<W, C: ?Sized> UndoWork<W, C> {
    pub(super) fn new(work: W) -> Self {
        Self { work: Box::pin(work), run: None, ended: None }
    }

    /// Lets go of the attempt.
    fn forget(&mut self) {
        #[cfg(feature = "checkpoints")]
        drop_caught(self.run.take());
        self.run = None;
        self.ended = None;
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
            self.run = Noting::of(attempt);
        }
        if self.ended.is_none() {
            match ready!(self.work.as_mut().poll(cx, begin, results)) {
                Ok(ended) => self.ended = Some(ended),
                Err(error) => {
                    self.forget();
                    return Poll::Ready(Err(error));
                }
            }
        }
        #[cfg(feature = "checkpoints")]
        if let Some(run) = &mut self.run
            && let Err(error) = ready!(run.poll_removed(cx))
        {
            self.forget();
            return Poll::Ready(Err(AttemptError::NotStored(error)));
        }
        if let Some(Noting { step, run, .. }) = self.run.take() {
            run.note(step);
        }
        Poll::Ready(self.ended.take().ok_or(AttemptError::TaskDropped))
    }

    fn poll_cancel(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.work.as_mut().poll_cancel(cx));
        self.forget();
        Poll::Ready(())
    }

    fn is_storing(&self) -> bool {
        self.ended.is_some()
    }

    fn is_in_place(&self) -> bool {
        self.work.is_in_place()
    }

    fn result_type(&self) -> ValueType {
        self.work.result_type()
    }

    fn discard(mut self: Pin<&mut Self>) {
        self.work.as_mut().discard();
        self.forget();
    }

    fn yield_cell(mut self: Pin<&mut Self>) -> Option<Arc<C>> {
        self.work.as_mut().yield_cell()
    }

    fn renew(mut self: Pin<&mut Self>, cell: Option<Arc<C>>) {
        self.work.as_mut().renew(cell);
    }
}

impl Noting {
    fn of<E>(attempt: &Attempt<'_, E>) -> Option<Self> {
        let extras = attempt.run.extras.as_ref()?;
        let run = extras.undo.clone()?;
        Some(Self {
            step: attempt.step,
            #[cfg(feature = "checkpoints")]
            removing: Removing::of(extras, &run, attempt.run.names, attempt.step),
            run,
        })
    }

    /// Begins to remove what is to be removed, and is ready when it has been.
    #[cfg(feature = "checkpoints")]
    fn poll_removed(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), alloc::string::String>> {
        if let Some(Removing::Later(store, steps)) = &mut self.removing {
            self.removing = Some(Removing::Now(store.remove(core::mem::take(steps))));
        }
        match &mut self.removing {
            Some(Removing::Now(removing)) => removing.as_mut().poll(cx),
            _ => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(feature = "checkpoints")]
impl Removing {
    /// None without a store, or if nothing is stored of the step and of what came of it.
    fn of(extras: &RunExtras, run: &UndoRun, names: &Names, step: StepId) -> Option<Self> {
        let steps = run.removes.get(step)?.iter();
        Some(Self::Later(extras.store.clone()?, steps.map(|&step| names.name(step).into()).collect()))
    }
}
