//! Executors that go away with attempts on them.

use rungs::{Spawner, TaskDropped};
use rungs_async_executor::Handle;
use rungs_tokio::On;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    thread,
};
use tokio::runtime;

/// A runtime of tokio's.
pub(crate) fn a_runtime() -> (On<runtime::Handle>, impl FnOnce() + Send + 'static) {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    (On(runtime.handle().clone()), move || drop(runtime))
}

/// An executor of async-executor's. Its `On` keeps it alive, so here is a spawner that does not.
pub(crate) fn an_executor() -> (Leaving, impl FnOnce() + Send + 'static) {
    let leaving = Leaving::default();
    let all = leaving.clone();
    let (stop, stopped) = smol::channel::bounded::<()>(1);
    let runs = all.0.clone();
    let thread = thread::spawn(move || {
        // Until it is told to stop; then the executor is dropped with all that is on it.
        let executor = Arc::new(async_executor::Executor::new());
        *lock(&runs) = Some(executor.clone());
        let _ = smol::block_on(executor.run(stopped.recv()));
        lock(&runs).take();
    });
    while lock(&leaving.0).is_none() {
        thread::yield_now();
    }
    (leaving, move || {
        drop(stop);
        thread.join().expect("the executor's thread ends");
    })
}

type Shared = Arc<Mutex<Option<Arc<async_executor::Executor<'static>>>>>;

fn lock(executor: &Shared) -> std::sync::MutexGuard<'_, Option<Arc<async_executor::Executor<'static>>>> {
    executor.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Spawns while the executor is there.
#[derive(Clone, Default)]
pub(crate) struct Leaving(Shared);

impl<F: Future<Output: Send + 'static> + Send + 'static> Spawner<F> for Leaving {
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        match &*lock(&self.0) {
            Some(executor) => executor.spawn(future).into(),
            // This one goes away at once.
            None => async_executor::Executor::new().spawn(future).into(),
        }
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx, |task| Box::pin(task.cancel()))
    }
}
