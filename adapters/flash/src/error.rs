//! Why a result cannot be read or written.

use core::fmt;
use sequential_storage::Error as StorageError;

/// Why a result cannot be read from flash or written to it. `F` is the error of the flash itself.
///
/// ```
/// use rungs_flash::Error;
///
/// assert_eq!(Error::<()>::Full.to_string(), "the range of the flash is full");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error<F> {
    /// The flash failed.
    Flash(F),
    /// The range does not consist of whole pages, or not of two of them, or its pages are too small.
    Range,
    /// All pages are full of results that are still needed. A larger range has room for them.
    Full,
    /// A result is longer than a page, or than the buffer: see [`buffer_size`](crate::buffer_size).
    TooLong,
    /// The range holds something else. It has been left as it is; [`erase`](crate::FlashCheckpoints::erase) gives it up.
    Foreign,
    /// The range is this crate's, and is damaged in a way that a loss of power does not explain. It has been left as it is;
    /// [`erase`](crate::FlashCheckpoints::erase) gives it up, with all results.
    Corrupt,
    /// What was written reads back as something else: the flash is worn out.
    ReadBack,
}

impl<F> Error<F> {
    pub(crate) fn of(error: StorageError<F>) -> Self {
        match error {
            StorageError::Storage { value, .. } => Self::Flash(value),
            StorageError::FullStorage => Self::Full,
            StorageError::ItemTooBig
            | StorageError::BufferTooBig
            | StorageError::BufferTooSmall(_)
            | StorageError::SerializationError(sequential_storage::map::SerializationError::BufferTooSmall) => {
                Self::TooLong
            }
            // An item that is not ours, among those that are.
            StorageError::SerializationError(_) => Self::Foreign,
            _ => Self::Corrupt,
        }
    }
}

impl<F: fmt::Debug> fmt::Display for Error<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flash(error) => return write!(f, "the flash failed: {error:?}"),
            Self::Range => "the range of the flash does not consist of two or more whole pages",
            Self::Full => "the range of the flash is full",
            Self::TooLong => "the result is longer than a page of the flash or than the buffer",
            Self::Foreign => "the range of the flash holds something else, and was left as it is",
            Self::Corrupt => "the range of the flash is damaged, and was left as it is",
            Self::ReadBack => "what was written to the flash reads back as something else",
        })
    }
}

impl<F: fmt::Debug> core::error::Error for Error<F> {}
