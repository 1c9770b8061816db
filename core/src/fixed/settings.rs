//! The options of one run, as a type, so that unused options cost no code.

use super::{sealed::Sealed, signal::StopSignal, static_plan::StaticPipeline};
#[cfg(feature = "postcard")]
use crate::observe::Outdated;
use crate::time::Timer;
use core::{marker::PhantomData, task::Waker, time::Duration};
use rungs_scheduler::{Config, Given, Numbering, Plan, Requirements, Setup, StepId, Stop};

/// What a run is told: signals that stop it, limits of its steps, steps that have ended before it. What says nothing of these
/// changes nothing.
pub trait RunInput: Copy + Sealed {
    /// Whether only the pipeline's own settings apply.
    const IS_DECLARED: bool = true;

    /// Whether a signal may stop the run.
    const HAS_SIGNAL: bool = false;

    /// Whether the context states limits of steps.
    const HAS_LIMITS: bool = false;

    /// Whether the run may begin with steps that have ended, or are left out.
    const HAS_GIVEN: bool = false;

    /// Whether this holds for any signal that may stop the run.
    #[inline]
    fn any_signal(&self, _is: impl Fn(&StopSignal) -> bool + Copy) -> bool {
        false
    }

    /// How long an attempt of the step may take at most, in nanoseconds.
    #[inline]
    fn timeout_cap(&self, _step: StepId) -> u64 {
        u64::MAX
    }

    /// How long the step may take at most, in nanoseconds.
    #[inline]
    fn deadline_cap(&self, _step: StepId) -> u64 {
        u64::MAX
    }

    /// How the step has ended before the run, if it has.
    #[inline]
    fn given(&self, _step: StepId) -> Option<Given> {
        None
    }

    /// Why the step runs though a result of it is stored, if that is so.
    #[cfg(feature = "postcard")]
    #[inline]
    fn outdated(&self, _step: StepId) -> Option<Outdated> {
        None
    }
}

/// The settings of a run: [`AsDeclared`] or [`RunOptions`], and perhaps more [inputs](RunInput).
///
/// A [`Runner`](super::Runner) collects them.
pub trait RunSettings: RunInput {
    /// Whether the run has a deadline of its own, which needs a clock.
    const HAS_DEADLINE: bool = false;

    /// The type of these settings with an option more.
    type RunOptions: RunSettings;

    /// The type of these settings with a deadline of the run.
    type Timed: RunSettings;

    /// The configuration of the run; `declared` is the pipeline's own.
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config;

    /// Changes an option.
    fn with(self, declared: &Config, change: impl FnOnce(Config) -> Config) -> Self::RunOptions;

    /// Limits how long the run may take.
    fn with_deadline(self, declared: &Config, limit: Duration) -> Self::Timed;
}

/// A run with the pipeline's own settings.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a unit value")]
pub struct AsDeclared;

impl Sealed for AsDeclared {}

impl RunInput for AsDeclared {}

impl RunSettings for AsDeclared {
    type RunOptions = RunOptions;
    type Timed = RunOptions<true>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        declared
    }

    fn with(self, declared: &Config, change: impl FnOnce(Config) -> Config) -> RunOptions {
        RunOptions { config: change(*declared) }
    }

    fn with_deadline(self, declared: &Config, limit: Duration) -> RunOptions<true> {
        RunOptions { config: declared.deadline(limit) }
    }
}

/// A run with options of its own, and perhaps a deadline: the whole scheduler is compiled in.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions<const HAS_DEADLINE: bool = false> {
    config: Config,
}

impl<const HAS_DEADLINE: bool> Sealed for RunOptions<HAS_DEADLINE> {}

impl<const HAS_DEADLINE: bool> RunInput for RunOptions<HAS_DEADLINE> {
    const IS_DECLARED: bool = false;
}

impl<const HAS_DEADLINE: bool> RunSettings for RunOptions<HAS_DEADLINE> {
    const HAS_DEADLINE: bool = HAS_DEADLINE;

    type RunOptions = Self;
    type Timed = RunOptions<true>;

    #[inline]
    fn config<'c>(&'c self, _: &'c Config) -> &'c Config {
        &self.config
    }

    fn with(self, _: &Config, change: impl FnOnce(Config) -> Config) -> Self {
        Self { config: change(self.config) }
    }

    fn with_deadline(self, _: &Config, limit: Duration) -> RunOptions<true> {
        RunOptions { config: self.config.deadline(limit) }
    }
}

/// A signal that may stop the run.
#[derive(Clone, Copy, Debug)]
pub struct StoppedBy<'s>(pub(super) &'s StopSignal);

impl Sealed for StoppedBy<'_> {}

impl RunInput for StoppedBy<'_> {
    const IS_DECLARED: bool = false;
    const HAS_SIGNAL: bool = true;

    #[inline]
    fn any_signal(&self, is: impl Fn(&StopSignal) -> bool + Copy) -> bool {
        is(self.0)
    }
}

/// Settings with one input more.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "outside of semver")]
pub struct With<S, I> {
    pub(super) settings: S,
    pub(super) input: I,
}

impl<S, I> Sealed for With<S, I> {}

impl<S: RunSettings, I: RunInput> RunInput for With<S, I> {
    const IS_DECLARED: bool = S::IS_DECLARED && I::IS_DECLARED;
    const HAS_SIGNAL: bool = S::HAS_SIGNAL || I::HAS_SIGNAL;
    const HAS_LIMITS: bool = S::HAS_LIMITS || I::HAS_LIMITS;
    const HAS_GIVEN: bool = S::HAS_GIVEN || I::HAS_GIVEN;

    #[inline]
    fn any_signal(&self, is: impl Fn(&StopSignal) -> bool + Copy) -> bool {
        // No short circuit: every signal registers its waker in here.
        self.settings.any_signal(is) | self.input.any_signal(is)
    }

    #[inline]
    fn timeout_cap(&self, step: StepId) -> u64 {
        self.settings.timeout_cap(step).min(self.input.timeout_cap(step))
    }

    #[inline]
    fn deadline_cap(&self, step: StepId) -> u64 {
        self.settings.deadline_cap(step).min(self.input.deadline_cap(step))
    }

    #[inline]
    fn given(&self, step: StepId) -> Option<Given> {
        self.settings.given(step).or_else(|| self.input.given(step))
    }

    #[cfg(feature = "postcard")]
    #[inline]
    fn outdated(&self, step: StepId) -> Option<Outdated> {
        self.settings.outdated(step).or_else(|| self.input.outdated(step))
    }
}

impl<S: RunSettings, I: RunInput> RunSettings for With<S, I> {
    const HAS_DEADLINE: bool = S::HAS_DEADLINE;

    type RunOptions = With<S::RunOptions, I>;
    type Timed = With<S::Timed, I>;

    #[inline]
    fn config<'c>(&'c self, declared: &'c Config) -> &'c Config {
        self.settings.config(declared)
    }

    fn with(self, declared: &Config, change: impl FnOnce(Config) -> Config) -> Self::RunOptions {
        With { settings: self.settings.with(declared, change), input: self.input }
    }

    fn with_deadline(self, declared: &Config, limit: Duration) -> Self::Timed {
        With { settings: self.settings.with_deadline(declared, limit), input: self.input }
    }
}

/// The stop requests that one run has seen.
#[derive(Debug, Default)]
struct SeenRequests {
    drain: bool,
    cancel: bool,
    second_cancel: bool,
}

impl SeenRequests {
    /// The next request that the run has not seen yet.
    fn next(&mut self, settings: &impl RunSettings) -> Option<Stop> {
        type IsRequested = fn(&StopSignal) -> bool;
        let rows: [(&mut bool, IsRequested, Stop); 3] = [
            (&mut self.drain, StopSignal::is_drained, Stop::Drain),
            (&mut self.cancel, StopSignal::is_cancelled, Stop::Cancel),
            (&mut self.second_cancel, StopSignal::is_cancelled_twice, Stop::Cancel),
        ];
        for (seen, is_requested, stop) in rows {
            if !*seen && settings.any_signal(is_requested) {
                *seen = true;
                return Some(stop);
            }
        }
        None
    }
}

/// A pipeline's plan under these settings, for the scheduler.
#[derive(Debug)]
pub(super) struct StaticSetup<P, S, T> {
    settings: S,
    seen: SeenRequests,
    pipeline: PhantomData<fn() -> (P, T)>,
}

impl<P, S: RunSettings, T> StaticSetup<P, S, T> {
    pub(super) fn new(settings: S) -> Self {
        Self { settings, seen: SeenRequests::default(), pipeline: PhantomData }
    }

    /// How the step has ended before the run, if it has.
    #[inline]
    pub(super) fn given(&self, step: StepId) -> Option<Given> {
        if S::HAS_GIVEN { self.settings.given(step) } else { None }
    }

    /// Registers the waker with each signal. Call before [`next_stop`](Self::next_stop), or a request in between is lost.
    pub(super) fn register(&self, waker: &Waker) {
        self.settings.any_signal(|signal| {
            signal.register(waker);
            false
        });
    }

    /// The next request of the signals that the run has not seen yet.
    #[inline]
    pub(super) fn next_stop(&mut self) -> Option<Stop> {
        if S::HAS_SIGNAL { self.seen.next(&self.settings) } else { None }
    }
}

impl<'a, P: StaticPipeline, S: RunSettings, T: Timer> Setup<'a> for StaticSetup<P, S, T> {
    const REQUIREMENTS: Requirements = {
        let of_steps = P::STATIC_PLAN.requirements();
        let declared = of_steps.with_config(&P::STATIC_PLAN.config);
        // No option of a run changes what its storage was sized for.
        let requirements = if S::IS_DECLARED { declared } else { of_steps.with_storage_of(&declared) };
        // Attempts run in place, so they end as soon as they are told to.
        let requirements = requirements.without_grace();
        if T::TICKS { requirements } else { requirements.without_clock() }
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

    #[inline]
    fn timeout_cap(&self, step: StepId) -> u64 {
        self.settings.timeout_cap(step)
    }

    #[inline]
    fn deadline_cap(&self, step: StepId) -> u64 {
        self.settings.deadline_cap(step)
    }
}
