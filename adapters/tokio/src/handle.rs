//! An attempt as a task, as [`Spawner`](rungs::Spawner) requires it.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use rungs::TaskDropped;
use std::panic::resume_unwind;
use tokio::task::JoinHandle;

/// An attempt that runs as a task. Dropping it aborts the task.
///
/// A spawner of your own uses this as its [`Handle`](rungs::Spawner::Handle), and forwards both polls.
///
/// ```
/// use rungs::{NoClock, Pipeline, Spawner, TaskDropped};
/// use rungs_tokio::Handle;
/// use std::{future::Future, pin::Pin, task::{Context, Poll}};
///
/// /// A library of your own that wraps `tokio::spawn`.
/// #[derive(Clone)]
/// struct Wrapped;
///
/// impl<F: Future<Output: Send + 'static> + Send + 'static> Spawner<F> for Wrapped {
///     type Handle = Handle<F::Output>;
///
///     fn spawn(&self, future: F) -> Self::Handle {
///         tokio::spawn(future).into()
///     }
///     fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
///         handle.get_mut().poll_join(cx)
///     }
///     fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
///         handle.get_mut().poll_cancel(cx)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), rungs::PipelineError> {
/// let mut p = Pipeline::new("wrapped");
/// let answer = p.step("answer").spawn_on(Wrapped).run(async || Ok(42));
/// assert_eq!(*p.run(&NoClock).await?.output(answer).unwrap(), 42);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a handle that is dropped aborts its attempt"]
pub struct Handle<T> {
    task: JoinHandle<T>,
}

impl<T> From<JoinHandle<T>> for Handle<T> {
    fn from(task: JoinHandle<T>) -> Self {
        Self { task }
    }
}

impl<T> Handle<T> {
    /// Waits for the attempt's result.
    ///
    /// # Panics
    /// If the attempt panicked, with the same payload.
    pub fn poll_join(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, TaskDropped>> {
        Pin::new(&mut self.task).poll(cx).map(|end| match end.map_err(|error| error.try_into_panic()) {
            Ok(output) => Ok(output),
            Err(Ok(panic)) => resume_unwind(panic),
            // Its runtime was shut down, or somebody else aborted the task.
            Err(Err(_)) => Err(TaskDropped),
        })
    }

    /// Aborts the attempt, and waits until it has ended.
    pub fn poll_cancel(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.task.abort();
        // A join handle is ready only after the task's future, or its result, was dropped or handed over.
        Pin::new(&mut self.task).poll(cx).map(drop)
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
