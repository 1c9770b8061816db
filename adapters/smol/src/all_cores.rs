//! Attempts as tasks of an executor with a thread per core.

use crate::Handle;
use core::{
    future::{Future, pending},
    pin::Pin,
    task::{Context, Poll},
};
use rungs::{Spawner, TaskDropped};
use smol::Executor;
use std::{
    panic::catch_unwind,
    sync::LazyLock,
    thread::{self, Builder},
};

/// A [`Spawner`] that uses all cores: attempts run on an executor of this crate with as many threads as
/// [`available_parallelism`](thread::available_parallelism) counts.
///
/// [`Smol`](crate::Smol) spawns on smol's global executor instead, which has one thread unless the environment variable
/// `SMOL_THREADS` asks for more.
///
/// The threads start at the first spawn, are named `rungs-1`, `rungs-2` and so on, and last as long as the process, which does
/// not wait for them when it ends. All pipelines share them. A step that blocks keeps its thread from the others. One that
/// blocks until another spawned attempt has ended, for example on a whole run in a nested `block_on`, waits for ever once all
/// threads do that: await the run instead.
///
/// ```
/// use rungs::Pipeline;
/// use rungs_smol::{AllCores, Smol};
///
/// let mut p = Pipeline::new("sums").spawn_on(AllCores); // all steps are spawned
/// let parts: Vec<_> = (0..4_u64)
///     .map(|n| p.step(&format!("part {n}")).run(move || async move { Ok((n..1_000).sum::<u64>()) }))
///     .collect();
/// let total = p.step("total").needs(parts).run(async |parts| Ok(parts.iter().map(|sum| **sum).sum::<u64>()));
///
/// let report = smol::block_on(p.run(&Smol))?;
/// assert_eq!(*report.output(total).unwrap(), 1_997_996);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
///
/// If the system starts no thread at all, the steps fail with [`StepError::TaskDropped`](rungs::StepError::TaskDropped).
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "programs write it as a value")]
pub struct AllCores;

static EXECUTOR: Executor<'static> = Executor::new();

/// Whether a thread runs the executor. Reading it starts the threads.
static IS_RUNNING: LazyLock<bool> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let started = (1..=cores).filter(|n| Builder::new().name(format!("rungs-{n}")).spawn(run).is_ok());
    started.count() > 0
});

fn run() {
    loop {
        // A task that panics passes the panic on to its handle, but a waker may panic as well. The thread goes on.
        let _ = catch_unwind(|| smol::block_on(EXECUTOR.run(pending::<()>())));
    }
}

impl<F> Spawner<F> for AllCores
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    type Handle = Handle<F::Output>;

    fn spawn(&self, future: F) -> Self::Handle {
        match *IS_RUNNING {
            true => EXECUTOR.spawn(future).into(),
            // This executor is dropped at once, so that the attempt fails instead of waiting for ever.
            false => Executor::new().spawn(future).into(),
        }
    }

    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.get_mut().poll_join(cx)
    }

    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        handle.get_mut().poll_cancel(cx, |task| Box::pin(task.cancel()))
    }
}
