//! An error and its sources, in words.

use core::{error::Error, fmt, iter};

/// An error and its sources, from the outermost one on.
pub(crate) fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}

/// An error followed by its sources.
pub(crate) struct Chain<'e>(pub(crate) &'e (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        chain(self.0).skip(1).try_for_each(|source| write!(f, ": {source}"))
    }
}
