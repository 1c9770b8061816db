//! What a scheduler runs, and how much of it can ever come up.

use crate::{
    plan::{Numbering, Plan, StepId},
    policy::{Config, OnFailure, Order, When},
};

/// A plan, its numbering and the settings of its run, from wherever they lie.
///
/// Most take [`DynamicSetup`], which holds them. One who knows the plan when the program is built implements this for an empty type,
/// with [`Requirements::of`] the plan: the compiler then leaves out of the scheduler what the plan does not ask for.
///
/// ```
/// use rungs_scheduler::{Requirements, Edges, Numbering, Plan, Setup};
/// use rungs_scheduler::{Config, Settings};
///
/// /// Two steps that do not wait for each other.
/// struct Pair;
///
/// const EDGES: Edges<'static> = Edges::new(&[0, 0, 0], &[]);
/// const PLAN: Plan<'static> = Plan::new(EDGES, EDGES, &[Settings::DEFAULT], &[]);
/// const NUMBERING: Numbering<'static> = Numbering::declared(&PLAN);
///
/// impl Setup<'static> for Pair {
///     const REQUIREMENTS: Requirements = Requirements::of(&PLAN, &NUMBERING).by(&Config::DEFAULT);
///
///     fn plan(&self) -> &Plan<'static> {
///         &PLAN
///     }
///     fn numbering(&self) -> &Numbering<'static> {
///         &NUMBERING
///     }
///     fn config(&self) -> &Config {
///         &Config::DEFAULT
///     }
/// }
/// assert!(!Pair::REQUIREMENTS.timers && Requirements::EVERYTHING.timers);
/// ```
pub trait Setup<'a> {
    /// What can come up in a run. What is false here is taken never to.
    const REQUIREMENTS: Requirements = Requirements::EVERYTHING;

    /// The plan.
    fn plan(&self) -> &Plan<'a>;

    /// Which ready step goes first.
    fn numbering(&self) -> &Numbering<'a>;

    /// What is said of the run.
    fn config(&self) -> &Config;
}

/// A setup of any plan.
#[derive(Clone, Copy, Debug)]
pub struct DynamicSetup<'a> {
    /// The plan.
    pub plan: Plan<'a>,
    /// Which ready step goes first.
    pub numbering: Numbering<'a>,
    /// How it is run.
    pub config: Config,
}

impl<'a> Setup<'a> for DynamicSetup<'a> {
    #[inline]
    fn plan(&self) -> &Plan<'a> {
        &self.plan
    }

    #[inline]
    fn numbering(&self) -> &Numbering<'a> {
        &self.numbering
    }

    #[inline]
    fn config(&self) -> &Config {
        &self.config
    }
}

/// What of the scheduler a run can come to need.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Requirements {
    /// Some step has a time limit, or waits before another attempt.
    pub timers: bool,
    /// Some step has a deadline of its own.
    pub deadlines: bool,
    /// Some step may be tried again.
    pub retries: bool,
    /// Some delay is drawn at random.
    pub jitter: bool,
    /// Steps use resources.
    pub resources: bool,
    /// Steps wait for whole levels.
    pub levels: bool,
    /// Some step runs whatever its needs came to.
    pub clean_up: bool,
    /// Of them some only if something went wrong.
    pub any_failed: bool,
    /// Attempts in flight are limited.
    pub limit: bool,
    /// The run has a deadline.
    pub deadline: bool,
    /// Something may stop the run before its end: its deadline, a failure, or somebody outside.
    pub stops: bool,
}

impl Requirements {
    /// All there is.
    pub const EVERYTHING: Self = Self {
        timers: true,
        deadlines: true,
        retries: true,
        jitter: true,
        resources: true,
        levels: true,
        clean_up: true,
        any_failed: true,
        limit: true,
        deadline: true,
        stops: true,
    };

    /// What this plan can ask for, under any configuration. O(V).
    pub const fn of(plan: &Plan<'_>, numbering: &Numbering<'_>) -> Self {
        let mut asks = Self {
            timers: false,
            deadlines: false,
            retries: false,
            jitter: false,
            resources: !numbering.use_rows.is_empty(),
            clean_up: false,
            any_failed: false,
            ..Self::EVERYTHING
        };
        let mut step = 0;
        while step < plan.len() {
            let settings = plan.settings(StepId(step as u32));
            asks.timers |= settings.may_wait();
            asks.deadlines |= settings.has_deadline();
            asks.retries |= settings.retries > 0;
            asks.jitter |= settings.needs_seed();
            asks.clean_up |= matches!(settings.when, When::AllDone | When::AnyFailed);
            asks.any_failed |= matches!(settings.when, When::AnyFailed);
            step += 1;
        }
        asks
    }

    /// What of it is left if nobody says anything else, or stops the run from outside.
    pub const fn by(mut self, config: &Config) -> Self {
        self.levels = matches!(config.order, Order::Levels);
        self.limit = config.max_concurrent < u32::MAX;
        self.deadline = config.has_deadline();
        self.stops = self.deadline || !matches!(config.on_failure, OnFailure::GoOn);
        self
    }

    /// Waits for levels if the other does.
    #[doc(hidden)]
    pub const fn with_levels_of(self, other: &Self) -> Self {
        Self { levels: other.levels, ..self }
    }

    /// What of it is left if time stands still.
    pub const fn without_clock(self) -> Self {
        Self { timers: false, deadlines: false, ..self }
    }
}
