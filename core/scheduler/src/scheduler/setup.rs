//! The setup of a run, and which parts of the scheduler it requires.

use crate::{
    plan::{Numbering, Plan, StepId},
    policy::{Config, OnFailure, Order, When, limit::NONE},
};

/// A plan, its numbering and its configuration, wherever they are stored.
///
/// [`DynamicSetup`] holds them and suits most uses. If the plan is a constant, implement this trait for an empty type,
/// with [`Requirements::of`] the plan: the compiler then leaves out the parts of the scheduler that the plan does not
/// require.
///
/// ```
/// use rungs_scheduler::{Config, Edges, Numbering, Plan, Requirements, Settings, Setup};
///
/// /// Two steps that do not depend on each other.
/// struct Pair;
///
/// const EDGES: Edges<'static> = Edges::new(&[0, 0, 0], &[]);
/// const PLAN: Plan<'static> = Plan::new(EDGES, EDGES, &[Settings::DEFAULT], &[]);
/// const NUMBERING: Numbering<'static> = Numbering::declared(&PLAN);
///
/// impl Setup<'static> for Pair {
///     const REQUIREMENTS: Requirements = Requirements::of(&PLAN, &NUMBERING).with_config(&Config::DEFAULT);
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
    /// The parts of the scheduler that a run requires. What is false here must never be needed.
    const REQUIREMENTS: Requirements = Requirements::EVERYTHING;

    /// The plan.
    fn plan(&self) -> &Plan<'a>;

    /// The order in which ready steps start.
    fn numbering(&self) -> &Numbering<'a>;

    /// The configuration of the run.
    fn config(&self) -> &Config;

    /// How long an attempt of the step may take at most in this run, in nanoseconds, if the plan has a longer timeout.
    #[doc(hidden)]
    #[inline]
    fn timeout_cap(&self, _step: StepId) -> u64 {
        NONE
    }

    /// How long the step may take at most in this run, in nanoseconds, if the plan has a longer deadline.
    #[doc(hidden)]
    #[inline]
    fn deadline_cap(&self, _step: StepId) -> u64 {
        NONE
    }
}

/// The setup of a plan that is known at run time. [`Scheduler::new`](crate::Scheduler::new) makes one of its arguments.
///
/// ```
/// use rungs_scheduler::{Config, DynamicSetup, Edges, Numbering, Plan, Requirements, Settings, Setup};
///
/// // One step, without edges.
/// let plan = Plan::new(Edges::new(&[0, 0], &[]), Edges::new(&[0, 0], &[]), &[Settings::DEFAULT], &[]);
/// let setup = DynamicSetup { plan, numbering: Numbering::declared(&plan), config: Config::DEFAULT.max_concurrent(1) };
/// assert_eq!((setup.plan().len(), setup.config().get_max_concurrent()), (1, Some(1)));
/// assert_eq!(DynamicSetup::REQUIREMENTS, Requirements::EVERYTHING);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DynamicSetup<'a> {
    /// The plan.
    pub plan: Plan<'a>,
    /// The order in which ready steps start.
    pub numbering: Numbering<'a>,
    /// The configuration of the run.
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

/// The parts of the scheduler that a run may require.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Requirements {
    /// Some step has a time limit or a backoff.
    pub timers: bool,
    /// Some step has a deadline of its own.
    pub step_deadlines: bool,
    /// Some step may be retried.
    pub retries: bool,
    /// Some delay is random.
    pub jitter: bool,
    /// Some backoff is neither fixed nor exponential with a whole factor.
    pub rare_delays: bool,
    /// Steps use resources.
    pub resources: bool,
    /// Classes of steps wait in queues for their resources, if the storage has room for these. Without them each start
    /// looks at each class.
    pub queues: bool,
    /// A level starts only after all lower levels have ended.
    pub levels: bool,
    /// Some step runs after its needs whatever their outcome.
    pub clean_up: bool,
    /// Some step runs only if one of its needs failed.
    pub any_failed: bool,
    /// Some step joins branches, of which some may skip themselves.
    pub none_failed: bool,
    /// Some step needs all steps before it.
    pub after_all: bool,
    /// Some steps have ended before the run begins.
    pub given: bool,
    /// The number of attempts in flight is limited.
    pub limit: bool,
    /// The run has a deadline.
    pub run_deadline: bool,
    /// Clean-up steps without a time limit have a deadline.
    pub clean_up_deadline: bool,
    /// An attempt may be given up that does not end in time when it is told to.
    pub grace: bool,
    /// Some step has attempts that are never cancelled.
    pub never_cancel: bool,
    /// Some step may skip itself.
    pub self_skips: bool,
    /// The run may be stopped before its end: by its deadline, by a failure, or from outside.
    pub stops: bool,
}

impl Requirements {
    /// All parts of the scheduler.
    pub const EVERYTHING: Self = Self {
        timers: true,
        step_deadlines: true,
        retries: true,
        jitter: true,
        rare_delays: true,
        resources: true,
        queues: true,
        levels: true,
        clean_up: true,
        any_failed: true,
        none_failed: true,
        after_all: true,
        given: true,
        limit: true,
        run_deadline: true,
        clean_up_deadline: true,
        grace: true,
        never_cancel: true,
        self_skips: true,
        stops: true,
    };

    /// What this plan may require with any configuration. O(V).
    pub const fn of(plan: &Plan<'_>, numbering: &Numbering<'_>) -> Self {
        let mut required = Self {
            timers: false,
            step_deadlines: false,
            retries: false,
            jitter: false,
            rare_delays: false,
            resources: !numbering.use_rows.is_empty(),
            queues: false,
            clean_up: false,
            any_failed: false,
            none_failed: false,
            never_cancel: false,
            given: false,
            after_all: !plan.all_needs().after_all().is_empty(),
            ..Self::EVERYTHING
        };
        let mut step = 0;
        while step < plan.len() {
            let settings = plan.settings(StepId(step as u32));
            required.timers |= settings.may_wait(&Config::DEFAULT);
            required.step_deadlines |= settings.has_deadline();
            required.retries |= settings.retries > 0;
            required.jitter |= settings.needs_seed();
            required.rare_delays |= settings.retries > 0 && settings.backoff.is_rare();
            required.clean_up |= matches!(settings.when, When::AllDone | When::AnyFailed);
            required.never_cancel |= settings.never_cancel;
            required.any_failed |= matches!(settings.when, When::AnyFailed);
            required.none_failed |= matches!(settings.when, When::NoneFailed);
            step += 1;
        }
        required
    }

    /// What is required with exactly this configuration by runs that are not stopped from outside.
    pub const fn with_config(mut self, config: &Config) -> Self {
        self.levels = matches!(config.order, Order::Levels);
        self.limit = config.max_concurrent < u32::MAX;
        self.run_deadline = config.has_deadline();
        self.grace = config.has_grace();
        self.clean_up_deadline = self.clean_up && config.has_clean_up_deadline();
        self.step_deadlines |= self.clean_up_deadline;
        self.timers |= self.clean_up_deadline || self.grace;
        self.stops = self.run_deadline || !matches!(config.on_failure, OnFailure::GoOn);
        self
    }

    /// Takes over from `other` the requirements that the size of the storage depends on.
    #[doc(hidden)]
    pub const fn with_storage_of(self, other: &Self) -> Self {
        Self {
            levels: other.levels,
            clean_up_deadline: other.clean_up_deadline,
            step_deadlines: self.step_deadlines || other.clean_up_deadline,
            timers: self.timers || other.clean_up_deadline,
            ..self
        }
    }

    /// Whether an attempt may be given up.
    pub(super) const fn gives_up(&self) -> bool {
        self.grace || self.never_cancel
    }

    /// What is required by runs that begin with steps that have ended.
    pub const fn with_given(self) -> Self {
        Self { given: true, ..self }
    }

    /// What is required by runs whose attempts always end as soon as they are told to.
    pub const fn without_grace(self) -> Self {
        Self { grace: false, ..self }
    }

    /// What is required by runs in which no step skips itself.
    pub const fn without_self_skips(self) -> Self {
        Self { self_skips: false, ..self }
    }

    /// What is required by runs without a clock.
    pub const fn without_clock(self) -> Self {
        Self { timers: false, step_deadlines: false, clean_up_deadline: false, grace: false, ..self }
    }
}
