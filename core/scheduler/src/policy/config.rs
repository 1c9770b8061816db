//! What is said of one run.

use super::limit::{NONE, span};
use crate::time::nanos;
use core::time::Duration;

/// How a run is to be carried out.
///
/// ```
/// use rungs_scheduler::{Config, OnFailure};
///
/// const ONE_AT_A_TIME: Config = Config::DEFAULT.max_concurrent(1).on_failure(OnFailure::Drain);
/// assert_eq!(ONE_AT_A_TIME.get_max_concurrent(), Some(1));
/// assert_eq!(ONE_AT_A_TIME.get_deadline(), None);
/// ```
///
/// The plain names set a value, and the methods that read one are called `get_..`, as those of
/// [`Settings`](super::Settings) are.
///
/// With the feature `serde` it may stand in a file, where anything may be left out: `max_concurrent`, `deadline_ms`,
/// `grace_ms`, `clean_up_deadline_ms` (in milliseconds, an integer or with a fraction), `seed`, `order` (`"eager"`,
/// `"levels"`), `on_failure` (`"go_on"`, `"drain"`, `"cancel"`), and `poll_budget`.
///
/// ```
/// # #[cfg(feature = "serde")] {
/// use rungs_scheduler::{Config, OnFailure};
///
/// let config: Config = serde_json::from_str(r#"{ "max_concurrent": 8, "on_failure": "drain" }"#)?;
/// assert_eq!(config, Config::DEFAULT.max_concurrent(8).on_failure(OnFailure::Drain));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a configuration changes nothing until a run has it"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "super::data::ConfigData", into = "super::data::ConfigData")
)]
pub struct Config {
    pub(crate) max_concurrent: u32,
    pub(crate) deadline: u64,
    pub(crate) grace: u64,
    pub(crate) clean_up_deadline: u64,
    /// 0 without a seed.
    pub(crate) seed: u64,
    /// Beside the seed rather than in an `Option`, which would take 8 bytes more.
    has_seed: bool,
    pub(crate) order: Order,
    pub(crate) on_failure: OnFailure,
    pub(crate) poll_budget: u16,
}

/// What tokio's cooperative budget is: tasks of one executor then take turns of a similar length.
const DEFAULT_POLL_BUDGET: u16 = 128;

impl Config {
    /// As concurrently as the graph allows, no deadline, goes on after a failure, 128 attempts per poll.
    pub const DEFAULT: Self = Self {
        max_concurrent: u32::MAX,
        deadline: NONE,
        grace: NONE,
        clean_up_deadline: NONE,
        seed: 0,
        has_seed: false,
        order: Order::Eager,
        on_failure: OnFailure::GoOn,
        poll_budget: DEFAULT_POLL_BUDGET,
    };

    /// At most this many attempts in flight. Zero is a mistake that the plan's check reports.
    pub const fn max_concurrent(mut self, attempts: u32) -> Self {
        self.max_concurrent = attempts;
        self
    }

    /// How long the run may take; then it is cancelled, and clean-up steps still run.
    pub const fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = nanos(limit);
        self
    }

    /// How long an attempt that was told to end (by its timeout, its step's deadline, or a stop) is waited for; without
    /// this, until it has ended. It matters for spawned attempts, whose end their executor has to confirm.
    ///
    /// An attempt that has not ended this long after the request is given up. Its step ends with the cause of the request
    /// and is not retried; [`StepState::is_still_running`](crate::StepState::is_still_running) tells it. The attempt's
    /// permit is freed at once, and its resources when it ends after all; its result is then dropped. If nothing is in
    /// flight and no step has a timer, a step that lacks only such resources fails with
    /// [`Cause::Blocked`](crate::Cause::Blocked).
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs_scheduler::*;
    ///
    /// let second = Duration::from_secs(1);
    /// let (free, settings) = (Edges::new(&[0, 0], &[]), [Settings::DEFAULT.timeout(second).retries(9)]);
    /// let plan = Plan::new(free, free, &settings, &[]);
    /// let (mut states, mut ready, mut timers) = ([StepState::NEW], [0; StorageSize::ready_words(1)], [TimerEntry::NEW]);
    /// let storage = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
    /// let config = Config::DEFAULT.grace(second);
    /// let mut run = Scheduler::new(plan, Numbering::default(), config, storage, Instant::ZERO)?;
    ///
    /// let (step, now) = (StepId::new(0).unwrap(), Instant::ZERO);
    /// assert_eq!(run.poll_action(now), Some(Action::Start(step)));
    /// assert_eq!(run.poll_action(now + second), Some(Action::Abandon(step)));
    /// assert_eq!(run.poll_deadline(), Some(now + 2 * second));
    /// assert_eq!(run.poll_action(now + 2 * second), Some(Action::Ended(step)));
    /// let state = run.state(step).unwrap();
    /// assert!(state.is_still_running() && run.has_ended());
    /// assert_eq!((state.cause(), run.in_flight()), (Some(Cause::TimedOut), 0));
    /// # Ok::<(), StorageTooSmall>(())
    /// ```
    pub const fn grace(mut self, limit: Duration) -> Self {
        self.grace = nanos(limit);
        self
    }

    /// The deadline of each clean-up step (of [`When::AllDone`](super::When::AllDone) or
    /// [`When::AnyFailed`](super::When::AnyFailed)) that has neither a timeout nor a deadline, in every run, stopped or
    /// not: without it such a step may hold up a run that was stopped.
    pub const fn clean_up_deadline(mut self, limit: Duration) -> Self {
        self.clean_up_deadline = nanos(limit);
        self
    }

    /// Where jitter comes from. Two devices with the same seed retry at the same times, so give each its own.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self.has_seed = true;
        self
    }

    /// When a step may start.
    pub const fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// What the failure of a required step does to the others.
    pub const fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// How many attempts one poll of a run's future polls at most, before it lets other tasks have a turn; 128 by default.
    /// The end of a step without an attempt counts as well. Zero counts as one, and more than 65,535 as 65,535.
    ///
    /// A run that has used up its budget wakes itself and returns `Pending`. A small budget lets other tasks of the thread
    /// have their turns sooner; a large one saves the executor's polls where many steps are ready at once.
    ///
    /// ```
    /// use rungs_scheduler::Config;
    ///
    /// assert_eq!(Config::DEFAULT.get_poll_budget(), 128);
    /// assert_eq!(Config::DEFAULT.poll_budget(16).get_poll_budget(), 16);
    /// assert_eq!(Config::DEFAULT.poll_budget(0).get_poll_budget(), 1);
    /// ```
    pub const fn poll_budget(mut self, attempts: u32) -> Self {
        self.poll_budget = match attempts {
            0 => 1,
            1..=0xFFFF => attempts as u16,
            _ => u16::MAX,
        };
        self
    }
}

/// Readers.
impl Config {
    /// How many attempts may be in flight; `None` if there is no limit.
    pub const fn get_max_concurrent(&self) -> Option<u32> {
        if self.max_concurrent == u32::MAX { None } else { Some(self.max_concurrent) }
    }

    /// How long the run may take; `None` if there is no limit.
    pub const fn get_deadline(&self) -> Option<Duration> {
        span(self.deadline)
    }

    /// How long an attempt that was told to end is waited for; `None` if until it has ended.
    pub const fn get_grace(&self) -> Option<Duration> {
        span(self.grace)
    }

    /// The deadline of each clean-up step without a time limit of its own; `None` if there is none.
    pub const fn get_clean_up_deadline(&self) -> Option<Duration> {
        span(self.clean_up_deadline)
    }

    /// Where jitter comes from, if that is stated.
    pub const fn get_seed(&self) -> Option<u64> {
        if self.has_seed { Some(self.seed) } else { None }
    }

    /// When a step may start.
    pub const fn get_order(&self) -> Order {
        self.order
    }

    /// What the failure of a required step does to the others.
    pub const fn get_on_failure(&self) -> OnFailure {
        self.on_failure
    }

    /// How many attempts one poll of the run polls at most.
    pub const fn get_poll_budget(&self) -> u32 {
        self.poll_budget as u32
    }
}

impl Config {
    #[doc(hidden)]
    pub const fn has_deadline(&self) -> bool {
        self.deadline != NONE
    }

    pub(crate) const fn has_grace(&self) -> bool {
        self.grace != NONE
    }

    pub(crate) const fn has_clean_up_deadline(&self) -> bool {
        self.clean_up_deadline != NONE
    }

    /// Whether a run needs a clock, whatever its steps are.
    #[doc(hidden)]
    pub const fn needs_clock(&self) -> bool {
        self.has_deadline() || self.has_grace() || self.has_clean_up_deadline()
    }

    /// The same with the grace and the clean-up deadline of `declared`: for runs whose storage was sized for that.
    #[doc(hidden)]
    pub const fn with_timers_of(self, declared: &Self) -> Self {
        Self { grace: declared.grace, clean_up_deadline: declared.clean_up_deadline, ..self }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// When a step may start.
///
/// ```
/// use rungs_scheduler::*;
///
/// // 1 needs 0, and 2 stands alone; one attempt at a time.
/// let [zero, one, two] = [0, 1, 2].map(|step| StepId::new(step).unwrap());
/// let (needs, dependents) = ([Need::result(zero)], [Need::result(one)]);
/// let (needs, dependents) = (Edges::new(&[0, 0, 1, 1], &needs), Edges::new(&[0, 1, 1, 1], &dependents));
/// let plan = Plan::new(needs, dependents, &[Settings::DEFAULT], &[]);
/// // By levels, 2 comes before 1.
/// let levels = Numbering { order: &[0, 2, 1], priorities: &[0, 2, 1], levels: &[0, 1, 0], ..Numbering::default() };
///
/// for (order, expected) in [(Order::Eager, [zero, one, two]), (Order::Levels, [zero, two, one])] {
///     let numbering = if order == Order::Levels { levels } else { Numbering::declared(&plan) };
///     let config = Config::DEFAULT.max_concurrent(1).order(order);
///     let (mut states, mut ready, mut open) = ([StepState::default(); 3], [0; StorageSize::ready_words(3)], [0; 2]);
///     let state = Storage { states: &mut states, ready: &mut ready, open: &mut open, ..Storage::default() };
///     let mut run = Scheduler::new(plan, numbering, config, state, Instant::ZERO)?;
///     for step in expected {
///         assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Start(step)));
///         run.handle_outcome(step, Outcome::Success, Instant::ZERO);
///     }
/// }
/// # Ok::<(), StorageTooSmall>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Order {
    /// As soon as its own needs are met.
    #[default]
    Eager,
    /// When every step of the levels below has ended: lock-step.
    Levels,
}

/// What a required step's own final failure does to the others. (A failed attempt that is tried again does nothing, nor
/// does a failure that came from a need.)
///
/// ```
/// use rungs_scheduler::*;
///
/// let free = Edges::new(&[0, 0, 0], &[]);
/// let plan = Plan::new(free, free, &[Settings::DEFAULT], &[]);
/// let [bad, good] = [0, 1].map(|step| StepId::new(step).unwrap());
/// let config = Config::DEFAULT.max_concurrent(1).on_failure(OnFailure::Drain);
/// let (mut states, mut ready) = ([StepState::default(); 2], [0; StorageSize::ready_words(2)]);
/// let state = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
/// let mut run = Scheduler::new(plan, Numbering::declared(&plan), config, state, Instant::ZERO)?;
///
/// assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Start(bad)));
/// run.handle_outcome(bad, Outcome::Failed(Retry::No), Instant::ZERO);
/// assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Ended(good)));
/// assert_eq!(run.state(good).unwrap().cause(), Some(Cause::Stopped { by: bad }));
/// # Ok::<(), StorageTooSmall>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OnFailure {
    /// Nothing: what does not need the step goes on.
    #[default]
    GoOn,
    /// Nothing new starts; attempts in flight end.
    Drain,
    /// Nothing new starts; attempts in flight are abandoned.
    Cancel,
}
