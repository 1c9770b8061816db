//! One step while it is described.

use super::{
    Judge, Steps,
    arity::all,
    body::{Body, Plain, WithCx},
    cell::Slot,
    draft::Said,
    kind::{Holds, HoldsResult, Kind},
    needs::{ByName, Gather, Handle, Inputs, Mode, Needs, Settled, Values},
    work::Task,
};
use crate::{
    plan::Need,
    policy::{Backoff, Retry, Settings, When},
    spawn::Spawner,
    step_cx::StepCx,
};
use alloc::{boxed::Box, vec::Vec};
use core::{future::Future, marker::PhantomData, time::Duration};

/// A step's settings; [`run`](Self::run) says what it does and adds it.
///
/// A step's closure is called once an attempt, so it clones what its future shall own:
/// `move || { let url = url.clone(); async move { .. } }`. A plain `async fn` of the right arguments serves as well.
///
/// ```
/// use std::time::Duration;
/// use rungs::{Backoff, Pipeline};
///
/// let mut p: Pipeline = Pipeline::new("settings");
/// let fetched = p
///     .step("fetch")
///     .retries(3)
///     .backoff(Backoff::exponential(Duration::from_millis(200)).cap(Duration::from_secs(5)))
///     .timeout(Duration::from_secs(2))
///     .run(|| async { Ok(vec![1, 2, 3]) });
/// let stored = p.step("store").needs(fetched).run(|rows| async move { Ok(rows.len()) });
/// p.step("tidy up").after(stored).when_all_done().run(|| async { Ok(()) });
/// p.check()?;
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[must_use = "a step is added by `run`"]
pub struct StepBuilder<'p, 'env, E, K: Kind<'env, E>, S, N = (), M = Values> {
    steps: &'p mut Steps<'env, E, K>,
    spawner: S,
    name: &'p str,
    settings: Settings<'env>,
    said: Said,
    judge: Option<Judge<'env, E>>,
    arguments: PhantomData<fn() -> (N, M)>,
}

impl<'p, 'env, E, K: Kind<'env, E>, S> StepBuilder<'p, 'env, E, K, S> {
    pub(super) fn new(steps: &'p mut Steps<'env, E, K>, spawner: S, name: &'p str) -> Self {
        steps.draft.begin();
        Self {
            steps,
            spawner,
            name,
            settings: Settings::DEFAULT,
            said: Said::default(),
            judge: None,
            arguments: PhantomData,
        }
    }

    /// The steps whose results this one takes, in the order of its arguments: a handle, a tuple of up to 12, or a `Vec`
    /// of equal ones for a fan-in of any width.
    pub fn needs<N: Needs>(mut self, needs: N) -> StepBuilder<'p, 'env, E, K, S, N> {
        self.steps.draft.need(&mut self.said, &needs, Need::result);
        self.taking()
    }

    /// The steps whose results this one takes, by name; they may be added later. Its closure takes [`Inputs`].
    pub fn depends_on<I>(mut self, names: I) -> StepBuilder<'p, 'env, E, K, S, ByName>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        names.into_iter().for_each(|name| {
            self.steps.draft.need_by_name(&mut self.said, name.as_ref(), Need::result);
        });
        self.taking()
    }
}

impl<'p, 'env, E, K: Kind<'env, E>, S, N, M> StepBuilder<'p, 'env, E, K, S, N, M> {
    fn taking<N2, M2>(self) -> StepBuilder<'p, 'env, E, K, S, N2, M2> {
        let Self { steps, spawner, name, settings, said, judge, .. } = self;
        StepBuilder { steps, spawner, name, settings, said, judge, arguments: PhantomData }
    }

    /// Runs this step's attempts by another spawner than the pipeline's.
    pub fn spawn_on<S2>(self, spawner: S2) -> StepBuilder<'p, 'env, E, K, S2, N, M> {
        let Self { steps, name, settings, said, judge, .. } = self;
        StepBuilder { steps, spawner, name, settings, said, judge, arguments: PhantomData }
    }

    /// Steps that come before this one, and whose results it does not take. They are needs like any other: if one
    /// fails, so does this step, unless it says otherwise.
    pub fn after(mut self, needs: impl Needs) -> Self {
        self.steps.draft.need(&mut self.said, &needs, Need::after);
        self
    }

    /// As [`after`](Self::after), by name; they may be added later.
    pub fn after_named<I>(mut self, names: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        names.into_iter().for_each(|name| {
            self.steps.draft.need_by_name(&mut self.said, name.as_ref(), Need::after);
        });
        self
    }

    /// Extra attempts after the first: at once, unless a backoff says otherwise.
    pub fn retries(mut self, retries: u32) -> Self {
        self.settings = self.settings.retries(retries);
        self
    }

    /// Waits `first` before the second attempt, and twice as long before each further one.
    pub fn retry_delay(self, first: Duration) -> Self {
        self.backoff(Backoff::exponential(first))
    }

    /// The delays between attempts. A listed one borrows its list: let that be a `const`, or declare it before the pipeline.
    pub fn backoff(mut self, backoff: Backoff<'env>) -> Self {
        self.settings = self.settings.backoff(backoff);
        self
    }

    /// Which errors are worth another attempt: a `bool`, or a [`Retry`] to say after what time. Asked for the step's own
    /// errors only, not for time limits. A panic of `judge` is the step's.
    pub fn retry_if<R: Into<Retry>>(mut self, judge: impl Fn(&E) -> R + Send + 'env) -> Self {
        self.judge = Some(Box::new(move |error| judge(error).into()));
        self
    }

    /// How long one attempt may take. One that takes longer is ended, and counts as failed.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings = self.settings.timeout(limit);
        self
    }

    /// Whether an attempt that took too long is tried again; true if not said.
    pub fn retry_on_timeout(mut self, retry: bool) -> Self {
        self.settings = self.settings.retry_on_timeout(retry);
        self
    }

    /// How long the step may take from its first attempt's start, delays and waiting included. A delay that would reach
    /// it is not begun: the step fails with its last error.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.settings = self.settings.deadline(limit);
        self
    }

    /// How long the step is expected to take: under a limit, steps on the longest remaining path go first.
    pub fn expected(mut self, span: Duration) -> Self {
        self.settings = self.settings.expected(span);
        self
    }

    /// Holds so many units of a [resource](super::Graph::resource) while an attempt is in flight. All that a step uses is
    /// taken at once.
    pub fn uses(mut self, resource: &str, units: u32) -> Self {
        self.said.uses.push((resource.into(), units));
        self
    }

    /// A failed need skips this step instead of failing it.
    pub fn skip_on_error(mut self) -> Self {
        self.settings = self.settings.when(When::SkipOnError);
        self
    }

    /// Its failure stops nothing and does not count in the exit code.
    pub fn optional(mut self) -> Self {
        self.settings = self.settings.optional();
        self
    }

    /// Runs when all needs have ended, whatever they came to, and also after a stop: for cleaning up. Arguments are
    /// `Result<Out<T>, Cause>`.
    pub fn when_all_done(mut self) -> StepBuilder<'p, 'env, E, K, S, N, Settled> {
        self.settings = self.settings.when(When::AllDone);
        self.taking()
    }

    /// Runs when all needs have ended and something went wrong with one of them, and also after a stop: for raising an
    /// alarm. Arguments are `Result<Out<T>, Cause>`.
    pub fn when_any_failed(mut self) -> StepBuilder<'p, 'env, E, K, S, N, Settled> {
        self.settings = self.settings.when(When::AnyFailed);
        self.taking()
    }

    fn add<B, F, T>(self, body: B) -> Handle<T>
    where
        N: Gather<M, K::Cell>,
        B: Body<N::Args, Future = F>,
        F: Future<Output = Result<T, E>>,
        S: Spawner<F>,
        K: Holds<'env, E, Task<B, S, F, N, M, T, K>> + HoldsResult<T, K::Cell>,
    {
        let work = K::hold(Task::new(body, self.spawner));
        let cell = <K as HoldsResult<T, K::Cell>>::cell(Slot::EMPTY);
        let id = self.steps.draft.id;
        Handle::new(id, self.steps.add(self.name, self.settings, self.said, self.judge, work, cell))
    }
}

/// `run` and `run_with` for one form of needs: the closure's arguments stand in the bound, so that the compiler knows
/// them when it reads the closure.
macro_rules! run_methods {
    ([$($generics:tt)*] $needs:ty, ($($arg:ty),*)) => {
        impl<'p, 'env, E, K: Kind<'env, E>, S, M: Mode, $($generics)*> StepBuilder<'p, 'env, E, K, S, $needs, M> {
            /// Adds the step: `body` is called with the needs' results, once an attempt.
            pub fn run<B, F, T>(self, body: B) -> Handle<T>
            where
                B: FnMut($($arg),*) -> F,
                F: Future<Output = Result<T, E>>,
                T: 'static,
                S: Spawner<F>,
                K: Holds<'env, E, Task<Plain<B>, S, F, $needs, M, T, K>> + HoldsResult<T, K::Cell>,
            {
                self.add(Plain(body))
            }

            /// As `run`, with the attempt's context before the needs' results.
            pub fn run_with<B, F, T>(self, body: B) -> Handle<T>
            where
                B: FnMut(StepCx, $($arg),*) -> F,
                F: Future<Output = Result<T, E>>,
                T: 'static,
                S: Spawner<F>,
                K: Holds<'env, E, Task<WithCx<B>, S, F, $needs, M, T, K>> + HoldsResult<T, K::Cell>,
            {
                self.add(WithCx::new(body))
            }
        }
    };
}

macro_rules! run_tuples {
    ($(($($arg:ident $name:ident),*))*) => { $(
        run_methods!([$($arg: 'static),*] ($(Handle<$arg>,)*), ($(M::Arg<$arg>),*));
    )* };
}
all!(run_tuples);
run_methods!([A: 'static] Handle<A>, (M::Arg<A>));
run_methods!([A: 'static] Vec<Handle<A>>, (Vec<M::Arg<A>>));
run_methods!([] ByName, (Inputs<K::Cell>));
