//! An error and its sources, in words.

use core::{error::Error, fmt, iter};

/// An error and its sources, from the outermost one on.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}

/// An error followed by its sources.
pub(super) struct Chain<'e>(pub(super) &'e (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        chain(self.0).skip(1).try_for_each(|source| write!(f, ": {source}"))
    }
}

/// An error and its sources, a text each.
#[cfg(feature = "serde")]
pub(super) fn list<E: fmt::Display>(error: &E, as_error: super::AsError<E>) -> alloc::vec::Vec<alloc::string::String> {
    use alloc::string::ToString;
    match as_error(error) {
        Some(error) => chain(error).map(ToString::to_string).collect(),
        None => alloc::vec![error.to_string()],
    }
}
