//! What a run calls beside its steps: its observers and its timer. If one panics, the run ends with an error that names it.

use crate::{
    observe::Event,
    observers::{Observers, TypeName},
    panics::{Payload, drop_caught, message, on_panic, resume},
    scope::Scope,
    time::Timer,
};
use alloc::string::String;
use core::{any::type_name, cell::Cell, fmt, mem};
use rungs_scheduler::Instant;

/// What a run calls beside its steps, by the name of its type.
///
/// [`PipelineError`](crate::PipelineError) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PanicSource {
    /// An observer, or a closure that was added by `on_event`.
    Observer(&'static str),
    /// The timer: its clock, or one of its sleeps.
    Timer(&'static str),
}

impl fmt::Display for PanicSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Observer(name) => write!(f, "the observer `{name}`"),
            Self::Timer(name) => write!(f, "the timer `{name}`"),
        }
    }
}

/// A panic that ended a run.
#[derive(Debug)]
pub(crate) struct RunPanic {
    pub(crate) who: PanicSource,
    pub(crate) message: String,
}

impl RunPanic {
    /// The panic of whichever of the two is known to have panicked. That of anything else is passed on.
    #[cold]
    pub(super) fn of<T: Timer, O>(
        payload: Payload,
        timer: &TracedTimer<'_, T>,
        observers: &TracedObservers<O>,
    ) -> Self {
        let timer = timer.has_panicked.get().then(TracedTimer::<T>::as_source);
        match timer.or(observers.panicked.map(|name| PanicSource::Observer(name()))) {
            Some(who) => Self { who, message: message(payload) },
            None => resume(payload),
        }
    }

    /// The panic of a timer.
    #[cold]
    pub(crate) fn of_timer<T: Timer>(payload: Payload) -> Self {
        Self { who: TracedTimer::<T>::as_source(), message: message(payload) }
    }
}

/// The timer of a run, and whether it has panicked.
pub(super) struct TracedTimer<'t, T> {
    timer: &'t T,
    has_panicked: Cell<bool>,
}

impl<'t, T> TracedTimer<'t, T> {
    pub(super) fn new(timer: &'t T) -> Self {
        Self { timer, has_panicked: Cell::new(false) }
    }

    fn as_source() -> PanicSource {
        PanicSource::Timer(type_name::<T>())
    }

    /// Calls what belongs to the timer.
    #[inline]
    pub(super) fn trace<R>(&self, call: impl FnOnce() -> R) -> R {
        on_panic(|| self.has_panicked.set(true), call)
    }
}

impl<T: Timer> Timer for TracedTimer<'_, T> {
    type Sleep = T::Sleep;

    const TICKS: bool = T::TICKS;

    const PICKS: bool = T::PICKS;

    #[inline]
    fn now(&self) -> Instant {
        self.trace(|| self.timer.now())
    }

    #[inline]
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.trace(|| self.timer.sleep_until(deadline))
    }

    fn pick(&self, woken: u32) -> u32 {
        self.timer.pick(woken)
    }
}

/// The observers of a run, and which of them has panicked.
pub(crate) struct TracedObservers<O> {
    /// Always there, until it is dropped.
    list: Option<O>,
    panicked: Option<TypeName>,
    has_begun: bool,
}

impl<O> TracedObservers<O> {
    pub(crate) fn new(list: O) -> Self {
        Self { list: Some(list), panicked: None, has_begun: false }
    }

    /// Takes them out of a run that has ended.
    pub(super) fn take(&mut self) -> Option<O> {
        self.list.take()
    }

    /// Whether this is the first call.
    #[inline]
    pub(super) fn begin(&mut self) -> bool {
        !mem::replace(&mut self.has_begun, true)
    }

    #[inline]
    pub(super) fn on_event<E>(&mut self, event: &Event<'_, E>)
    where
        O: Observers<E>,
    {
        if let Some(list) = &mut self.list {
            list.on_event_traced(event, &mut self.panicked);
        }
    }

    /// What travels with the attempt that starts.
    #[inline]
    pub(super) fn attempt_scope<E>(&mut self, started: &Event<'_, E>) -> Option<Scope>
    where
        O: Observers<E>,
    {
        self.list.as_mut()?.attempt_scope(started, &mut self.panicked)
    }
}

impl<O> Drop for TracedObservers<O> {
    fn drop(&mut self) {
        drop_caught(self.list.take());
    }
}
