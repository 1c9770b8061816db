//! What is said of one step.

use super::{Backoff, Config, When, limit::NONE};
use crate::time::{Instant, nanos};
use core::time::Duration;

/// The settings of one step, as a plan holds them: all that the scheduler wants to know of it beside its needs.
///
/// Every method can be called in a `const`.
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::{Backoff, Settings};
///
/// const FETCH: Settings<'static> = Settings::DEFAULT
///     .retries(3)
///     .backoff(Backoff::exponential(Duration::from_millis(200)))
///     .timeout(Duration::from_secs(5));
/// assert_eq!(FETCH.get_retries(), 3);
/// assert_eq!(FETCH.get_timeout(), Some(Duration::from_secs(5)));
/// assert_eq!(FETCH.get_deadline(), None);
/// ```
///
/// The plain names set a value, so the methods that read one are called `get_..`, as those of
/// [`std::process::Command`](https://doc.rust-lang.org/std/process/struct.Command.html#method.get_args) are.
///
/// A value knows which settings it states: [`or`](Self::or) takes all others from another value. Two values are equal
/// if they state the same settings with the same values.
///
/// # In a file
///
/// With the feature `serde`, only stated settings are written, and a setting that a file leaves out is not stated.
/// Times are in milliseconds, as an integer or with a fraction. A name that there is not is an error.
///
/// ```
/// # #[cfg(feature = "serde")] {
/// use rungs_scheduler::Settings;
///
/// let text = r#"{ "retries": 3, "backoff": { "exponential_ms": 200, "cap_ms": 5000, "jitter": "full" }, "timeout_ms": 2.5 }"#;
/// let settings: Settings<'static> = serde_json::from_str(text)?;
/// assert_eq!(settings.get_retries(), 3);
/// assert_eq!(settings.get_timeout(), Some(core::time::Duration::from_micros(2_500)));
/// assert_eq!(serde_json::from_str::<Settings<'static>>(&serde_json::to_string(&settings)?)?, settings);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The names are `retries` (a number, or `"forever"`), `backoff`, `timeout_ms`, `retry_on_timeout`, `deadline_ms`,
/// `expected_ms`, `when` (as in `"skip_on_error"`), `optional` and `never_cancel`; those of `backoff` are told at [`Backoff`]. The form
/// describes itself: it is for JSON, TOML, YAML and the like.
#[must_use = "settings change nothing until a step has them"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "super::data::SettingsData<'a>", into = "super::data::SettingsData<'a>")
)]
pub struct Settings<'a> {
    /// Which settings are stated: a bit for each, see below.
    stated: u16,
    pub(crate) retries: u32,
    pub(crate) class: u32,
    pub(crate) timeout: u64,
    pub(crate) deadline: u64,
    pub(crate) expected: u64,
    pub(crate) backoff: Backoff<'a>,
    pub(crate) when: When,
    pub(crate) retry_on_timeout: bool,
    pub(crate) optional: bool,
    pub(crate) never_cancel: bool,
}

/// As many retries as it takes: more than the scheduler counts, so that it needs no rule for it.
pub(super) const FOREVER: u32 = u32::MAX;

pub(super) const RETRIES: u16 = 1;
pub(super) const BACKOFF: u16 = 1 << 1;
pub(super) const TIMEOUT: u16 = 1 << 2;
pub(super) const RETRY_ON_TIMEOUT: u16 = 1 << 3;
pub(super) const DEADLINE: u16 = 1 << 4;
pub(super) const EXPECTED: u16 = 1 << 5;
pub(super) const WHEN: u16 = 1 << 6;
pub(super) const OPTIONAL: u16 = 1 << 7;
pub(super) const NEVER_CANCEL: u16 = 1 << 8;

impl<'a> Settings<'a> {
    /// One attempt, no time limits, runs when all needs succeeded. States nothing.
    pub const DEFAULT: Self = Self {
        stated: 0,
        retries: 0,
        class: 0,
        timeout: NONE,
        deadline: NONE,
        expected: NONE,
        backoff: Backoff::NONE,
        when: When::AllSucceeded,
        retry_on_timeout: true,
        optional: false,
        never_cancel: false,
    };

    /// The most retries that a step may have: see [`retries`](Self::retries).
    pub const MAX_RETRIES: u32 = 200_000;

    /// Extra attempts after the first, exactly as many. More than [`MAX_RETRIES`](Self::MAX_RETRIES) are an error of the
    /// plan: for attempts without an end there is [`retry_forever`](Self::retry_forever).
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = if retries < FOREVER { retries } else { FOREVER - 1 };
        self.stated |= RETRIES;
        self
    }

    /// Further attempts until one succeeds. This takes the place of [`retries`](Self::retries). The step's deadline, a
    /// stop, and an error that the retry predicate refuses still end them. Attempts are counted up to 262,143, which is
    /// shown as `262,143+`.
    ///
    /// Without a [`backoff`](Self::backoff) the next attempt starts at once. An attempt that fails without waiting for
    /// anything then keeps the executor from its other tasks.
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs_scheduler::{Backoff, Settings};
    ///
    /// const LINK: Settings<'static> =
    ///     Settings::DEFAULT.retry_forever().backoff(Backoff::exponential(Duration::from_millis(100)));
    /// assert!(LINK.get_retry_forever());
    /// assert!(!LINK.retries(3).get_retry_forever()); // what is stated last holds
    /// ```
    pub const fn retry_forever(mut self) -> Self {
        self.retries = FOREVER;
        self.stated |= RETRIES;
        self
    }

    /// The delays before further attempts.
    pub const fn backoff(mut self, backoff: Backoff<'a>) -> Self {
        self.backoff = backoff;
        self.stated |= BACKOFF;
        self
    }

    /// How long one attempt may take.
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = nanos(limit);
        self.stated |= TIMEOUT;
        self
    }

    /// Whether an attempt that timed out is tried again; true if not said.
    pub const fn retry_on_timeout(mut self, retry: bool) -> Self {
        self.retry_on_timeout = retry;
        self.stated |= RETRY_ON_TIMEOUT;
        self
    }

    /// How long the step may take from its first attempt's start, retries and waiting included.
    pub const fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = nanos(limit);
        self.stated |= DEADLINE;
        self
    }

    /// How long the step is expected to take: the weight of its path when places are short.
    pub const fn expected(mut self, span: Duration) -> Self {
        self.expected = nanos(span);
        self.stated |= EXPECTED;
        self
    }

    /// What its needs must have come to before it runs.
    pub const fn when(mut self, when: When) -> Self {
        self.when = when;
        self.stated |= WHEN;
        self
    }

    /// Its failure stops nothing and does not count in the exit code.
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self.stated |= OPTIONAL;
        self
    }

    /// Its failure counts, and stops the run if that is wanted: takes an [`optional`](Self::optional) of the defaults
    /// back.
    pub const fn required(mut self) -> Self {
        self.optional = false;
        self.stated |= OPTIONAL;
        self
    }

    /// An attempt of the step is never cancelled: it is for a flash write or a commit, which must not end half-way. When its
    /// timeout, its step's deadline, the run's deadline, or a stop reaches it, it goes on.
    ///
    /// If it then succeeds, its step has succeeded, and [`StepState::is_late`](crate::StepState::is_late) tells that it was
    /// late. An error is final after a deadline or a stop, and after a timeout it is retried as any other. Backoff and waiting
    /// end as they do for all steps. [`Config::grace`](crate::Config::grace) does not apply: until its attempt has ended a run
    /// does not end. Only a second cancel asks the driver to give the attempt up: see
    /// [`Action::Abandon`](crate::Action::Abandon).
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs_scheduler::*;
    ///
    /// let second = Duration::from_secs(1);
    /// let (free, settings) = (Edges::new(&[0, 0], &[]), [Settings::DEFAULT.timeout(second).never_cancel()]);
    /// let plan = Plan::new(free, free, &settings, &[]);
    /// let (mut states, mut ready, mut timers) = ([StepState::NEW], [0; StorageSize::ready_words(1)], [TimerEntry::NEW]);
    /// let storage = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
    /// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, storage, Instant::ZERO)?;
    ///
    /// let (step, now) = (StepId::new(0).unwrap(), Instant::ZERO);
    /// assert_eq!(run.poll_action(now), Some(Action::Start(step)));
    /// run.handle_stop(Stop::Cancel);
    /// assert_eq!(run.poll_action(now + 2 * second), None);
    /// run.handle_outcome(step, Outcome::Success, now + 3 * second);
    /// let state = run.state(step).unwrap();
    /// assert_eq!((state.status(), state.is_late()), (Status::Success, true));
    /// # Ok::<(), StorageTooSmall>(())
    /// ```
    pub const fn never_cancel(self) -> Self {
        self.with_never_cancel(true)
    }

    /// For files, which may take a [`never_cancel`](Self::never_cancel) of the defaults back.
    #[doc(hidden)]
    pub const fn with_never_cancel(mut self, never_cancel: bool) -> Self {
        self.never_cancel = never_cancel;
        self.stated |= NEVER_CANCEL;
        self
    }

    /// The class of steps that use the same resources; 0 if not said.
    ///
    /// An index into the classes of the plan's numbering.
    pub const fn class(mut self, class: u32) -> Self {
        self.class = class;
        self
    }

    /// What this value does not state is taken from `defaults`, setting by setting. (The class stays.)
    ///
    /// ```
    /// use core::time::Duration;
    /// use rungs_scheduler::Settings;
    ///
    /// const USUAL: Settings<'static> = Settings::DEFAULT.retries(3).timeout(Duration::from_secs(5));
    /// const QUICK: Settings<'static> = Settings::DEFAULT.timeout(Duration::from_secs(1)).or(USUAL);
    /// assert_eq!((QUICK.get_retries(), QUICK.get_timeout()), (3, Some(Duration::from_secs(1))));
    /// assert_eq!(Settings::DEFAULT.retries(0).or(USUAL).get_retries(), 0); // stated, though it is the usual value
    /// ```
    pub const fn or(mut self, defaults: Self) -> Self {
        if !self.states(RETRIES) {
            self.retries = defaults.retries;
        }
        if !self.states(BACKOFF) {
            self.backoff = defaults.backoff;
        }
        if !self.states(TIMEOUT) {
            self.timeout = defaults.timeout;
        }
        if !self.states(RETRY_ON_TIMEOUT) {
            self.retry_on_timeout = defaults.retry_on_timeout;
        }
        if !self.states(DEADLINE) {
            self.deadline = defaults.deadline;
        }
        if !self.states(EXPECTED) {
            self.expected = defaults.expected;
        }
        if !self.states(WHEN) {
            self.when = defaults.when;
        }
        if !self.states(OPTIONAL) {
            self.optional = defaults.optional;
        }
        if !self.states(NEVER_CANCEL) {
            self.never_cancel = defaults.never_cancel;
        }
        self.stated |= defaults.stated;
        self
    }

    pub(super) const fn states(&self, setting: u16) -> bool {
        self.stated & setting != 0
    }

    /// The same values, of which none is stated.
    #[doc(hidden)]
    pub const fn unstated(mut self) -> Self {
        self.stated = 0;
        self
    }

    #[doc(hidden)]
    pub const fn states_backoff(&self) -> bool {
        self.states(BACKOFF)
    }

    #[doc(hidden)]
    pub const fn states_retry_on_timeout(&self) -> bool {
        self.states(RETRY_ON_TIMEOUT)
    }

    pub(crate) const fn has_deadline(&self) -> bool {
        self.deadline != NONE
    }

    /// Whether a timer may ever be armed for the step, in a run without grace under this configuration. (A step that may
    /// retry may be told to come back after a time.)
    pub(crate) const fn may_wait(&self, config: &Config) -> bool {
        self.retries > 0
            || self.timeout != NONE
            || self.deadline != NONE
            || (config.has_clean_up_deadline() && self.takes_clean_up_deadline())
    }

    /// Whether the clean-up deadline of a run is the step's own.
    pub(crate) const fn takes_clean_up_deadline(&self) -> bool {
        self.when.is_clean_up() && self.timeout == NONE && self.deadline == NONE
    }

    /// The limit of the step with all its attempts, in a run under this configuration.
    #[inline]
    pub(crate) const fn deadline_under(&self, config: &Config) -> u64 {
        if self.takes_clean_up_deadline() { config.clean_up_deadline } else { self.deadline }
    }

    /// Until when a first attempt that starts at `now` may take, in a run under this configuration.
    #[doc(hidden)]
    pub fn first_limit(&self, config: &Config, now: Instant) -> Option<Instant> {
        let limit = now.plus(self.timeout.min(self.deadline_under(config)));
        (limit < Instant::NEVER).then_some(limit)
    }

    /// Whether the step cannot do without a clock.
    pub const fn needs_clock(&self) -> bool {
        self.timeout != NONE || self.deadline != NONE || (self.retries > 0 && self.backoff.waits())
    }

    /// Whether more retries are stated than a step may have.
    #[doc(hidden)]
    pub const fn has_too_many_retries(&self) -> bool {
        self.retries > Self::MAX_RETRIES && self.retries != FOREVER
    }

    /// Whether the step draws its delays at random.
    pub const fn needs_seed(&self) -> bool {
        self.retries > 0 && self.backoff.is_random()
    }
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self::DEFAULT
    }
}
