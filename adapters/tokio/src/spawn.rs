//! Attempts as tasks of the current runtime.

use crate::{Handle, Tokio, TokioLocal};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use rungs::{Spawner, TaskDropped};
use tokio::task;

impl<F> Spawner<F> for Tokio
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        task::spawn(future).into()
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx)
    }
}

impl<F> Spawner<F> for TokioLocal
where
    F: Future<Output: 'static> + 'static,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        task::spawn_local(future).into()
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx)
    }
}
