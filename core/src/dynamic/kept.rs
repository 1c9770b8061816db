//! Steps whose results are kept beyond their run.

use super::{
    StepBuilder,
    keep::{Codec, Keep, KeptWith},
};
use crate::{
    checkpoints::{Checkpoint, OpenStore, StoreFuture},
    diagram::StepNames,
    panics::drop_caught,
    steps::{Attempt, AttemptError, Cell, Holds, HoldsResult, Kind, ResultSlot, ValueType, Work, slot},
};
use alloc::{
    boxed::Box,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use rungs_scheduler::StepId;
use serde::{Serialize, de::DeserializeOwned};

impl<'p, 'env, E, K: Kind<'env, E>, S, N, M, C> StepBuilder<'p, 'env, E, K, S, N, M, C> {
    /// Keeps this step's result beyond the run, where the run [states](super::Runner::checkpoints) where: a later run, perhaps of
    /// another process, begins with it. The result must be one that `serde` can write and read; it is kept in JSON.
    ///
    /// Storing is the last part of an attempt: steps that need this one start after it. If it fails, so does the step, with
    /// [`StepError::NotStored`](crate::StepError::NotStored); its body is not called again. No time limit and no stop ends it, as
    /// the body has succeeded: the step then succeeds. Only after a [grace](super::Runner::grace), or when the run is dropped, it
    /// is cut off; the result may then be stored or not.
    ///
    /// A clean-up step runs in each run; as a checkpoint it is a plan error. The result of a step that is written with
    /// [`run_owned`](Self::run_owned) cannot be kept.
    ///
    /// ```
    /// use rungs::{MemoryCheckpoints, NoClock, Pipeline};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize)]
    /// struct User {
    ///     id: u64,
    ///     name: String,
    /// }
    ///
    /// let checkpoints = MemoryCheckpoints::new();
    /// for time in 1..=2 {
    ///     let mut p = Pipeline::new("users");
    ///     let user = p.step("fetch").checkpoint().run(async || Ok(User { id: 7, name: "Ada".into() }));
    ///     let greeting = p.step("greet").needs(user).run(async |user| Ok(format!("{}: {}", user.id, user.name)));
    ///     let report = futures_lite::future::block_on(p.runner().checkpoints(checkpoints.clone()).run(&NoClock))?;
    ///     assert_eq!(*report.output(greeting).unwrap(), "7: Ada");
    ///     assert_eq!(report.get("fetch").unwrap().is_given(), time == 2);
    /// }
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn checkpoint(self) -> StepBuilder<'p, 'env, E, K, S, N, M, Kept> {
        self.of_types()
    }

    /// Raise it when what the step does has changed, so that a result that was stored before is not used any more: that of this
    /// step, or of one that needs it, directly or not. 0 without it.
    ///
    /// A stored result is used if its step is the same by its name, its version, its rule (`when_..`), and by what it needs, with
    /// and without a result, which must be the same in turn. Settings such as limits and retries do not count, nor do orders
    /// ([`follows`](Self::follows)), nor the types of results: one that cannot be read any more is outdated as well.
    /// [`Runner::strict`](super::Runner::strict) has an example.
    pub fn version(self, version: u32) -> Self {
        self.steps.set_version(version);
        self
    }
}

/// The results of a step are kept beyond their run: the parameter of a [`StepBuilder`] after
/// [`checkpoint`](StepBuilder::checkpoint).
#[derive(Debug)]
pub struct Kept;

#[diagnostic::do_not_recommend]
impl<'env, E, K, T> Keep<'env, E, K, T> for Kept
where
    K: Kind<'env, E>
        + Holds<'env, E, KeptWork<<K as Kind<'env, E>>::Work, <K as Kind<'env, E>>::Cell>>
        + HoldsResult<T, <K as Kind<'env, E>>::Cell>,
    T: Serialize + DeserializeOwned + 'static,
{
    fn keep(work: Pin<Box<K::Work>>) -> KeptWith<K::Work, K::Cell> {
        let codec = Codec { encode: encode::<T, K::Cell>, decode: decode::<T, K, K::Cell> };
        (K::hold(KeptWork { work, codec, run: None, storing: None }), Some(codec))
    }
}

fn encode<T: Serialize + 'static, C: Cell + ?Sized>(result: &Arc<C>) -> Result<Vec<u8>, String> {
    let result = slot::<T, C>(result.clone()).and_then(ResultSlot::lend);
    serde_json::to_vec(&result.as_deref()).map_err(|error| error.to_string())
}

fn decode<T: DeserializeOwned, K: HoldsResult<T, C>, C: ?Sized>(bytes: &[u8]) -> Result<Arc<C>, String> {
    let result = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    Ok(K::cell(ResultSlot::fill(None, result)))
}

/// A step that stores what an attempt comes to, as the last part of the attempt.
pub struct KeptWork<W: ?Sized, C: ?Sized> {
    work: Pin<Box<W>>,
    codec: Codec<C>,
    /// Of the attempt in flight, in a run that has a store.
    run: Option<Begun>,
    storing: Option<Storing<C>>,
}

/// An attempt whose result is to be stored.
struct Begun {
    store: Arc<OpenStore>,
    step: StepId,
    checkpoint: Checkpoint,
}

/// What is being stored: a result, or none of an attempt that found nothing to do.
struct Storing<C: ?Sized> {
    stored: StoreFuture<()>,
    result: Option<Arc<C>>,
}

impl<W: ?Sized, C: ?Sized> fmt::Debug for KeptWork<W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptWork").finish_non_exhaustive()
    }
}

impl<E, W, C> Work<E, C> for KeptWork<W, C>
where
    W: Work<E, C> + ?Sized,
    C: Cell + ?Sized,
{
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        begin: Option<&Attempt<'_, E>>,
        results: &mut [Option<Arc<C>>],
    ) -> Poll<Result<Arc<C>, AttemptError<E>>> {
        if let Some(attempt) = begin {
            self.run = Begun::of(attempt);
        }
        if self.storing.is_none() {
            let ended = ready!(self.work.as_mut().poll(cx, begin, results));
            let Some(begun) = self.run.take() else { return Poll::Ready(ended) };
            let result = match ended {
                Ok(result) => Some(result),
                Err(AttemptError::SkippedItself) => None,
                Err(error) => return Poll::Ready(Err(error)),
            };
            match result.as_ref().map(self.codec.encode).transpose() {
                Ok(bytes) => self.storing = Some(Storing { stored: begun.store(bytes), result }),
                Err(error) => return Poll::Ready(Err(AttemptError::NotStored(error))),
            }
        }
        let Some(storing) = &mut self.storing else { return Poll::Pending };
        let stored = ready!(storing.stored.as_mut().poll(cx));
        let result = self.storing.take().and_then(|storing| storing.result);
        Poll::Ready(match stored {
            Ok(()) => result.ok_or(AttemptError::SkippedItself),
            Err(error) => Err(AttemptError::NotStored(error)),
        })
    }

    fn poll_cancel(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.work.as_mut().poll_cancel(cx));
        self.forget();
        Poll::Ready(())
    }

    fn is_storing(&self) -> bool {
        self.storing.is_some()
    }

    fn is_in_place(&self) -> bool {
        self.work.is_in_place()
    }

    fn result_type(&self) -> ValueType {
        self.work.result_type()
    }

    fn discard(mut self: Pin<&mut Self>) {
        self.work.as_mut().discard();
        self.forget();
    }

    fn yield_cell(mut self: Pin<&mut Self>) -> Option<Arc<C>> {
        self.work.as_mut().yield_cell()
    }

    fn renew(mut self: Pin<&mut Self>, cell: Option<Arc<C>>) {
        self.work.as_mut().renew(cell);
    }
}

impl<W: ?Sized, C: ?Sized> KeptWork<W, C> {
    /// Lets go of the store, and of the result with it.
    fn forget(&mut self) {
        self.run = None;
        drop_caught(self.storing.take());
    }
}

impl Begun {
    /// None in a run without a store.
    fn of<E>(attempt: &Attempt<'_, E>) -> Option<Self> {
        let store = attempt.run.extras.as_ref()?.store.clone()?;
        let mut checkpoint = Checkpoint::new(attempt.run.names.name(attempt.step), 0, None);
        checkpoint.attempts = attempt.number();
        checkpoint.started = since_epoch();
        Some(Self { store, step: attempt.step, checkpoint })
    }

    fn store(self, result: Option<Vec<u8>>) -> StoreFuture<()> {
        let Self { store, step, mut checkpoint } = self;
        checkpoint.result = result;
        let (started, ended) = (checkpoint.started.unwrap_or_default(), since_epoch().unwrap_or_default());
        // A wall clock may be set back meanwhile.
        checkpoint.duration = ended.saturating_sub(started);
        store.store(step, checkpoint)
    }
}

/// The time by the wall clock.
fn since_epoch() -> Option<Duration> {
    #[cfg(feature = "std")]
    return crate::report::wall_clock().duration_since(std::time::UNIX_EPOCH).ok();
    #[cfg(not(feature = "std"))]
    None
}
