//! What the lanes of a run share: results, borrowed from where they were written, and fields of the context, handed from
//! lane to lane.
//!
//! Nothing here is ever contended, as one thread polls the run at a time. The types are `Sync` so that the run may be
//! `Send`.

use core::fmt;

/// A step's result for steps of other lanes: set once, by the lane that has written it.
///
/// ```
/// use rungs::__private::SharedResult;
///
/// let (one, two) = (1, 2);
/// let shared = SharedResult::new();
/// assert_eq!(shared.get(), None);
/// shared.set(&one);
/// shared.set(&two);
/// assert_eq!(shared.get(), Some(&1));
/// ```
#[derive(Debug)]
pub struct SharedResult<'r, T>(Once<'r, T>);

#[cfg(target_has_atomic = "ptr")]
type Once<'r, T> = once_cell::race::OnceRef<'r, T>;
#[cfg(not(target_has_atomic = "ptr"))]
type Once<'r, T> = once_cell::sync::OnceCell<&'r T>;

impl<'r, T> SharedResult<'r, T> {
    /// No result yet.
    pub const fn new() -> Self {
        Self(Once::new())
    }

    /// Sets the result. Only the first one counts.
    #[inline]
    pub fn set(&self, result: &'r T) {
        // A step succeeds once, so there is no second result.
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

impl<'r, T> SharedResult<'r, T> {
    /// The result; if there is none yet, `publish` gives it.
    ///
    /// ```
    /// use rungs::__private::{Handover, SharedResult};
    ///
    /// // What steps changed in turn is read by several from now on.
    /// let mut bus = 7;
    /// let (handover, readers) = (Handover::new(&mut bus), SharedResult::new());
    /// let read = || readers.get_or_set(|| handover.take().map(|bus| &*bus));
    /// assert_eq!((read(), read(), handover.take()), (Some(&7), Some(&7), None));
    /// ```
    #[inline]
    pub fn get_or_set(&self, publish: impl FnOnce() -> Option<&'r T>) -> Option<&'r T> {
        if let Some(result) = self.get() {
            return Some(result);
        }
        let result = publish()?;
        self.set(result);
        Some(result)
    }
}

impl<T> Default for SharedResult<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A field of the context, or a result, that steps of several lanes change: by the plan they do so one after another.
///
/// ```
/// use rungs::__private::Handover;
///
/// let mut bus = [0_u8; 2];
/// let handover = Handover::new(&mut bus);
/// let taken = handover.take().unwrap();
/// assert_eq!(handover.take(), None);
/// taken[0] = 7;
/// handover.give(taken);
/// assert_eq!(handover.take(), Some(&mut [7, 0]));
/// ```
pub struct Handover<T>(Lock<T>);

#[cfg(feature = "std")]
type Lock<T> = std::sync::Mutex<Option<T>>;
#[cfg(not(feature = "std"))]
type Lock<T> = critical_section::Mutex<core::cell::Cell<Option<T>>>;

impl<T> Handover<T> {
    /// A value to take.
    #[cfg(feature = "std")]
    pub const fn new(value: T) -> Self {
        Self(Lock::new(Some(value)))
    }

    /// A value to take.
    #[cfg(not(feature = "std"))]
    pub const fn new(value: T) -> Self {
        Self(Lock::new(core::cell::Cell::new(Some(value))))
    }

    /// Nothing to take yet.
    #[cfg(feature = "std")]
    pub const fn empty() -> Self {
        Self(Lock::new(None))
    }

    /// Nothing to take yet.
    #[cfg(not(feature = "std"))]
    pub const fn empty() -> Self {
        Self(Lock::new(core::cell::Cell::new(None)))
    }

    /// Takes the value; `None` if it has been taken.
    pub fn take(&self) -> Option<T> {
        self.replace(None)
    }

    /// Gives the value back.
    pub fn give(&self, value: T) {
        self.replace(Some(value));
    }

    /// Gives back what [`take`](Self::take) returned.
    pub fn give_back(&self, taken: Option<T>) {
        self.replace(taken);
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
