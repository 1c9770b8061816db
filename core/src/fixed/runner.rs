//! One run: its settings, and how it is carried out.

use super::{
    blueprint::Blueprint,
    driven::{Driven, Fresh},
    report::{Report, Store, Times},
    signal::StopSignal,
    wire::Wires,
};
use crate::{
    observe::Observer,
    policy::{Config, OnFailure},
    scheduler::State,
    time::Timer,
};
use core::{
    future::Future,
    marker::PhantomData,
    num::NonZeroU32,
    task::{Context, Poll},
    time::Duration,
};

/// A pipeline that runs on a context of type `C` (`&mut Board`, say, and `()` where there is none): what `#[pipeline]`
/// makes of a module.
pub trait Steps<C>: Sized {
    /// The steps' error.
    type Error;
    /// What a run leaves behind.
    type Report;

    /// Why a run cannot do without a seed, if so.
    const WANTS_SEED: Option<&'static str> = None;
    /// Why a run cannot do without a clock, if so.
    const WANTS_CLOCK: Option<&'static str> = None;

    /// Runs it; see [`Runner::run`].
    fn run<T: Timer, O: Observer<Self::Error>>(
        runner: Runner<'_, Self, O>,
        context: C,
        timer: &T,
    ) -> impl Future<Output = Self::Report>;
}

/// A run with settings of its own.
#[must_use = "nothing runs until `run` is awaited"]
#[derive(Debug)]
pub struct Runner<'s, P, O = (), const SEEDED: bool = false> {
    config: Config,
    signal: Option<&'s StopSignal>,
    observer: O,
    pipeline: PhantomData<fn() -> P>,
}

impl<P> Runner<'_, P> {
    /// A run as the pipeline says.
    pub const fn new(blueprint: &'static Blueprint) -> Self {
        Self { config: blueprint.config, signal: None, observer: (), pipeline: PhantomData }
    }
}

impl<'s, P, O, const SEEDED: bool> Runner<'s, P, O, SEEDED> {
    /// At most this many attempts in flight.
    pub fn max_concurrent(mut self, attempts: NonZeroU32) -> Self {
        self.config = self.config.max_concurrent(attempts.get());
        self
    }

    /// Where jitter comes from; see [`Config::seed`].
    pub fn seed(self, seed: u64) -> Runner<'s, P, O, true> {
        let Self { config, signal, observer, pipeline } = self;
        Runner { config: config.seed(seed), signal, observer, pipeline }
    }

    /// How long the run may take; then it is cancelled, and clean-up steps still run. `NoClock` never comes to it.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.config = self.config.deadline(limit);
        self
    }

    /// What the failure of a required step does to the others.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.config = self.config.on_failure(on_failure);
        self
    }

    /// What stops the run from outside.
    pub fn cancel<'s2>(self, signal: &'s2 StopSignal) -> Runner<'s2, P, O, SEEDED> {
        let Self { config, observer, pipeline, .. } = self;
        Runner { config, signal: Some(signal), observer, pipeline }
    }

    /// Is told what happens as it happens.
    pub fn observe<O2>(self, observer: O2) -> Runner<'s, P, O2, SEEDED> {
        let Self { config, signal, pipeline, .. } = self;
        Runner { config, signal, observer, pipeline }
    }

    /// Runs all steps, and reports. Dropping the future drops every step.
    ///
    /// Does not compile under [`NoClock`](crate::NoClock) if a step has time settings, nor without a
    /// [`seed`](Self::seed) if one has jitter.
    pub fn run<C, T: Timer>(self, context: C, timer: &T) -> impl Future<Output = P::Report>
    where
        P: Steps<C>,
        O: Observer<P::Error>,
    {
        const {
            if let Some(why) = P::WANTS_SEED
                && !SEEDED
            {
                panic!("{}", why);
            }
            if let Some(why) = P::WANTS_CLOCK
                && !T::TICKS
            {
                panic!("{}", why);
            }
        }
        let Self { config, signal, observer, pipeline } = self;
        P::run(Runner { config, signal, observer, pipeline }, context, timer)
    }
}

/// All that a run writes on: its report, and what it needs meanwhile.
#[derive(Debug)]
pub struct Run<
    R,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> {
    report: Report<R, E, STEPS>,
    store: Store<WORDS, ALARMS, RESOURCES, LEVELS>,
}

impl<R, E, const STEPS: usize, const WORDS: usize, const ALARMS: usize, const RESOURCES: usize, const LEVELS: usize>
    Run<R, E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>
{
    /// Nothing written yet.
    #[inline]
    pub const fn new(blueprint: &'static Blueprint, outputs: R) -> Self {
        Self { report: Report::new(blueprint, outputs), store: Store::new() }
    }

    /// The outputs, for the paths to write and to borrow, and the rest.
    #[inline]
    pub fn lend(&mut self) -> (&R, Lent<'_, E>) {
        let Report { outputs, blueprint, nodes, times, errors, span } = &mut self.report;
        (outputs, Lent { blueprint, state: self.store.lend(nodes), times, errors, span })
    }

    /// What came of it.
    #[inline]
    pub fn into_report(self) -> Report<R, E, STEPS> {
        self.report
    }
}

/// All that a run writes on but its outputs, whatever its lengths.
#[derive(Debug)]
pub struct Lent<'r, E> {
    pub(super) blueprint: &'static Blueprint,
    pub(super) state: State<'r>,
    pub(super) times: &'r mut [Times],
    /// Each step's own last error.
    pub(super) errors: &'r mut [Option<E>],
    pub(super) span: &'r mut Times,
}

impl<'r, E> Lent<'r, E> {
    /// Runs all steps on paths, which `paths` polls by their numbers.
    #[inline]
    pub fn drive<P, O: Observer<E>, T: Timer, const PATHS: usize, const NEEDS: usize>(
        self,
        runner: Runner<'r, P, O>,
        timer: &'r T,
        wires: &'r Wires<E, PATHS, NEEDS>,
        paths: impl FnMut(usize, &mut Context<'_>) -> Poll<()>,
    ) -> impl Future<Output = ()> {
        let Runner { config, signal, observer, .. } = runner;
        Driven::new(Fresh { config, lent: self, wires: wires.switchboard(), signal, observer }, timer, paths)
    }
}
