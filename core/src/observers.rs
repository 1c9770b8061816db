//! All observers of a run, as a type: a run without any makes no event, and holds no code for one.

use crate::{observe::Event, observer::Observer};
use core::fmt;
#[cfg(feature = "alloc")]
use {
    crate::{
        panics::on_panic,
        scope::{Scope, nested},
    },
    core::any::type_name,
};

/// The observers of a run: `()`, and what `observe` and `on_event` add to it.
#[diagnostic::on_unimplemented(message = "not all of these observe runs whose steps fail with `{E}`: `{Self}`")]
pub trait Observers<E>: sealed::Sealed {
    /// Whether there are any. If not, no event is made.
    const LISTEN: bool;

    /// Calls all of them, in the order in which they were added.
    fn on_event(&mut self, event: &Event<'_, E>);

    /// The same for runs in which a panic is caught: if an observer panics, its type is in `panicked` afterwards.
    #[inline]
    #[cfg(feature = "alloc")]
    fn on_event_traced(&mut self, event: &Event<'_, E>, panicked: &mut Option<TypeName>) {
        let _ = panicked;
        self.on_event(event);
    }

    /// What travels with the attempt that starts. A panic is traced as one of `on_event_traced`.
    #[inline]
    #[cfg(feature = "alloc")]
    fn attempt_scope(&mut self, started: &Event<'_, E>, panicked: &mut Option<TypeName>) -> Option<Scope> {
        let _ = (started, panicked);
        None
    }
}

/// Gives the name of a type. The function is half as large as the name.
#[cfg(feature = "alloc")]
pub type TypeName = fn() -> &'static str;

pub(crate) mod sealed {
    /// Nothing but `observe` and `on_event` makes a list.
    #[allow(unnameable_types, reason = "this is what seals it")]
    pub trait Sealed {}
}

impl sealed::Sealed for () {}

impl<E> Observers<E> for () {
    const LISTEN: bool = false;

    #[inline]
    fn on_event(&mut self, _: &Event<'_, E>) {}
}

/// One observer more.
#[derive(Debug)]
pub struct Added<L, O> {
    pub(crate) others: L,
    pub(crate) observer: O,
}

impl<L, O> sealed::Sealed for Added<L, O> {}

impl<E, L: Observers<E>, O: Observer<E>> Observers<E> for Added<L, O> {
    const LISTEN: bool = true;

    #[inline]
    fn on_event(&mut self, event: &Event<'_, E>) {
        self.others.on_event(event);
        self.observer.on_event(event);
    }

    #[inline]
    #[cfg(feature = "alloc")]
    fn on_event_traced(&mut self, event: &Event<'_, E>, panicked: &mut Option<TypeName>) {
        self.others.on_event_traced(event, panicked);
        on_panic(|| *panicked = Some(type_name::<O>), || self.observer.on_event(event));
    }

    #[inline]
    #[cfg(feature = "alloc")]
    fn attempt_scope(&mut self, started: &Event<'_, E>, panicked: &mut Option<TypeName>) -> Option<Scope> {
        let outer = self.others.attempt_scope(started, panicked);
        let inner = on_panic(|| *panicked = Some(type_name::<O>), || self.observer.attempt_scope(started));
        nested(outer, inner)
    }
}

/// A closure that observes.
pub struct Closure<F>(pub(crate) F);

impl<F> fmt::Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure").finish_non_exhaustive()
    }
}

impl<E, F: FnMut(&Event<'_, E>)> Observer<E> for Closure<F> {
    #[inline]
    fn on_event(&mut self, event: &Event<'_, E>) {
        (self.0)(event);
    }
}
