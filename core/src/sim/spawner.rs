//! Spawned attempts, as tasks of the simulation.

use super::state::{Shared, Task};
use crate::{Spawner, TaskDropped};
use alloc::{boxed::Box, sync::Arc, task::Wake};
use core::{
    any::Any,
    fmt,
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};
use std::{
    panic::{catch_unwind, resume_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Spawns attempts on the executor of a simulation: their interleaving with the run and with each other follows from the seed.
///
/// ```
/// use std::time::Duration;
/// use rungs::{Pipeline, sim::Sim};
///
/// let sim = Sim::seeded(7);
/// let clock = sim.clock();
/// let mut p = Pipeline::new("spawned").spawn_on(sim.tasks());
/// let a = p.step("a").run(move || {
///     let done = clock.sleep(Duration::from_secs(1));
///     async move { Ok(done.await) }
/// });
/// p.step("b").after(a).run(|| async { Ok(()) });
/// assert!(sim.run(p.runner())?.is_success());
/// # Ok::<(), rungs::sim::SimError>(())
/// ```
#[derive(Clone)]
pub struct Tasks {
    pub(super) shared: Arc<Shared>,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").finish_non_exhaustive()
    }
}

/// An attempt that runs on a simulation's executor.
pub struct Spawned<T> {
    task: Arc<Task>,
    end: Arc<Mutex<End<T>>>,
}

impl<T> fmt::Debug for Spawned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawned").finish_non_exhaustive()
    }
}

/// How far an attempt has come.
struct End<T> {
    /// The result, or the payload of a panic.
    output: Option<Result<T, Box<dyn Any + Send>>>,
    /// The run wants the attempt to end.
    is_cancelled: bool,
    /// The attempt and all it held are gone.
    is_over: bool,
    waker: Option<Waker>,
}

impl<F: Future<Output: Send> + Send + 'static> Spawner<F> for Tasks {
    type Handle = Spawned<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        let end = Arc::new(Mutex::new(End { output: None, is_cancelled: false, is_over: false, waker: None }));
        let task = Task::new(self.shared.clone(), Some(Box::pin(attempt(future, end.clone()))));
        task.clone().wake();
        Spawned { task, end }
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        let mut end = lock(&handle.end);
        if !end.is_over {
            end.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let output = end.output.take();
        drop(end);
        Poll::Ready(match output {
            Some(Ok(output)) => Ok(output),
            Some(Err(payload)) => resume_unwind(payload),
            None => Err(TaskDropped),
        })
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        let mut end = lock(&handle.end);
        if end.is_over {
            return Poll::Ready(());
        }
        end.waker = Some(cx.waker().clone());
        end.is_cancelled = true;
        drop(end);
        handle.task.clone().wake();
        Poll::Pending
    }
}

impl<T> Drop for Spawned<T> {
    fn drop(&mut self) {
        let mut end = lock(&self.end);
        end.is_cancelled = true;
        let is_over = end.is_over;
        drop(end);
        if !is_over {
            self.task.clone().wake();
        }
    }
}

fn lock<T>(end: &Mutex<End<T>>) -> MutexGuard<'_, End<T>> {
    end.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Polls the future until it ends or is cancelled, drops it, and then says so.
async fn attempt<F: Future>(future: F, end: Arc<Mutex<End<F::Output>>>) {
    let output = {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if lock(&end).is_cancelled {
                return Poll::Ready(None);
            }
            match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
                Ok(polled) => polled.map(|output| Some(Ok(output))),
                Err(payload) => Poll::Ready(Some(Err(payload))),
            }
        })
        .await
    };
    let mut end = lock(&end);
    end.output = output;
    end.is_over = true;
    let waker = end.waker.take();
    drop(end);
    if let Some(waker) = waker {
        waker.wake();
    }
}
