//! An attempt as a task, as [`Spawner`](rungs::Spawner) requires it.

use async_executor::{FallibleTask, Task};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use rungs::TaskDropped;

/// An attempt that runs as a task. Dropping it cancels the task.
///
/// A spawner of your own uses this as its [`Handle`](rungs::Spawner::Handle), and forwards both polls. `C` is the future that
/// waits for the end of a cancelled task; it differs from the default if results are not `Send`, or borrow.
///
/// ```
/// use async_executor::Executor;
/// use rungs::{TaskDropped, NoClock, Pipeline, Spawner};
/// use rungs_async_executor::Handle;
/// use std::{future::Future, pin::Pin, task::{Context, Poll}};
///
/// static POOL: Executor<'static> = Executor::new();
///
/// struct Pool;
///
/// impl<F: Future<Output: Send + 'static> + Send + 'static> Spawner<F> for Pool {
///     type Handle = Handle<F::Output>;
///
///     fn spawn(&self, future: F) -> Self::Handle {
///         POOL.spawn(future).into()
///     }
///     fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
///         handle.get_mut().poll_join(cx)
///     }
///     fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
///         handle.get_mut().poll_cancel(cx, |task| Box::pin(task.cancel()))
///     }
/// }
///
/// let mut p = Pipeline::new("pool");
/// let answer = p.step("answer").spawn_on(Pool).run(async || Ok(42));
/// let report = futures_lite::future::block_on(POOL.run(p.run(&NoClock)))?;
/// assert_eq!(*report.output(answer).unwrap(), 42);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[must_use = "a handle that is dropped cancels its attempt"]
pub struct Handle<T, C: ?Sized = dyn Future<Output = Option<T>> + Send> {
    state: State<T, C>,
}

enum State<T, C: ?Sized> {
    Running(FallibleTask<T>),
    /// Cancelled; it has ended when the executor has dropped all that the task held.
    Ending(Pin<Box<C>>),
    Ended,
}

impl<T, C: ?Sized> From<Task<T>> for Handle<T, C> {
    fn from(task: Task<T>) -> Self {
        // A fallible task gives `None` if its executor has dropped it; a plain one would panic.
        Self { state: State::Running(task.fallible()) }
    }
}

impl<T, C: Future + ?Sized> Handle<T, C> {
    /// Waits for the attempt's result.
    ///
    /// # Panics
    /// If the attempt panicked, with the same payload.
    pub fn poll_join(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, TaskDropped>> {
        match &mut self.state {
            State::Running(task) => Pin::new(task).poll(cx).map(|output| output.ok_or(TaskDropped)),
            State::Ending(_) | State::Ended => Poll::Ready(Err(TaskDropped)),
        }
    }

    /// Cancels the attempt with `cancel`, which is always `|task| Box::pin(task.cancel())`, and waits until it has ended.
    pub fn poll_cancel(
        &mut self,
        cx: &mut Context<'_>,
        cancel: impl FnOnce(FallibleTask<T>) -> Pin<Box<C>>,
    ) -> Poll<()> {
        self.state = match core::mem::replace(&mut self.state, State::Ended) {
            State::Running(task) => State::Ending(cancel(task)),
            other => other,
        };
        if let State::Ending(ending) = &mut self.state {
            ready!(ending.as_mut().poll(cx));
            self.state = State::Ended;
        }
        Poll::Ready(())
    }
}

impl<T, C: ?Sized> fmt::Debug for Handle<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Running(_) => "Handle(running)",
            State::Ending(_) => "Handle(ending)",
            State::Ended => "Handle(ended)",
        })
    }
}
