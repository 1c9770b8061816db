//! Why a checkpoint fails.

use core::{error::Error, fmt};

/// Why the result of a checkpoint could not be stored or read: the store's error, or its encoder's.
///
/// ```
/// use rungs::fixed::CheckpointError;
///
/// assert_eq!(CheckpointError::Store("full").to_string(), "full");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CheckpointError<S> {
    /// The store's own error.
    Store(S),
    /// The result refuses to be written, or is longer than its type says.
    NotEncoded,
}

impl<S: fmt::Display> fmt::Display for CheckpointError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::NotEncoded => f.pad("the result cannot be encoded"),
        }
    }
}

impl<S: Error + 'static> Error for CheckpointError<S> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // It prints as the error itself, so the chain goes on behind that.
            Self::Store(error) => error.source(),
            Self::NotEncoded => None,
        }
    }
}
