//! What is said of one run, as a type: of what is not said, nothing is compiled in.

use super::{
    signal::{Seen, StopSignal},
    static_plan::{StaticPipeline, StaticPlan},
};
use crate::time::Timer;
use core::{marker::PhantomData, task::Waker};
use rungs_scheduler::{Config, Numbering, Plan, Requirements, Setup, Stop};

/// The settings of a run: [`AsDeclared`] or [`RunOptions`], and perhaps [`StoppedBy`] signals.
///
/// A [`Runner`](super::Runner) gathers them.
pub trait RunSettings: Copy {
    /// Whether the pipeline's own settings are all there is.
    const IS_DECLARED: bool;

    /// Whether a signal may stop the run.
    const HAS_SIGNAL: bool = false;

    /// These settings when something was said.
    type RunOptions: RunSettings;

    /// What is said of the run, if `declared` is what the pipeline says.
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config;

    /// Says something.
    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> Self::RunOptions;

    /// Whether this is true of any signal that may stop the run.
    #[inline]
    fn any_signal(&self, _is: impl Fn(&StopSignal) -> bool + Copy) -> bool {
        false
    }
}

/// A run as its pipeline says.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a word, used as a value")]
pub struct AsDeclared;

impl RunSettings for AsDeclared {
    const IS_DECLARED: bool = true;

    type RunOptions = RunOptions;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        declared
    }

    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> RunOptions {
        RunOptions { config: what(*declared) }
    }
}

/// A run of which something else was said: the rest of the scheduler is compiled in.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    config: Config,
}

impl RunSettings for RunOptions {
    const IS_DECLARED: bool = false;

    type RunOptions = Self;

    #[inline]
    fn config<'c>(&'c self, _: &'c Config) -> &'c Config {
        &self.config
    }

    fn say(self, _: &Config, what: impl FnOnce(Config) -> Config) -> Self {
        Self { config: what(self.config) }
    }
}

/// One more signal that may stop the run.
#[derive(Clone, Copy, Debug)]
pub struct StoppedBy<'s, S> {
    pub(super) settings: S,
    pub(super) signal: &'s StopSignal,
}

impl<'s, S: RunSettings> RunSettings for StoppedBy<'s, S> {
    const IS_DECLARED: bool = false;
    const HAS_SIGNAL: bool = true;

    type RunOptions = StoppedBy<'s, S::RunOptions>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        self.settings.config(declared)
    }

    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> Self::RunOptions {
        StoppedBy { settings: self.settings.say(declared, what), signal: self.signal }
    }

    #[inline]
    fn any_signal(&self, is: impl Fn(&StopSignal) -> bool + Copy) -> bool {
        // Each is asked, whatever the others say.
        self.settings.any_signal(is) | is(self.signal)
    }
}

/// A pipeline's plan under these settings, for the scheduler.
#[derive(Debug)]
pub(super) struct StaticSetup<P, S, T> {
    settings: S,
    seen: Seen,
    of: PhantomData<fn() -> (P, T)>,
}

impl<P, S: RunSettings, T> StaticSetup<P, S, T> {
    pub(super) fn new(settings: S) -> Self {
        Self { settings, seen: Seen::default(), of: PhantomData }
    }

    /// Registers the waker with each signal. Call before [`next_stop`](Self::next_stop), or a request in between is lost.
    pub(super) fn register(&self, waker: &Waker) {
        self.settings.any_signal(|signal| {
            signal.register(waker);
            false
        });
    }

    /// What the signals ask for that has not been seen yet.
    #[inline]
    pub(super) fn next_stop(&mut self) -> Option<Stop> {
        if S::HAS_SIGNAL { self.seen.next(&self.settings) } else { None }
    }
}

impl<'a, P: StaticPipeline, S: RunSettings, T: Timer> Setup<'a> for StaticSetup<P, S, T> {
    const REQUIREMENTS: Requirements = {
        let StaticPlan { plan, by_priority, config, .. } = P::STATIC_PLAN;
        let asks = Requirements::of(plan, by_priority);
        let declared = asks.with_config(config);
        // How steps wait for levels is never said of a run.
        let asks = if S::IS_DECLARED { declared } else { asks.with_levels_of(&declared) };
        if T::TICKS { asks } else { asks.without_clock() }
    };

    #[inline]
    fn plan(&self) -> &Plan<'a> {
        &P::STATIC_PLAN.plan
    }

    #[inline]
    fn numbering(&self) -> &Numbering<'a> {
        P::STATIC_PLAN.numbering_for(self.config())
    }

    #[inline]
    fn config(&self) -> &Config {
        self.settings.config(&P::STATIC_PLAN.config)
    }
}
