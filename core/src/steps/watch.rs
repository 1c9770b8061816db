//! The end of one step, for other tasks while the run goes on.

use super::{
    by_step::ByStep,
    cell::{Cell, Out, SharedCell, slot},
};
use crate::lock::Lock;
use alloc::{sync::Arc, vec::Vec};
use core::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use rungs_scheduler::{Cause, Status, StepId};

/// The end of a step, as a future: another task awaits it while the run goes on. [`Runner::watch`](crate::Runner::watch)
/// makes one.
///
/// It ends with the step's result, or with the reason why there is none. A run that is gone before the step has ended, or
/// that never began, is such a reason as well. It may be sent to another thread if the result may, and dropped at any time.
///
/// ```
/// use rungs::{NoClock, Pipeline, StepWatch};
///
/// /// Part of a program that starts while the rest of the pipeline runs.
/// async fn serve(port: StepWatch<u16>) -> String {
///     match port.await {
///         Ok(port) => format!("serving on {}", *port),
///         Err(error) => format!("not serving: {error}"),
///     }
/// }
///
/// let mut p = Pipeline::new("start-up");
/// let port = p.step("port").run(async || Ok("80".parse::<u16>()?));
/// p.step("the rest").after(port).run(async || Ok(()));
/// let mut runner = p.runner();
/// let served = serve(runner.watch(port));
/// let (report, served) = futures_lite::future::block_on(futures_lite::future::zip(runner.run(&NoClock), served));
/// assert!(report?.is_success());
/// assert_eq!(served, "serving on 80");
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[must_use = "it does nothing until it is awaited"]
pub struct StepWatch<T, C: ?Sized = SharedCell> {
    state: Arc<WatchState<C>>,
    result: PhantomData<fn() -> T>,
}

/// Why a watched step has no result.
///
/// ```
/// use rungs::{NoClock, Pipeline, WatchError};
///
/// let mut p: Pipeline = Pipeline::new("start-up");
/// let port = p.step("port").run(async || Ok(80));
/// let watch = p.runner().watch(port); // the run never begins
/// assert_eq!(futures_lite::future::block_on(watch).err(), Some(WatchError::RunDropped));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WatchError {
    /// The step ended without success.
    #[non_exhaustive]
    NoSuccess {
        /// How it ended.
        status: Status,
        /// Why.
        cause: Cause,
    },
    /// The run was dropped before the step ended, or never began.
    RunDropped,
    /// The handle is of another pipeline.
    NoSuchStep,
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuccess { status, cause } => write!(f, "the step ended as {status}: {cause}"),
            Self::RunDropped => f.write_str("the run was dropped before the step ended"),
            Self::NoSuchStep => f.write_str("there is no such step in this pipeline"),
        }
    }
}

impl core::error::Error for WatchError {}

/// What a watch and its run share.
struct WatchState<C: ?Sized>(Lock<Seen<C>>);

struct Seen<C: ?Sized> {
    end: Option<Result<Arc<C>, WatchError>>,
    waker: Option<Waker>,
}

impl<C: ?Sized> WatchState<C> {
    fn end(&self, end: Result<Arc<C>, WatchError>) {
        let waker = self.0.with(|seen| {
            seen.end = Some(end);
            seen.waker.take()
        });
        // Outside of the lock: a waker is foreign code.
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T: 'static, C: Cell + ?Sized> Future for StepWatch<T, C> {
    type Output = Result<Out<T>, WatchError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = cx.waker().clone();
        let (end, _replaced) = self.state.0.with(|seen| match &seen.end {
            Some(Ok(cell)) => (Some(Ok(cell.clone())), None),
            Some(Err(error)) => (Some(Err(*error)), None),
            None => (None, seen.waker.replace(waker)),
        });
        match end {
            None => Poll::Pending,
            Some(Err(error)) => Poll::Ready(Err(error)),
            Some(Ok(cell)) => {
                let out = slot::<T, C>(cell).and_then(|slot| slot.lend());
                // The handle has the type of the result.
                Poll::Ready(out.ok_or(WatchError::NoSuchStep))
            }
        }
    }
}

impl<T, C: ?Sized> fmt::Debug for StepWatch<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepWatch").field("has_ended", &self.state.0.with(|seen| seen.end.is_some())).finish()
    }
}

/// The watches of one run.
pub(crate) struct Watches<C: ?Sized>(ByStep<Vec<Arc<WatchState<C>>>>);

impl<C: ?Sized> Watches<C> {
    pub(crate) const fn new() -> Self {
        Self(ByStep::new())
    }

    /// Watches a step; without one the watch has ended.
    pub(crate) fn add<T>(&mut self, step: Option<StepId>) -> StepWatch<T, C> {
        let end = step.is_none().then_some(Err(WatchError::NoSuchStep));
        let state = Arc::new(WatchState(Lock::new(Seen { end, waker: None })));
        if let Some(step) = step {
            self.0.get_or_default(step).push(state.clone());
        }
        StepWatch { state, result: PhantomData }
    }

    pub(crate) const fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The step has ended with this result.
    pub(crate) fn succeeded(&mut self, step: StepId, result: &Arc<C>) {
        self.end(step, || Ok(result.clone()));
    }

    /// The step has ended without a result.
    #[inline]
    pub(crate) fn ended(&mut self, step: StepId, status: Status, cause: Option<Cause>) {
        if self.is_any() {
            self.end(step, || {
                Err(cause.map_or(WatchError::RunDropped, |cause| WatchError::NoSuccess { status, cause }))
            });
        }
    }

    #[cold]
    fn end(&mut self, step: StepId, end: impl Fn() -> Result<Arc<C>, WatchError>) {
        let watched = self.0.remove(step);
        watched.iter().flatten().for_each(|watch| watch.end(end()));
    }
}

/// Whatever has not ended by now never will.
impl<C: ?Sized> Drop for Watches<C> {
    fn drop(&mut self) {
        self.0.values().flatten().for_each(|watch| watch.end(Err(WatchError::RunDropped)));
    }
}
