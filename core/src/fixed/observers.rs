//! The observers of a static run.

use super::static_plan::Fallible;
use crate::{
    observe::Event,
    observers::{Observers, sealed::Sealed},
};
use core::fmt;

/// The function that tells an observer.
pub(super) type OnEvent<P, O> = for<'o, 'e, 'x> fn(&'o mut O, &'e Event<'x, <P as Fallible>::Error>);

/// An observer more.
///
/// Its type names the pipeline and not the pipeline's error, and a function pointer stands where a bound would: the
/// compiler does not prove a bound that names an error with a lifetime inside (`Box<dyn Error>`) for a closure within
/// a future that must be `Send`.
pub struct Watched<P: Fallible, L, O> {
    pub(super) others: L,
    pub(super) observer: O,
    pub(super) on_event: OnEvent<P, O>,
}

impl<P: Fallible, L, O> fmt::Debug for Watched<P, L, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

impl<P: Fallible, L, O> Sealed for Watched<P, L, O> {}

impl<P: Fallible, L: Observers<P::Error>, O> Observers<P::Error> for Watched<P, L, O> {
    const LISTEN: bool = true;

    #[inline]
    fn on_event(&mut self, event: &Event<'_, P::Error>) {
        self.others.on_event(event);
        (self.on_event)(&mut self.observer, event);
    }
}
