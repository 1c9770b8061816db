//! What the paths of a run share: results, borrowed from where they were written, and fields of the context, handed from
//! path to path.
//!
//! Nothing of it is ever contended, as one thread polls the run at a time; it is made of what is `Sync` so that the run
//! may be `Send`.

use core::fmt;

/// A step's result for steps of other paths: lent once, by the path that has written it.
///
/// ```
/// use rungs::fixed::SharedResult;
///
/// let (one, two) = (1, 2);
/// let published = SharedResult::new();
/// assert_eq!(published.get(), None);
/// published.set(&one);
/// published.set(&two);
/// assert_eq!(published.get(), Some(&1));
/// ```
#[derive(Debug)]
pub struct SharedResult<'r, T>(Once<'r, T>);

#[cfg(target_has_atomic = "ptr")]
type Once<'r, T> = once_cell::race::OnceRef<'r, T>;
#[cfg(not(target_has_atomic = "ptr"))]
type Once<'r, T> = once_cell::sync::OnceCell<&'r T>;

impl<'r, T> SharedResult<'r, T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Once::new())
    }

    /// Lends the result. Only the first counts.
    #[inline]
    pub fn set(&self, result: &'r T) {
        // A path comes by each of its steps once, so there is no other.
        let _ = self.0.set(result);
    }

    /// The result, if there is one.
    #[inline]
    pub fn get(&self) -> Option<&'r T> {
        #[cfg(target_has_atomic = "ptr")]
        return self.0.get();
        #[cfg(not(target_has_atomic = "ptr"))]
        return self.0.get().copied();
    }
}

impl<T> Default for SharedResult<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A field of the context that steps of several paths take by `&mut`: the plan sees to it that they do so one after
/// another.
///
/// ```
/// use rungs::fixed::Handover;
///
/// let mut bus = [0_u8; 2];
/// let handed = Handover::new(&mut bus);
/// let taken = handed.take().unwrap();
/// assert_eq!(handed.take(), None);
/// taken[0] = 7;
/// handed.give(taken);
/// assert_eq!(handed.take(), Some(&mut [7, 0]));
/// ```
pub struct Handover<T>(Lock<T>);

#[cfg(feature = "std")]
type Lock<T> = std::sync::Mutex<Option<T>>;
#[cfg(not(feature = "std"))]
type Lock<T> = critical_section::Mutex<core::cell::Cell<Option<T>>>;

impl<T> Handover<T> {
    /// Nobody has it.
    #[cfg(feature = "std")]
    pub const fn new(value: T) -> Self {
        Self(Lock::new(Some(value)))
    }

    /// Nobody has it.
    #[cfg(not(feature = "std"))]
    pub const fn new(value: T) -> Self {
        Self(Lock::new(core::cell::Cell::new(Some(value))))
    }

    /// Nothing to take yet.
    #[cfg(feature = "std")]
    pub(super) const fn empty() -> Self {
        Self(Lock::new(None))
    }

    /// Nothing to take yet.
    #[cfg(not(feature = "std"))]
    pub(super) const fn empty() -> Self {
        Self(Lock::new(core::cell::Cell::new(None)))
    }

    /// Takes it; `None` if somebody else has it.
    pub fn take(&self) -> Option<T> {
        self.replace(None)
    }

    /// Gives it back.
    pub fn give(&self, value: T) {
        self.replace(Some(value));
    }

    #[cfg(feature = "std")]
    fn replace(&self, value: Option<T>) -> Option<T> {
        // A step cannot panic while it is held.
        let mut held = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        core::mem::replace(&mut held, value)
    }

    #[cfg(not(feature = "std"))]
    fn replace(&self, value: Option<T>) -> Option<T> {
        critical_section::with(|section| self.0.borrow(section).replace(value))
    }
}

impl<T> fmt::Debug for Handover<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handover").finish_non_exhaustive()
    }
}
