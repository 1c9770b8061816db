//! A lock that is held for a few instructions and never across a call of foreign code.

#[cfg(not(feature = "std"))]
use core::cell::RefCell;

/// A value behind a lock: a mutex where there is std, and a critical section elsewhere, because a task may be interrupted
/// there by another of a higher priority.
pub(crate) struct Lock<T> {
    #[cfg(feature = "std")]
    value: std::sync::Mutex<T>,
    #[cfg(not(feature = "std"))]
    value: critical_section::Mutex<RefCell<T>>,
}

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        #[cfg(feature = "std")]
        return Self { value: std::sync::Mutex::new(value) };
        #[cfg(not(feature = "std"))]
        return Self { value: critical_section::Mutex::new(RefCell::new(value)) };
    }

    /// Calls `change` with the value. It must not take the same lock.
    pub(crate) fn with<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        // Nothing that is called under the lock panics, so a value that was left half-way does not occur.
        #[cfg(feature = "std")]
        return change(&mut self.value.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        #[cfg(not(feature = "std"))]
        return critical_section::with(|section| change(&mut self.value.borrow_ref_mut(section)));
    }
}
