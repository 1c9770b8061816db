//! What is said of one run, as a type: of what is not said, nothing is compiled in.

use super::{
    signal::{Seen, StopSignal},
    static_plan::{StaticPipeline, StaticPlan},
};
use crate::time::Timer;
use core::marker::PhantomData;
use rungs_scheduler::{Config, Numbering, Plan, Requirements, Setup, Stop};

/// The settings of a run: [`AsDeclared`] or [`RunOptions`].
///
/// A [`Runner`](super::Runner) gathers them.
pub trait RunSettings: Copy {
    /// Whether the pipeline's own settings are all there is.
    const IS_DECLARED: bool;

    /// These settings when something was said.
    type RunOptions: RunSettings;

    /// What is said of the run, if `declared` is what the pipeline says.
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config;

    /// Says something.
    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> Self::RunOptions;

    /// What may stop the run from outside.
    fn signal(&self) -> Option<&StopSignal>;
}

/// A run as its pipeline says.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a word, used as a value")]
pub struct AsDeclared;

impl RunSettings for AsDeclared {
    const IS_DECLARED: bool = true;

    type RunOptions = RunOptions<'static>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        declared
    }

    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> RunOptions<'static> {
        RunOptions { config: what(*declared), signal: None }
    }

    #[inline]
    fn signal(&self) -> Option<&StopSignal> {
        None
    }
}

/// A run of which something else was said: what may stop it, and the rest of the scheduler, is compiled in.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions<'s> {
    pub(super) config: Config,
    pub(super) signal: Option<&'s StopSignal>,
}

impl RunSettings for RunOptions<'_> {
    const IS_DECLARED: bool = false;

    type RunOptions = Self;

    #[inline]
    fn config<'c>(&'c self, _: &'c Config) -> &'c Config {
        &self.config
    }

    fn say(self, _: &Config, what: impl FnOnce(Config) -> Config) -> Self {
        Self { config: what(self.config), ..self }
    }

    #[inline]
    fn signal(&self) -> Option<&StopSignal> {
        self.signal
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

    pub(super) fn signal(&self) -> Option<&StopSignal> {
        self.settings.signal()
    }

    /// What the signal asks for that has not been seen yet.
    pub(super) fn next_stop(&mut self) -> Option<Stop> {
        self.seen.next(self.settings.signal()?)
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
