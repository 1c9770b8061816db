//! The builder of one step.

use super::{
    BoxError, Steps,
    inputs::ByName,
    keep::Unkept,
    needs::{Handles, Needs, Values},
    uses::Resource,
};
use crate::{
    spawn::InPlace,
    steps::{Kind, Shared},
};
use alloc::boxed::Box;
use core::{fmt, marker::PhantomData, time::Duration};
use rungs_scheduler::{Backoff, Need, Retry, Settings, When};

/// The settings of a step; [`run`](Self::run) takes its closure and adds it.
///
/// What several steps have in common can be a value ([`settings`](Self::settings)) or a function
/// ([`with`](Self::with), which shows a helper that takes a whole builder, too).
///
/// A step's closure is called once per attempt. Mostly it is an async one, `async |users| ..`; an `async fn` of the right
/// arguments works as well. An async closure cannot lend what it owns to its future: an attempt takes a value of its own
/// from the needs, as [`own(value)`](crate::own), or the closure is written as `move || { .. async move { .. } }`.
///
/// ```
/// use std::time::Duration;
/// use rungs::{Backoff, Pipeline};
///
/// let mut p = Pipeline::new("settings");
/// let fetched = p
///     .step("fetch")
///     .retries(3)
///     .backoff(Backoff::exponential(Duration::from_millis(200)).cap(Duration::from_secs(5)))
///     .timeout(Duration::from_secs(2))
///     .run(async || Ok(vec![1, 2, 3]));
/// let stored = p.step("store").needs(fetched).run(async |rows| Ok(rows.len()));
/// p.step("tidy up").after(stored).when_all_done().run(async || Ok(()));
/// p.check()?;
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[must_use = "a step is added by `run`"]
pub struct StepBuilder<'p, 'env, E = BoxError, K: Kind<'env, E> = Shared, S = InPlace, N = (), M = Values, C = Unkept> {
    pub(super) steps: &'p mut Steps<'env, E, K>,
    pub(super) spawner: S,
    pub(super) name: &'p str,
    pub(super) needs: N,
    types: PhantomData<fn() -> (M, C)>,
}

impl<'env, E, K: Kind<'env, E>, S, N, M, C> fmt::Debug for StepBuilder<'_, 'env, E, K, S, N, M, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'p, 'env, E, K: Kind<'env, E>, S> StepBuilder<'p, 'env, E, K, S> {
    #[inline]
    pub(super) fn new(steps: &'p mut Steps<'env, E, K>, spawner: S, name: &'p str) -> Self {
        steps.begin();
        Self { steps, spawner, name, needs: (), types: PhantomData }
    }
}

impl<'p, 'env, E, K: Kind<'env, E>, S, C> StepBuilder<'p, 'env, E, K, S, (), Values, C> {
    /// What this step takes, in the order of its arguments: a handle for that step's result, a `Vec` of handles for a fan-in
    /// of any width, an [`Owned`](crate::Owned) (or a `Vec` of them) for the result itself, [`own(value)`](crate::own) for a
    /// clone of the value in each attempt, or a tuple of up to 12 of these.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, own};
    ///
    /// let mut p = Pipeline::new("fan-in");
    /// let parts: Vec<_> = ["a", "b", "c"].map(|name| p.step(name).run(async || Ok(7))).into();
    /// let half = p.step("half").run(async || Ok(0.5));
    /// let sum = p.step("sum").needs((half, parts, own(String::from(" in all")))).run(async |half, parts, text| {
    ///     let sum: i32 = parts.iter().map(|part| **part).sum();
    ///     Ok(format!("{}{text}", f64::from(sum) * *half))
    /// });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(*report.output(sum).unwrap(), "10.5 in all");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn needs<N: Needs>(self, needs: N) -> StepBuilder<'p, 'env, E, K, S, N, Values, C> {
        self.steps.draft.need(&needs);
        self.taking(needs)
    }

    /// The steps whose results this one takes, by name; they may be added later. Its closure takes [`Inputs`](super::Inputs),
    /// which has an example.
    pub fn depends_on<I>(self, names: I) -> StepBuilder<'p, 'env, E, K, S, ByName, Values, C>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        names.into_iter().for_each(|name| {
            self.steps.draft.need_by_name(name.as_ref(), Need::result);
        });
        self.taking(ByName)
    }

    #[inline]
    fn taking<N>(self, needs: N) -> StepBuilder<'p, 'env, E, K, S, N, Values, C> {
        let Self { steps, spawner, name, .. } = self;
        StepBuilder { steps, spawner, name, needs, types: PhantomData }
    }
}

impl<'p, 'env, E, K: Kind<'env, E>, S, N, M, C> StepBuilder<'p, 'env, E, K, S, N, M, C> {
    #[inline]
    pub(super) fn of_types<M2, C2>(self) -> StepBuilder<'p, 'env, E, K, S, N, M2, C2> {
        let Self { steps, spawner, name, needs, .. } = self;
        StepBuilder { steps, spawner, name, needs, types: PhantomData }
    }

    /// Runs this step's attempts by another spawner than the pipeline's.
    pub fn spawn_on<S2>(self, spawner: S2) -> StepBuilder<'p, 'env, E, K, S2, N, M, C> {
        let Self { steps, name, needs, .. } = self;
        StepBuilder { steps, spawner, name, needs, types: PhantomData }
    }

    /// Steps that this one needs without their results. They are needs like any other: if one fails, so does this step,
    /// unless its settings state otherwise. For an order alone there is [`follows`](Self::follows).
    pub fn after(self, steps: impl Handles) -> Self {
        self.steps.draft.after(&steps);
        self
    }

    /// As [`after`](Self::after), by name; they may be added later.
    pub fn after_named<I>(self, names: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        names.into_iter().for_each(|name| {
            self.steps.draft.need_by_name(name.as_ref(), Need::after);
        });
        self
    }

    /// All that `settings` states, at once: settings that were made elsewhere, read from a file, or shared by some steps.
    /// What they do not state stays as it is. `when_all_done` and `when_any_failed` are called on the step itself, because
    /// the arguments of its closure depend on them.
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs::{Backoff, Pipeline, Settings};
    ///
    /// const REMOTE: Settings<'static> =
    ///     Settings::DEFAULT.retries(3).backoff(Backoff::exponential(Duration::from_millis(200)));
    ///
    /// let mut p: Pipeline = Pipeline::new("remote");
    /// p.step("users").settings(REMOTE).run(async || Ok(()));
    /// p.step("orders").settings(REMOTE).timeout(Duration::from_secs(9)).run(async || Ok(()));
    /// p.check()?;
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn settings(self, settings: Settings<'env>) -> Self {
        self.with(|before| settings.or(before))
    }

    /// Changes the settings by a function: what several steps have in common is written once, and needs none of this
    /// builder's types.
    ///
    /// ```
    /// use rungs::{BoxError, InPlace, NoClock, Pipeline, Settings, Shared, StepBuilder};
    ///
    /// fn careful(settings: Settings<'_>) -> Settings<'_> {
    ///     settings.retries(9).optional()
    /// }
    ///
    /// let mut p: Pipeline = Pipeline::new("careful");
    /// p.step("in place").with(careful).run(async || Ok(()));
    /// p.step("anywhere").spawn_on(InPlace).with(careful).run(async || Ok(())); // or an adapter's spawner
    ///
    /// // A resource is no setting: a helper that sets one takes the builder. This one works with any spawner.
    /// type Step<'p, 'env, S> = StepBuilder<'p, 'env, BoxError, Shared, S>;
    ///
    /// fn polite<'p, 'env, S>(step: Step<'p, 'env, S>) -> Step<'p, 'env, S> {
    ///     step.with(careful).uses("server", 1)
    /// }
    ///
    /// p.resource("server", 2);
    /// polite(p.step("asks").spawn_on(InPlace)).run(async || Ok(()));
    /// assert!(futures_lite::future::block_on(p.run(&NoClock))?.is_success());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn with(self, change: impl FnOnce(Settings<'env>) -> Settings<'env>) -> Self {
        self.steps.draft.change(change);
        self
    }

    /// Extra attempts after the first: at once, unless there is a backoff.
    pub fn retries(self, retries: u32) -> Self {
        self.set(|settings| settings.retries(retries))
    }

    /// Further attempts until one succeeds: see [`Settings::retry_forever`].
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs::Pipeline;
    ///
    /// let mut p: Pipeline = Pipeline::new("gateway");
    /// p.step("link").retry_forever().retry_delay(Duration::from_secs(1)).run(async || Ok(()));
    /// assert!(p.plan()?.get("link").unwrap().settings().get_retry_forever());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn retry_forever(self) -> Self {
        self.set(|settings| settings.retry_forever())
    }

    /// Waits `first` before the second attempt, and twice as long before each further one.
    pub fn retry_delay(self, first: Duration) -> Self {
        let step = self.backoff(Backoff::exponential(first));
        step.steps.draft.set_retry_delay(true);
        step
    }

    /// The delays between attempts. A listed one borrows its list: let that be a `const`, or declare it before the pipeline.
    pub fn backoff(self, backoff: Backoff<'env>) -> Self {
        self.steps.draft.set_retry_delay(false);
        self.set(|settings| settings.backoff(backoff))
    }

    /// Which errors are worth another attempt: a `bool`, or a [`Retry`] with the time to wait. Called for the step's own
    /// errors only, not for time limits. If the predicate panics, the step fails.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::with_code::<u16>("choosy");
    /// p.step("fetch").retries(5).retry_if(|status| *status >= 500).run_with(|cx| async move {
    ///     Err::<(), _>(if cx.attempt() == 1 { 503 } else { 404 })
    /// });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(report.get("fetch").unwrap().attempts(), 2);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn retry_if<R: Into<Retry>>(self, predicate: impl Fn(&E) -> R + Send + 'env) -> Self {
        self.steps.retry_if(Box::new(move |error| predicate(error).into()));
        self
    }

    /// How long one attempt may take. One that takes longer is ended, and counts as failed.
    pub fn timeout(self, limit: Duration) -> Self {
        self.set(|settings| settings.timeout(limit))
    }

    /// Whether an attempt that took too long is tried again; true by default.
    pub fn retry_on_timeout(self, retry: bool) -> Self {
        self.set(|settings| settings.retry_on_timeout(retry))
    }

    /// How long the step may take from its first attempt's start, delays and waiting included. A delay that would reach
    /// it is not begun: the step fails with its last error.
    pub fn deadline(self, limit: Duration) -> Self {
        self.set(|settings| settings.deadline(limit))
    }

    /// How long the step is expected to take: under a limit, steps on the longest remaining path go first. Of a pipeline that
    /// runs again and again, [runs tell it](super::Runner::durations).
    pub fn expected(self, span: Duration) -> Self {
        self.set(|settings| settings.expected(span))
    }

    /// Holds this many units of a resource while an attempt is in flight: of one of the pipeline, by
    /// [its name](super::PipelineOf::resource), or of a [`SharedResource`](crate::SharedResource) of several runs. All that a
    /// step uses is taken at once.
    pub fn uses(self, resource: impl Resource, units: u32) -> Self {
        self.steps.draft.use_resource(&resource, units);
        self
    }

    /// A failed need skips this step instead of failing it.
    pub fn skip_on_error(self) -> Self {
        self.set(|settings| settings.when(When::SkipOnError))
    }

    /// Its failure stops nothing and does not count in the exit code.
    pub fn optional(self) -> Self {
        self.set(|settings| settings.optional())
    }

    /// Its failure counts, and can stop the run: reverts an `optional` of the pipeline's
    /// [defaults](super::PipelineOf::defaults).
    pub fn required(self) -> Self {
        self.set(|settings| settings.required())
    }

    #[inline]
    pub(super) fn set(self, what: impl FnOnce(Settings<'env>) -> Settings<'env>) -> Self {
        let settings = self.steps.draft.next_settings();
        *settings = what(*settings);
        self
    }
}
