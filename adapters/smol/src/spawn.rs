//! Attempts as tasks of smol's global executor.

use crate::{Handle, Smol};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use rungs::{Spawner, TaskDropped};

impl<F> Spawner<F> for Smol
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        smol::spawn(future).into()
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx, |task| Box::pin(task.cancel()))
    }
}
