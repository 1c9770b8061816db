//! One run: its settings, and how it is carried out.

use super::{
    blueprint::Blueprint,
    driven::{Driven, Fresh},
    report::{Record, Report, Store},
    signal::StopSignal,
    wire::Wires,
};
use crate::{
    observe::Observer,
    policy::{Config, OnFailure},
    summary::Times,
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

/// All that a run writes on: what stays of it, and what it needs meanwhile.
#[derive(Debug)]
pub struct Run<
    E,
    const STEPS: usize,
    const WORDS: usize,
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> {
    blueprint: &'static Blueprint,
    record: Record<E, STEPS>,
    store: Store<WORDS, ALARMS, RESOURCES, LEVELS>,
    span: Times,
}

impl<
    E,
    const STEPS: usize,
    const WORDS: usize,
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> Run<E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>
{
    /// Nothing written yet.
    pub const fn new(blueprint: &'static Blueprint) -> Self {
        Self { blueprint, record: Record::NEW, store: Store::new(), span: Times::NONE }
    }

    /// Runs all steps on paths, which `paths` polls by their numbers.
    pub fn drive<'r, P, O: Observer<E>, T: Timer, const PATHS: usize, const NEEDS: usize>(
        &'r mut self,
        runner: Runner<'r, P, O>,
        timer: &'r T,
        wires: &'r Wires<E, PATHS, NEEDS>,
        paths: impl FnMut(usize, &mut Context<'_>) -> Poll<()>,
    ) -> impl Future<Output = ()> {
        let Runner { config, signal, observer, .. } = runner;
        let Self { blueprint, record: Record { nodes, times, errors }, store, span } = self;
        let (state, wires) = (store.lend(nodes), wires.switchboard());
        Driven::new(Fresh { blueprint, config, state, times, errors, wires, signal, observer }, timer, paths, span)
    }

    /// What came of it.
    pub fn report<R>(self, outputs: R) -> Report<R, E, STEPS> {
        let Self { blueprint, record, span, .. } = self;
        Report { outputs, blueprint, record, span }
    }
}
