//! The builder of one run.

use super::{
    observers::{OnEvent, Watched},
    run_store::RunStore,
    settings::{AsDeclared, RunSettings, StoppedBy, With},
    signal::StopSignal,
    static_plan::{Fallible, StaticPipeline},
    storage::ReportStorage,
};
use crate::{observe::Event, observer::Observer, observers::Observers, time::Timer};
use core::{future::Future, marker::PhantomData, time::Duration};
use rungs_scheduler::{Config, OnFailure};

/// A pipeline that runs on a context of type `C`: `&mut Board`, for example, or `()` if it has none.
///
/// The attribute `pipeline` implements it for the type `Pipeline` that it adds to a module; nothing else does.
///
/// ```
/// use rungs::fixed::{ReportOf, Runner, Steps};
/// use rungs::NoClock;
///
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step]
///     async fn power() -> Result<u32, &'static str> {
///         Ok(3_300)
///     }
/// }
///
/// /// Runs any pipeline without a context.
/// fn run<P: Steps<()>>() -> ReportOf<P, ()> {
///     futures_lite::future::block_on(Runner::<P>::new().run((), &NoClock))
/// }
/// assert_eq!(run::<boot::Pipeline>().outputs.power, Some(3_300));
/// ```
pub trait Steps<C>: Fallible + Sized {
    /// The memory that a run writes to, its report included.
    type Storage: ReportStorage;

    /// Does not compile if the run lacks a seed or a clock that a step needs; the error points at the setting of the step.
    #[doc(hidden)]
    #[inline]
    fn check<T: Timer, const SEEDED: bool>() {}

    /// Runs it; see [`Runner::run_in`].
    #[doc(hidden)]
    fn run_in<'r, T: Timer, O: Observers<Self::Error>, S: RunSettings, K: RunStore<Self>>(
        runner: Runner<Self, O, S>,
        store: K,
        storage: &'r mut Self::Storage,
        context: C,
        timer: &T,
    ) -> impl Future<Output = &'r ReportOf<Self, C>>;
}

/// The report of a pipeline's run.
pub type ReportOf<P, C> = <<P as Steps<C>>::Storage as ReportStorage>::Report;

/// A run with settings of its own.
///
/// ```
/// use rungs::fixed::StopSignal;
/// use rungs::{NoClock, OnFailure};
///
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step]
///     async fn power() -> Result<(), &'static str> {
///         Err("brown-out")
///     }
///     #[step]
///     async fn clock() -> Result<(), &'static str> {
///         Ok(())
///     }
/// }
///
/// static STOP: StopSignal = StopSignal::new();
/// let mut events = Vec::new();
/// let run = boot::runner()
///     .max_concurrent(1)
///     .on_failure(OnFailure::Drain)
///     .cancel(&STOP)
///     .on_event(|event| events.push(event.to_string()))
///     .run((), &NoClock);
/// assert_eq!(futures_lite::future::block_on(run).exit_code(), 1);
/// assert_eq!(events, [
///     "boot: run started: 2 steps, at most 1 at once",
///     "power: started",
///     "power: failed: brown-out",
///     "clock: skipped: stopped after `power` failed",
///     "boot: run ended: 1 failed, 1 skipped, exit code 1; stopped after a failure",
/// ]);
/// ```
#[must_use = "nothing runs until `run` is awaited"]
#[derive(Debug)]
pub struct Runner<P, O = (), S = AsDeclared, const SEEDED: bool = false, K = ()> {
    pub(super) settings: S,
    pub(super) observers: O,
    /// Where results are stored, if they are.
    pub(super) store: K,
    pub(super) pipeline: PhantomData<fn() -> P>,
}

impl<P> Runner<P> {
    /// A run with the pipeline's own settings.
    pub const fn new() -> Self {
        Self { settings: AsDeclared, observers: (), store: (), pipeline: PhantomData }
    }
}

impl<P> Default for Runner<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P, O, S, const SEEDED: bool, K> Runner<P, O, S, SEEDED, K> {
    /// With one input more.
    pub(super) fn told<I>(self, input: I) -> Runner<P, O, With<S, I>, SEEDED, K> {
        let Self { settings, observers, store, pipeline } = self;
        Runner { settings: With { settings, input }, observers, store, pipeline }
    }
}

impl<P: StaticPipeline, O, S: RunSettings, const SEEDED: bool, K> Runner<P, O, S, SEEDED, K> {
    /// Sets all of a run's options at once, in place of those that the pipeline and this runner have stated. The order and
    /// the clean-up deadline stay as the pipeline states them, since the storage is laid out for them, and so does the seed
    /// if `config` has none. Grace has no meaning here: all attempts run in place, and end as soon as they are told to.
    ///
    /// ```
    /// use rungs::{Config, NoClock, OnFailure};
    ///
    /// #[rungs::pipeline(error = &'static str)]
    /// mod boot {
    ///     #[step]
    ///     async fn power() -> Result<(), &'static str> {
    ///         Ok(())
    ///     }
    /// }
    ///
    /// // A deadline in it has no effect under `NoClock`.
    /// const GENTLE: Config = Config::DEFAULT.max_concurrent(1).on_failure(OnFailure::Drain);
    /// let run = boot::runner().config(GENTLE).run((), &NoClock);
    /// assert!(futures_lite::future::block_on(run).is_success());
    /// ```
    pub fn config(self, config: Config) -> Runner<P, O, S::RunOptions, SEEDED, K> {
        self.with(|before| {
            let config = config.order(before.get_order()).with_timers_of(&before);
            let config = match config.get_max_concurrent() {
                Some(0) => config.max_concurrent(1),
                _ => config,
            };
            match (config.get_seed(), before.get_seed()) {
                (None, Some(seed)) => config.seed(seed),
                _ => config,
            }
        })
    }

    /// Limits the attempts in flight. Zero counts as one, since no step could ever start.
    pub fn max_concurrent(self, attempts: u32) -> Runner<P, O, S::RunOptions, SEEDED, K> {
        self.with(|config| config.max_concurrent(attempts.max(1)))
    }

    /// Sets the seed of jitter; see [`Config::seed`].
    pub fn seed(self, seed: u64) -> Runner<P, O, S::RunOptions, true, K> {
        self.with(|config| config.seed(seed))
    }

    /// Limits how long the run may take: after that it is cancelled, and clean-up steps still run. Under `NoClock` such a run
    /// does not compile.
    pub fn deadline(self, limit: Duration) -> Runner<P, O, S::Timed, SEEDED, K> {
        let Self { settings, observers, store, pipeline } = self;
        Runner { settings: settings.with_deadline(&P::STATIC_PLAN.config, limit), observers, store, pipeline }
    }

    /// Sets what the failure of a required step does to the others.
    pub fn on_failure(self, on_failure: OnFailure) -> Runner<P, O, S::RunOptions, SEEDED, K> {
        self.with(|config| config.on_failure(on_failure))
    }

    /// Sets how many steps one poll of the run starts or ends at most; see [`Config::poll_budget`]. Each attempt in flight is
    /// polled once per poll beside that, since the run has one waker for all.
    pub fn poll_budget(self, attempts: u32) -> Runner<P, O, S::RunOptions, SEEDED, K> {
        self.with(|config| config.poll_budget(attempts))
    }

    /// Adds a signal that stops the run from outside. Of several, any does.
    ///
    /// Clean-up steps are prevented by the second cancel of one signal, not by the first ones of two.
    pub fn cancel(self, signal: &StopSignal) -> Runner<P, O, With<S, StoppedBy<'_>>, SEEDED, K> {
        self.told(StoppedBy(signal))
    }

    /// Adds an observer of the run's events; `&mut observer` is one too.
    pub fn observe<O2: Observer<P::Error>>(self, observer: O2) -> Runner<P, Watched<P, O, O2>, S, SEEDED, K>
    where
        P: Fallible,
    {
        self.watched_by(observer, O2::on_event)
    }

    /// Adds a closure that is called with each event of the run.
    pub fn on_event<F: FnMut(&Event<'_, P::Error>)>(self, closure: F) -> Runner<P, Watched<P, O, F>, S, SEEDED, K>
    where
        P: Fallible,
    {
        self.watched_by(closure, |closure, event| closure(event))
    }

    fn watched_by<O2>(self, observer: O2, on_event: OnEvent<P, O2>) -> Runner<P, Watched<P, O, O2>, S, SEEDED, K>
    where
        P: Fallible,
    {
        let Self { settings, observers: others, store, pipeline } = self;
        Runner { settings, observers: Watched { others, observer, on_event }, store, pipeline }
    }

    fn with<const NOW_SEEDED: bool>(
        self,
        change: impl FnOnce(Config) -> Config,
    ) -> Runner<P, O, S::RunOptions, NOW_SEEDED, K> {
        let Self { settings, observers, store, pipeline } = self;
        Runner { settings: settings.with(&P::STATIC_PLAN.config, change), observers, store, pipeline }
    }

    /// Runs all steps, and reports. Dropping the future drops every step.
    ///
    /// A panic of a step, an observer or the timer is not caught: the future passes it on, and is to be dropped. The context
    /// is then as the steps left it, and can be run again.
    ///
    /// Does not compile under [`NoClock`](crate::NoClock) if a step has time settings, nor without a
    /// [`seed`](Self::seed) if one has jitter.
    pub async fn run<C, T: Timer>(self, context: C, timer: &T) -> ReportOf<P, C>
    where
        P: Steps<C>,
        O: Observers<P::Error>,
        K: RunStore<P>,
    {
        let mut storage = P::Storage::default();
        self.run_in(&mut storage, context, timer).await;
        storage.into_report()
    }

    /// As [`run`](Self::run), on storage of the caller's, which then holds the report: neither is ever moved, and both may
    /// lie in a `static`. The report of an earlier run is cleared. If the run is dropped, `Storage::report` says how far it came.
    ///
    /// ```
    /// #[rungs::pipeline(error = &'static str)]
    /// mod wake_up {
    ///     pub struct Board {
    ///         pub boots: u8,
    ///     }
    ///
    ///     #[step]
    ///     async fn count(boots: &mut u8) -> Result<u8, &'static str> {
    ///         *boots += 1;
    ///         if *boots == 2 { Err("not today") } else { Ok(*boots) }
    ///     }
    ///     #[step]
    ///     async fn double(count: &u8) -> Result<u8, &'static str> {
    ///         Ok(2 * count)
    ///     }
    /// }
    ///
    /// let (mut board, mut storage) = (wake_up::Board { boots: 0 }, wake_up::Storage::new());
    /// let doubled: Vec<_> = (0..3).map(|_| {
    ///     let run = wake_up::runner().run_in(&mut storage, &mut board, &rungs::NoClock);
    ///     futures_lite::future::block_on(run).outputs.double
    /// }).collect();
    /// assert_eq!(doubled, [Some(2), None, Some(6)]);
    /// ```
    pub fn run_in<'r, C, T: Timer>(
        self,
        storage: &'r mut P::Storage,
        context: C,
        timer: &T,
    ) -> impl Future<Output = &'r ReportOf<P, C>>
    where
        P: Steps<C>,
        O: Observers<P::Error>,
        K: RunStore<P>,
    {
        P::check::<T, SEEDED>();
        const { assert!(T::TICKS || !S::HAS_DEADLINE, "the run has a deadline, but `NoClock` has no time; pass a timer") };
        let Self { settings, observers, store, pipeline } = self;
        P::run_in(Runner { settings, observers, store: (), pipeline }, store, storage, context, timer)
    }
}
