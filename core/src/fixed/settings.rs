//! What is said of one run, as a type: of what is not said, nothing is compiled in.

use super::{
    blueprint::{Blueprint, Known},
    signal::{Seen, StopSignal},
};
use crate::{
    plan::{Numbering, Plan},
    policy::Config,
    scheduler::{Asks, Setup, Stop},
    time::Timer,
};
use core::{marker::PhantomData, task::Waker};

/// The settings of a run: [`AsDeclared`] or [`Said`], and perhaps [`StoppedBy`] signals.
///
/// A [`Runner`](super::Runner) gathers them.
pub trait RunSettings: Copy {
    /// Whether the pipeline's own settings are all there is.
    const IS_DECLARED: bool;

    /// Whether a signal may stop the run.
    const HAS_SIGNAL: bool = false;

    /// These settings when something was said.
    type Said: RunSettings;

    /// What is said of the run, if `declared` is what the pipeline says.
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config;

    /// Says something.
    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> Self::Said;

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

    type Said = Said;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        declared
    }

    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> Said {
        Said { config: what(*declared) }
    }
}

/// A run of which something else was said: the rest of the scheduler is compiled in.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    config: Config,
}

impl RunSettings for Said {
    const IS_DECLARED: bool = false;

    type Said = Self;

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

    type Said = StoppedBy<'s, S::Said>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        self.settings.config(declared)
    }

    fn say(self, declared: &Config, what: impl FnOnce(Config) -> Config) -> Self::Said {
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
pub(super) struct KnownSetup<P, S, T> {
    settings: S,
    seen: Seen,
    of: PhantomData<fn() -> (P, T)>,
}

impl<P, S: RunSettings, T> KnownSetup<P, S, T> {
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

impl<'a, P: Known, S: RunSettings, T: Timer> Setup<'a> for KnownSetup<P, S, T> {
    const ASKS: Asks = {
        let Blueprint { plan, by_priority, config, .. } = P::BLUEPRINT;
        let asks = Asks::of(plan, by_priority);
        let declared = asks.by(config);
        // How steps wait for levels is never said of a run.
        let asks = if S::IS_DECLARED { declared } else { Asks { levels: declared.levels, ..asks } };
        if T::TICKS { asks } else { asks.without_clock() }
    };

    #[inline]
    fn plan(&self) -> &Plan<'a> {
        &P::BLUEPRINT.plan
    }

    #[inline]
    fn numbering(&self) -> &Numbering<'a> {
        P::BLUEPRINT.numbering_for(self.config())
    }

    #[inline]
    fn config(&self) -> &Config {
        self.settings.config(&P::BLUEPRINT.config)
    }
}
