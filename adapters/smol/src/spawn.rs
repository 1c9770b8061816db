//! Attempts as tasks of smol's executors.

use crate::Smol;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use rungs::{Lost, Spawner};
use smol::Executor;
use std::sync::Arc;

/// An executor of the user's own: `On(&executor)` or `On(executor)` with an `Arc`.
///
/// ```
/// use rungs::Pipeline;
/// use rungs_smol::{On, Smol};
/// use std::sync::Arc;
///
/// let executor = Arc::new(smol::Executor::new());
/// let mut p: Pipeline<'_, rungs::BoxError, _> = Pipeline::new("mine").spawn_on(On(executor.clone()));
/// let answer = p.step("answer").run(|| async { Ok(42) });
/// let report = smol::block_on(executor.run(p.run(&Smol::new())))?;
/// assert_eq!(*report.output(answer).unwrap(), 42);
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[derive(Clone, Debug)]
pub struct On<X>(
    /// The executor.
    pub X,
);

/// An attempt that runs as a task. Dropped, it cancels the task.
pub struct Handle<T> {
    state: State<T>,
}

enum State<T> {
    Running(smol::Task<T>),
    /// Asked to end, and waited for until the executor has dropped all that it held.
    Ending(Pin<Box<dyn Future<Output = Option<T>> + Send>>),
    Ended,
}

impl<T: Send + 'static> Handle<T> {
    fn new(task: smol::Task<T>) -> Self {
        Self { state: State::Running(task) }
    }

    fn poll_join(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, Lost>> {
        match &mut self.state {
            State::Running(task) => Pin::new(task).poll(cx).map(Ok),
            State::Ending(_) | State::Ended => Poll::Ready(Err(Lost)),
        }
    }

    fn poll_cancel(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.state = match core::mem::replace(&mut self.state, State::Ended) {
            State::Running(task) => State::Ending(Box::pin(task.cancel())),
            other => other,
        };
        if let State::Ending(ending) = &mut self.state {
            ready!(ending.as_mut().poll(cx));
            self.state = State::Ended;
        }
        Poll::Ready(())
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Running(_) => "Handle(running)",
            State::Ending(_) => "Handle(ending)",
            State::Ended => "Handle(ended)",
        })
    }
}

impl<F> Spawner<F> for Smol
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        Handle::new(smol::spawn(future))
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, Lost>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx)
    }
}

impl<F, X> Spawner<F> for On<X>
where
    F: Future<Output: Send + 'static> + Send + 'static,
    X: ExecutorRef,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        Handle::new(self.0.executor().spawn(future))
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, Lost>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx)
    }
}

/// What stands for an executor: a reference, or an `Arc`.
pub trait ExecutorRef {
    /// The executor.
    fn executor(&self) -> &Executor<'static>;
}

impl ExecutorRef for &Executor<'static> {
    fn executor(&self) -> &Executor<'static> {
        self
    }
}

impl ExecutorRef for Arc<Executor<'static>> {
    fn executor(&self) -> &Executor<'static> {
        self
    }
}
