//! Attempts that block, on tokio's threads for them.

use crate::{Handle, Tokio};
use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};
use rungs::{Spawner, TaskDropped};
use tokio::{runtime, sync::oneshot};

/// The blocking threads of a runtime as a [`Spawner`](rungs::Spawner), for steps that block: `Blocking(Tokio)` for the current
/// runtime, `Blocking(handle)` for another.
///
/// Each attempt takes a thread of its own, by `spawn_blocking`, and is polled there; so it may block, await, or both.
///
/// ```
/// use rungs::Pipeline;
/// use rungs_tokio::{Blocking, Tokio};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), rungs::PipelineError> {
/// let mut p = Pipeline::new("files");
/// let size = p.step("size").spawn_on(Blocking(Tokio)).run(async || {
///     let text = std::fs::read_to_string("Cargo.toml")?; // blocks this thread alone
///     Ok(text.len())
/// });
/// assert!(*p.run(&Tokio).await?.output(size).unwrap() > 0);
/// # Ok(())
/// # }
/// ```
///
/// # What cannot be cut off
/// An attempt that is to end (after a timeout, a deadline, a cancel) ends at its next `await` that has to wait. While it
/// blocks, nothing can end it: the run waits, and the step's retry does not start before. [`grace`](rungs::Config::grace) bounds
/// this wait. An attempt that no thread has taken yet never starts. Code that blocks for long asks `StepCx::is_cancelled` now and
/// then.
#[derive(Clone, Copy, Debug)]
pub struct Blocking<X>(
    /// [`Tokio`] for the current runtime, or the handle of another.
    pub X,
);

/// An attempt on a blocking thread. Dropping it asks the attempt to end.
///
/// It is the [`Handle`](Spawner::Handle) of [`Blocking`], which has an example.
#[derive(Debug)]
#[must_use = "a handle that is dropped ends its attempt"]
pub struct BlockingHandle<T> {
    task: Handle<Option<T>>,
    /// Dropped to end the attempt.
    keep: Option<oneshot::Sender<()>>,
}

impl<F> Spawner<F> for Blocking<runtime::Handle>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = BlockingHandle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        let (keep, dropped) = oneshot::channel();
        let runtime = self.0.clone();
        let task = self.0.spawn_blocking(move || runtime.block_on(while_kept(future, dropped)));
        BlockingHandle { task: task.into(), keep: Some(keep) }
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().task.poll_join(cx).map(|end| end?.ok_or(TaskDropped))
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        let handle = handle.get_mut();
        handle.keep = None;
        // Aborting it prevents it from starting.
        handle.task.poll_cancel(cx)
    }
}

impl<F> Spawner<F> for Blocking<Tokio>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = BlockingHandle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        Blocking(runtime::Handle::current()).spawn(future)
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        <Blocking<runtime::Handle> as Spawner<F>>::poll_join(handle, cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        <Blocking<runtime::Handle> as Spawner<F>>::poll_cancel(handle, cx)
    }
}

/// The result of the attempt, or `None` if it was dropped because its handle no longer keeps it.
async fn while_kept<F: Future>(attempt: F, mut dropped: oneshot::Receiver<()>) -> Option<F::Output> {
    let mut attempt = pin!(attempt);
    poll_fn(|cx| match attempt.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Pin::new(&mut dropped).poll(cx).map(|_| None),
    })
    .await
}
