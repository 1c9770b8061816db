//! What runs the attempts of steps: the run itself, or a spawner.

use crate::{
    scope::{Scope, SpawnedAttempt},
    spawn::{InPlace, Spawner, TaskDropped},
};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// What can run a step whose future is `F`: [`InPlace`], and each [`Spawner`] that takes such futures. Nothing else
/// implements it; it is a bound for code that is generic over these.
///
/// ```
/// use rungs::{AttemptSpawner, BoxError, InPlace, NoClock, Pipeline};
/// use std::{future::Future, pin::Pin};
///
/// type Job = Pin<Box<dyn Future<Output = Result<u64, BoxError>> + Send>>;
///
/// /// A pipeline of one step, on any spawner.
/// fn answer<S: AttemptSpawner<Job, Handle: Send> + Clone + Send + 'static>(spawner: S) -> Pipeline<'static, BoxError, S> {
///     let mut p = Pipeline::new("answer").spawn_on(spawner);
///     p.step("answer").run(|| -> Job { Box::pin(async { Ok(42) }) });
///     p
/// }
/// assert!(futures_lite::future::block_on(answer(InPlace).run(&NoClock))?.is_success());
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub trait AttemptSpawner<F: Future>: sealed::Sealed<F> {
    /// An attempt that was started.
    type Handle;

    /// See [`Spawner::IN_PLACE`].
    #[doc(hidden)]
    const IN_PLACE: bool;

    /// Starts an attempt. In place nothing travels with it: the driver polls it, and enters its scope.
    #[doc(hidden)]
    fn start(&self, future: F, scope: Option<Scope>) -> Self::Handle;

    /// Waits for the attempt's result.
    #[doc(hidden)]
    fn poll_join(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>>;

    /// Asks the attempt to end, and waits until it has.
    #[doc(hidden)]
    fn poll_cancel(handle: Pin<&mut Self::Handle>, cx: &mut Context<'_>) -> Poll<()>;
}

mod sealed {
    /// In place and spawners: nothing else runs attempts.
    #[allow(unnameable_types, reason = "this is what seals it")]
    pub trait Sealed<F> {}
}

impl<F: Future> sealed::Sealed<F> for InPlace {}

impl<F: Future> AttemptSpawner<F> for InPlace {
    type Handle = F;

    const IN_PLACE: bool = true;

    #[inline]
    fn start(&self, future: F, _: Option<Scope>) -> F {
        future
    }

    #[inline]
    fn poll_join(handle: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        handle.poll(cx).map(Ok)
    }

    fn poll_cancel(_: Pin<&mut F>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<F: Future, S: Spawner<SpawnedAttempt<F>>> sealed::Sealed<F> for S {}

impl<F: Future, S: Spawner<SpawnedAttempt<F>>> AttemptSpawner<F> for S {
    type Handle = S::Handle;

    const IN_PLACE: bool = S::IN_PLACE;

    #[inline]
    fn start(&self, future: F, scope: Option<Scope>) -> S::Handle {
        self.spawn(SpawnedAttempt::new(future, scope))
    }

    #[inline]
    fn poll_join(handle: Pin<&mut S::Handle>, cx: &mut Context<'_>) -> Poll<Result<F::Output, TaskDropped>> {
        S::poll_join(handle, cx)
    }

    #[inline]
    fn poll_cancel(handle: Pin<&mut S::Handle>, cx: &mut Context<'_>) -> Poll<()> {
        S::poll_cancel(handle, cx)
    }
}
