//! A step with its types: what it needs, its body, its spawner, and the attempt in flight.

use super::{attempt_spawner::AttemptSpawner, body::Body, needs::Gather};
use crate::{
    scope::spawn_within,
    spawn::TaskDropped,
    steps::{Attempt, AttemptError, Cell, HoldsResult, ResultSlot, ValueType, Work, slot},
};
use alloc::sync::Arc;
use core::{
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};
use pin_project_lite::pin_project;

pin_project! {
    /// A step of which all types are known.
    pub struct Task<B, S, F, N, M, T, K>
    where
        S: AttemptSpawner<F>,
        F: Future,
    {
        needs: N,
        body: B,
        spawner: S,
        // Empty and not shared: a result is written into it, and it moves to the record.
        slot: Option<Arc<ResultSlot<T>>>,
        #[pin]
        attempt: Option<<S as AttemptSpawner<F>>::Handle>,
        types: PhantomData<fn() -> (F, M, K)>,
    }
}

/// What the future of an attempt comes to: a result; or, in a step that may skip itself, perhaps none.
pub trait End<T, E> {
    /// As the driver takes it.
    fn end(self) -> Result<T, AttemptError<E>>;
}

impl<T, E> End<T, E> for Result<T, E> {
    #[inline]
    fn end(self) -> Result<T, AttemptError<E>> {
        self.map_err(AttemptError::Error)
    }
}

impl<T, E> End<T, E> for Result<Option<T>, E> {
    fn end(self) -> Result<T, AttemptError<E>> {
        self.map_err(AttemptError::Error)?.ok_or(AttemptError::SkippedItself)
    }
}

impl<B, S: AttemptSpawner<F>, F: Future, N, M, T, K> Task<B, S, F, N, M, T, K> {
    #[inline]
    pub(super) fn new(needs: N, body: B, spawner: S) -> Self {
        Self { needs, body, spawner, slot: Some(ResultSlot::empty()), attempt: None, types: PhantomData }
    }
}

impl<E, C, B, S, F, N, M, T, K> Work<E, C> for Task<B, S, F, N, M, T, K>
where
    C: Cell + ?Sized,
    N: Gather<M, C, E>,
    B: Body<N::Args, E, Future = F>,
    S: AttemptSpawner<F>,
    F: Future<Output: End<T, E>>,
    K: HoldsResult<T, C>,
    T: 'static,
{
    fn poll(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        begin: Option<&Attempt<'_, E>>,
        results: &mut [Option<Arc<C>>],
    ) -> Poll<Result<Arc<C>, AttemptError<E>>> {
        let mut this = self.project();
        if let Some(attempt) = begin
            // Always there: a step starts when its needs have ended as its rule requires.
            && let Some(args) = this.needs.gather(attempt, results)
        {
            let (future, scope) = if S::IN_PLACE {
                (this.body.call(attempt, args), None)
            } else {
                let mut scope = attempt.take_scope();
                (spawn_within(scope.as_mut(), || this.body.call(attempt, args)), scope)
            };
            this.attempt.set(Some(this.spawner.start(future, scope)));
        }
        let Some(handle) = this.attempt.as_mut().as_pin_mut() else {
            return Poll::Ready(Err(AttemptError::TaskDropped));
        };
        let joined = ready!(S::poll_join(handle, cx));
        this.attempt.set(None);
        Poll::Ready(match joined {
            Ok(output) => output.end().map(|value| K::cell(ResultSlot::fill(this.slot.take(), value))),
            Err(TaskDropped) => Err(AttemptError::TaskDropped),
        })
    }

    fn poll_cancel(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        this.body.cancelled();
        if let Some(handle) = this.attempt.as_mut().as_pin_mut() {
            ready!(S::poll_cancel(handle, cx));
            this.attempt.set(None);
        }
        Poll::Ready(())
    }

    fn is_in_place(&self) -> bool {
        S::IN_PLACE
    }

    fn result_type(&self) -> ValueType {
        ValueType::of::<T>()
    }

    fn discard(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.body.cancelled();
        this.attempt.set(None);
    }

    fn yield_cell(self: Pin<&mut Self>) -> Option<Arc<C>> {
        self.project().slot.take().map(K::cell)
    }

    fn renew(self: Pin<&mut Self>, cell: Option<Arc<C>>) {
        let empty = self.project().slot;
        if empty.is_none() {
            *empty = cell.and_then(slot).and_then(ResultSlot::emptied).or_else(|| Some(ResultSlot::empty()));
        }
    }
}
