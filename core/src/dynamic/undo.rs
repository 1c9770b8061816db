//! The undo of a step: how it is declared.

use super::{
    BoxError, PipelineOf, Steps,
    attempt_spawner::AttemptSpawner,
    body::{Body, Plain, WithCx},
    needs::{Element, Input, Passing, Supply, Values},
    plan_error::PlanErrorKind,
    steps::DeclaredUndo,
    task::Task,
    undo_work::UndoWork,
    uses::{Resource, Which},
};
use crate::{
    diagram::StepNames,
    shared::Want,
    spawn::InPlace,
    step_cx::StepCx,
    steps::{Attempt, Cell, Handle, Holds, HoldsResult, Kind, Out, RetryPredicate, Shared, slot},
};
use alloc::{boxed::Box, string::ToString, sync::Arc};
use core::{convert::Infallible, fmt, future::Future, marker::PhantomData, time::Duration};
use rungs_scheduler::{Backoff, Retry, Settings, StepId};

impl<'env, E, K: Kind<'env, E>, S> PipelineOf<'env, E, K, S> {
    /// Begins the undo of a step: how what the step did is taken back, given its result. First its settings, then
    /// [`run`](UndoBuilder::run) with what it does.
    ///
    /// An undo is called after a run, if its step succeeded: by a run that is [to be undone when it
    /// fails](super::Runner::undo_on_failure), or [later](super::Runner::undo). Undos are called in the opposite order of their
    /// steps, across steps without one.
    ///
    /// A step has one undo at most; a second one is a plan error, as is the undo of an [input](Self::input), of a clean-up step,
    /// and of a step that [releases its result](super::StepBuilder::release_early). A step that is written with
    /// [`run_owned`](super::StepBuilder::run_owned) cannot have one: its result belongs to another step.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("trip");
    /// let hotel = p.step("hotel").run(async || Ok("room 12"));
    /// p.undo(hotel).retries(3).run(async |room| {
    ///     assert_eq!(*room, "room 12");
    ///     Ok(())
    /// });
    /// p.step("flight").after(hotel).run(async || Err::<(), _>("sold out".into()));
    ///
    /// let report = futures_lite::future::block_on(p.runner().undo_on_failure().run(&NoClock))?;
    /// assert_eq!(report.exit_code(), 1);
    /// assert_eq!(report.undo().unwrap().get("hotel").unwrap().status(), rungs::Status::Success);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn undo<'p, T>(&'p mut self, step: Handle<T>) -> UndoBuilder<'p, 'env, E, K, S, T>
    where
        S: Clone,
    {
        UndoBuilder {
            spawner: self.spawner.clone(),
            steps: &mut self.steps,
            step,
            declared: DeclaredUndo::default(),
            retry_predicate: None,
        }
    }
}

/// The settings of an undo; [`run`](Self::run) takes its closure and adds it. It has its own settings only: neither those of
/// its step nor the [defaults](PipelineOf::defaults) of the pipeline.
///
/// [`PipelineOf::undo`] has an example. A helper that configures one, for any result:
///
/// ```
/// use rungs::{BoxError, InPlace, Pipeline, Shared, UndoBuilder};
/// use std::time::Duration;
///
/// type Undo<'p, 'a, T> = UndoBuilder<'p, 'a, BoxError, Shared, InPlace, T>;
///
/// fn patient<'p, 'a, T>(undo: Undo<'p, 'a, T>) -> Undo<'p, 'a, T> {
///     undo.retries(5).timeout(Duration::from_secs(2))
/// }
///
/// let mut p = Pipeline::new("trip");
/// let hotel = p.step("hotel").run(async || Ok("room 12"));
/// patient(p.undo(hotel)).run(async |_room| Ok(()));
/// ```
#[must_use = "an undo is added by `run`"]
pub struct UndoBuilder<'p, 'env, E = BoxError, K: Kind<'env, E> = Shared, S = InPlace, T = ()> {
    steps: &'p mut Steps<'env, E, K>,
    spawner: S,
    step: Handle<T>,
    declared: DeclaredUndo<'env>,
    retry_predicate: Option<RetryPredicate<'env, E>>,
}

impl<'env, E, K: Kind<'env, E>, S, T> fmt::Debug for UndoBuilder<'_, 'env, E, K, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.steps.draft.names.name(self.step.step);
        f.debug_struct("UndoBuilder").field("step", &name).finish_non_exhaustive()
    }
}

impl<'p, 'env, E, K: Kind<'env, E>, S, T> UndoBuilder<'p, 'env, E, K, S, T> {
    /// Extra attempts after the first: see [`StepBuilder::retries`](super::StepBuilder::retries).
    pub fn retries(self, retries: u32) -> Self {
        self.set(|settings| settings.retries(retries))
    }

    /// Retries without end: see [`StepBuilder::retry_forever`](super::StepBuilder::retry_forever).
    pub fn retry_forever(self) -> Self {
        self.set(|settings| settings.retry_forever())
    }

    /// Short for an exponential backoff: see [`StepBuilder::retry_delay`](super::StepBuilder::retry_delay).
    pub fn retry_delay(mut self, first: Duration) -> Self {
        self.declared.has_retry_delay = true;
        self.set(|settings| settings.backoff(Backoff::exponential(first)))
    }

    /// The delay before each retry: see [`StepBuilder::backoff`](super::StepBuilder::backoff).
    pub fn backoff(mut self, backoff: Backoff<'env>) -> Self {
        self.declared.has_retry_delay = false;
        self.set(|settings| settings.backoff(backoff))
    }

    /// Decides by the error whether to retry: see [`StepBuilder::retry_if`](super::StepBuilder::retry_if).
    pub fn retry_if<R: Into<Retry>>(mut self, predicate: impl Fn(&E) -> R + Send + 'env) -> Self {
        self.retry_predicate = Some(Box::new(move |error| predicate(error).into()));
        self
    }

    /// The limit of one attempt: see [`StepBuilder::timeout`](super::StepBuilder::timeout).
    pub fn timeout(self, limit: Duration) -> Self {
        self.set(|settings| settings.timeout(limit))
    }

    /// Whether a timeout is retried: see [`StepBuilder::retry_on_timeout`](super::StepBuilder::retry_on_timeout).
    pub fn retry_on_timeout(self, retry: bool) -> Self {
        self.set(|settings| settings.retry_on_timeout(retry))
    }

    /// The limit of all attempts: see [`StepBuilder::deadline`](super::StepBuilder::deadline).
    pub fn deadline(self, limit: Duration) -> Self {
        self.set(|settings| settings.deadline(limit))
    }

    /// What an attempt holds while it is in flight: see [`StepBuilder::uses`](super::StepBuilder::uses).
    pub fn uses(mut self, resource: impl Resource, units: u32) -> Self {
        match resource.which() {
            Which::Named(name) => self.declared.uses.push((name.into(), units)),
            Which::Shared(resource) => self.declared.shared_uses.push(Want { resource: resource.clone(), units }),
        }
        self
    }

    /// No limit and no stop ends an attempt: see [`StepBuilder::never_cancel`](super::StepBuilder::never_cancel).
    pub fn never_cancel(self) -> Self {
        self.set(|settings| settings.never_cancel())
    }

    /// Settings that several have in common; what was stated before gives way. A rule (`when_..`) in them has no effect.
    pub fn settings(self, settings: Settings<'env>) -> Self {
        self.set(|before| settings.or(before))
    }

    /// Runs its attempts by this spawner: see [`StepBuilder::spawn_on`](super::StepBuilder::spawn_on).
    pub fn spawn_on<S2>(self, spawner: S2) -> UndoBuilder<'p, 'env, E, K, S2, T> {
        let Self { steps, step, declared, retry_predicate, .. } = self;
        UndoBuilder { steps, spawner, step, declared, retry_predicate }
    }

    /// Adds the undo: `body` is called with the result of the step, once per attempt.
    ///
    /// It may be called again for a step that has been taken back: after a crash, or if that could not be stored. An attempt that
    /// finds nothing to take back any more succeeds.
    pub fn run<B, F>(self, body: B)
    where
        B: FnMut(Out<T>) -> F,
        F: Future<Output = Result<(), E>>,
        Self: AddUndo<Plain<B>>,
    {
        self.add_undo(Plain(body));
    }

    /// As [`run`](Self::run), with the attempt's [context](StepCx) before the result.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::new("context");
    /// let sent = p.step("send").run(async || Ok(7));
    /// p.undo(sent).retries(1).run_with(async |cx, id| {
    ///     assert_eq!((cx.name(), *id), ("send", 7));
    ///     if cx.attempt() == 1 { Err("busy".into()) } else { Ok(()) }
    /// });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// let undo = futures_lite::future::block_on(p.runner().undo(&report).run(&NoClock))?;
    /// assert_eq!(undo.get("send").unwrap().attempts(), 2);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn run_with<B, F>(self, body: B)
    where
        B: FnMut(StepCx<Infallible>, Out<T>) -> F,
        F: Future<Output = Result<(), E>>,
        Self: AddUndo<WithCx<B, Values>>,
    {
        self.add_undo(WithCx::new(body));
    }

    fn set(mut self, what: impl FnOnce(Settings<'env>) -> Settings<'env>) -> Self {
        self.declared.settings = what(self.declared.settings);
        self
    }
}

/// An undo can be added with this body: each of its types fits. One bound stands for many, which keeps the documentation
/// short.
pub trait AddUndo<B>: Sized {
    /// Adds it.
    fn add_undo(self, body: B);
}

impl<'env, E, K, S, T, B, F> AddUndo<B> for UndoBuilder<'_, 'env, E, K, S, T>
where
    T: 'static,
    B: Body<(Out<T>,), E, Future = F>,
    F: Future<Output = Result<(), E>>,
    S: AttemptSpawner<F>,
    K: Kind<'env, E>
        + Holds<'env, E, UndoWork<Task<B, S, F, ResultToUndo<T>, Values, (), K>, <K as Kind<'env, E>>::Cell>>
        + HoldsResult<(), <K as Kind<'env, E>>::Cell>,
{
    fn add_undo(self, body: B) {
        let Self { steps, spawner, step, declared, retry_predicate } = self;
        let work = K::hold(UndoWork::new(Task::new(ResultToUndo(PhantomData), body, spawner)));
        match steps.may_undo(step) {
            Ok(step) => steps.undos().declare(step, declared, retry_predicate, work),
            Err(mistake) => steps.undos().mistakes.push(mistake),
        }
    }
}

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// The step, if it may have an undo.
    fn may_undo<T>(&self, handle: Handle<T>) -> Result<StepId, PlanErrorKind> {
        let Self { draft, undos, .. } = self;
        let step = handle.step;
        if handle.pipeline != draft.names.id() {
            return Err(PlanErrorKind::ForeignUndo { value_type: core::any::type_name::<T>() });
        }
        let name = draft.names.name(step).to_string();
        if draft.names.is_input(step) {
            return Err(PlanErrorKind::UndoOfInput { input: name });
        }
        if draft.settings_of(step).get_when().is_clean_up() {
            return Err(PlanErrorKind::UndoOfCleanUp { step: name });
        }
        if draft.released_results().binary_search(&step).is_ok() {
            return Err(PlanErrorKind::UndoOfReleased { step: name });
        }
        if undos.as_ref().is_some_and(|undos| undos.has(step)) {
            return Err(PlanErrorKind::UndoTwice { step: name });
        }
        Ok(step)
    }
}

/// The need of an undo: the result of its step, which lies where its own is to be.
#[derive(Debug)]
pub struct ResultToUndo<T>(PhantomData<fn() -> T>);

impl<T> Element for ResultToUndo<T> {
    fn each(&self, _: impl FnMut(u32, StepId, Passing)) {}
}

impl<M, T> Input<M> for ResultToUndo<T> {
    type Arg = Out<T>;
}

impl<M, C: Cell + ?Sized, E, T: 'static> Supply<M, C, E> for ResultToUndo<T> {
    fn supply(&self, attempt: &Attempt<'_, E>, results: &mut [Option<Arc<C>>]) -> Option<Out<T>> {
        slot::<T, C>(results.get(attempt.step.index())?.clone()?)?.lend()
    }
}
