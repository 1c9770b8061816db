//! Limits that need not be there, in nanoseconds.

use core::time::Duration;

/// No limit, or nothing stated: `u64::MAX` saves the tag of an `Option`.
pub(crate) const NONE: u64 = u64::MAX;

/// A limit that may not be there, for readers.
pub(super) const fn span(nanos: u64) -> Option<Duration> {
    if nanos == NONE { None } else { Some(Duration::from_nanos(nanos)) }
}
