//! Executors as spawners.

use crate::Handle;
use async_executor::{Executor, LocalExecutor};
#[cfg(feature = "static")]
use async_executor::{StaticExecutor, StaticLocalExecutor};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use rungs::{Spawner, TaskDropped};
use std::{rc::Rc, sync::Arc};

/// An executor of your own as a [`Spawner`](rungs::Spawner): `On(&executor)`, or `On(executor)` with an `Arc` (an `Rc` for a
/// local executor).
///
/// ```
/// use async_executor::LocalExecutor;
/// use rungs::{BoxError, LocalPipeline, NoClock};
/// use rungs_async_executor::On;
/// use std::{cell::Cell, rc::Rc};
///
/// let executor = Rc::new(LocalExecutor::new());
/// let calls = Rc::new(Cell::new(0)); // not `Send`
/// let mut p = LocalPipeline::new("local").spawn_on(On(executor.clone()));
/// for name in ["one", "two"] {
///     let calls = calls.clone();
///     p.step(name).run(move || {
///         let calls = calls.clone();
///         async move { Ok(calls.set(calls.get() + 1)) }
///     });
/// }
/// let report = futures_lite::future::block_on(executor.run(p.run(&NoClock)))?;
/// assert!(report.is_success());
/// assert_eq!(calls.get(), 2);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct On<X>(
    /// The executor.
    pub X,
);

/// Implements `Spawner` for a pointer to an executor, for the futures that the executor takes.
macro_rules! spawner {
    (<$($life:lifetime)?> $executor:ty: $bound:lifetime $(+ $send:ident)?) => {
        impl<$($life,)? F> Spawner<F> for On<$executor>
        where
            F: Future<Output: $($send +)? $bound> + $($send +)? $bound,
        {
            type Handle = Handle<F::Output, dyn Future<Output = Option<F::Output>> + $($send +)? $bound>;

            fn spawn(&self, future: F) -> Self::Handle {
                self.0.spawn(future).into()
            }

            fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
                handle.get_mut().poll_join(cx)
            }

            fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
                handle.get_mut().poll_cancel(cx, |task| Box::pin(task.cancel()))
            }
        }
    };
}
spawner!(<'a> &Executor<'a>: 'a + Send);
spawner!(<'a> Arc<Executor<'a>>: 'a + Send);
spawner!(<'a> &LocalExecutor<'a>: 'a);
spawner!(<'a> Rc<LocalExecutor<'a>>: 'a);
#[cfg(feature = "static")]
spawner!(<> &'static StaticExecutor: 'static + Send);
#[cfg(feature = "static")]
spawner!(<> &'static StaticLocalExecutor: 'static);
