//! What the steps of a run share: results, written once, and fields of the context, handed from path to path.
//!
//! Nothing of it is ever contended, as one thread polls the run at a time; it is made of what is `Sync` so that the run
//! may be `Send`.

use core::fmt;

/// A step's result: written once, and borrowed from then on.
///
/// ```
/// use rungs::fixed::Slot;
///
/// let slot = Slot::new();
/// assert_eq!(slot.get(), None);
/// slot.set(1);
/// slot.set(2);
/// assert_eq!(slot.get(), Some(&1));
/// assert_eq!(slot.into_inner(), Some(1));
/// ```
#[derive(Debug)]
pub struct Slot<T>(Once<T>);

#[cfg(feature = "std")]
type Once<T> = spin::Once<T>;
#[cfg(not(feature = "std"))]
type Once<T> = once_cell::sync::OnceCell<T>;

impl<T> Slot<T> {
    /// Nothing in it.
    pub const fn new() -> Self {
        Self(Once::new())
    }

    /// Puts the result in. Only the first counts.
    #[inline]
    pub fn set(&self, value: T) {
        // A path comes by each of its steps once, so there is no other.
        #[cfg(feature = "std")]
        self.0.call_once(|| value);
        #[cfg(not(feature = "std"))]
        let _ = self.0.set(value);
    }

    /// The result, if there is one.
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.0.get()
    }

    /// The result, by value.
    pub fn into_inner(self) -> Option<T> {
        #[cfg(feature = "std")]
        return self.0.try_into_inner();
        #[cfg(not(feature = "std"))]
        return self.0.into_inner();
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A field of the context that steps of several paths take by `&mut`: the plan sees to it that they do so one after
/// another.
///
/// ```
/// use rungs::fixed::Handed;
///
/// let mut bus = [0_u8; 2];
/// let handed = Handed::new(&mut bus);
/// let taken = handed.take().unwrap();
/// assert_eq!(handed.take(), None);
/// taken[0] = 7;
/// handed.give(taken);
/// assert_eq!(handed.take(), Some(&mut [7, 0]));
/// ```
pub struct Handed<T>(Lock<T>);

#[cfg(feature = "std")]
type Lock<T> = std::sync::Mutex<Option<T>>;
#[cfg(not(feature = "std"))]
type Lock<T> = critical_section::Mutex<core::cell::Cell<Option<T>>>;

impl<T> Handed<T> {
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

impl<T> fmt::Debug for Handed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handed").finish_non_exhaustive()
    }
}
