//! The verdict on an attempt that failed.

use core::time::Duration;

/// What is to happen after an attempt that failed.
///
/// ```
/// use rungs_scheduler::Retry;
///
/// assert_eq!(Retry::from(true), Retry::Yes);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Retry {
    /// Another attempt, after the step's backoff, if it has retries left.
    Yes,
    /// Another attempt after this long instead, if it has retries left: a server's Retry-After. A delay that no clock can
    /// reach (584 years after its epoch) fails the step at once, as one past the step's deadline does.
    After(Duration),
    /// The step has failed.
    No,
}

impl From<bool> for Retry {
    fn from(again: bool) -> Self {
        if again { Self::Yes } else { Self::No }
    }
}
