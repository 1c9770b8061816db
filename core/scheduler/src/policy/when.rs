//! The rule by which a step runs.

/// When a step runs, by what its needs have come to.
///
/// ```
/// use rungs_scheduler::{Settings, When};
///
/// const TIDY: Settings<'static> = Settings::DEFAULT.when(When::AllDone).optional();
/// # assert_ne!(TIDY, Settings::DEFAULT);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum When {
    /// All needs succeeded. One that failed fails the step; one that was skipped or cancelled skips it.
    #[default]
    AllSucceeded,
    /// All needs succeeded. One that did not skips the step.
    SkipOnError,
    /// All needs have ended, no matter how, and also after a stop: a clean-up step.
    AllDone,
    /// All needs have ended and something went wrong with one of them, and also after a stop: an alarm.
    AnyFailed,
    /// A join of branches. It ends as [`AllSucceeded`](Self::AllSucceeded) does with the first need that failed, was cancelled,
    /// or was skipped because something went wrong. Otherwise it waits for all needs and runs if one of them succeeded, or if
    /// it has none; if none succeeded it is skipped. Needs that are [no more than an order](crate::Need::is_order) are waited
    /// for and count for nothing else. It is no clean-up step: a stop skips it.
    NoneFailed,
}

impl When {
    /// Whether a step of this rule runs whatever its needs came to, so that its arguments are `Result`s.
    #[doc(hidden)]
    pub const fn is_clean_up(self) -> bool {
        matches!(self, Self::AllDone | Self::AnyFailed)
    }

    /// Whether a step of this rule may run though a need has no result, so that the rule decides about its arguments.
    #[doc(hidden)]
    pub const fn decides_arguments(self) -> bool {
        self.is_clean_up() || matches!(self, Self::NoneFailed)
    }
}
