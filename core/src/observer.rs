//! What receives the events of a run.

use crate::observe::Event;
#[cfg(feature = "alloc")]
use crate::scope::AttemptScope;
#[cfg(feature = "alloc")]
use alloc::boxed::Box;

/// Receives every event of a run, in order; added to a run by `observe`. For a closure there is `on_event`.
///
/// It is called between the steps of the run, so it should be quick. If it panics, the run ends with an error that names
/// it: [`PipelineError`](crate::PipelineError). (A static run panics.) A run that ends in this way, or that is dropped before
/// its end, has no last event.
///
/// ```
/// use rungs::{Event, EventKind, NoClock, Observer, Pipeline};
///
/// /// How much of a run is done.
/// #[derive(Default)]
/// struct Progress {
///     steps: usize,
///     done: usize,
/// }
///
/// impl<E> Observer<E> for Progress {
///     fn on_event(&mut self, event: &Event<'_, E>) {
///         match &event.kind {
///             EventKind::RunStarted(run) => self.steps = run.len(),
///             EventKind::Ended { .. } => self.done += 1,
///             _ => {}
///         }
///     }
/// }
///
/// let mut p = Pipeline::new("watched");
/// p.step("one").run(|| async { Ok(()) });
/// p.step("two").run(|| async { Ok(()) });
/// let (mut progress, mut lines) = (Progress::default(), Vec::new());
/// let run = p.runner().observe(&mut progress).on_event(|event| lines.push(event.to_string())).run(&NoClock);
/// assert!(futures_lite::future::block_on(run)?.is_success());
/// assert_eq!((progress.done, progress.steps), (2, 2));
/// assert_eq!(lines.first().unwrap(), "watched: run started: 2 steps");
/// # Ok::<(), rungs::PipelineError>(())
/// ```
///
/// `&mut O`, `Box<O>` and `Option<O>` are observers if `O` is one, also if it is a `dyn Observer<E>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not observe runs whose steps fail with `{E}`",
    note = "a closure is added by `on_event(|event| ..)`; anything else implements `Observer<E>`"
)]
pub trait Observer<E> {
    /// Called with each event.
    fn on_event(&mut self, event: &Event<'_, E>);

    /// Called after `on_event` with the event of an attempt's start: what is to travel with the attempt, if anything. Of
    /// several observers, the value of the first is entered first and left last. [`AttemptScope`] has an example.
    ///
    /// A `#[pipeline]` does not call it: its attempts have no heap.
    #[cfg(feature = "alloc")]
    fn attempt_scope(&mut self, _started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
        None
    }
}

impl<E, O: Observer<E> + ?Sized> Observer<E> for &mut O {
    #[inline]
    fn on_event(&mut self, event: &Event<'_, E>) {
        (**self).on_event(event);
    }

    #[cfg(feature = "alloc")]
    fn attempt_scope(&mut self, started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
        (**self).attempt_scope(started)
    }
}

#[cfg(feature = "alloc")]
impl<E, O: Observer<E> + ?Sized> Observer<E> for Box<O> {
    fn on_event(&mut self, event: &Event<'_, E>) {
        (**self).on_event(event);
    }

    fn attempt_scope(&mut self, started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
        (**self).attempt_scope(started)
    }
}

/// `None` ignores all events.
impl<E, O: Observer<E>> Observer<E> for Option<O> {
    fn on_event(&mut self, event: &Event<'_, E>) {
        if let Some(observer) = self {
            observer.on_event(event);
        }
    }

    #[cfg(feature = "alloc")]
    fn attempt_scope(&mut self, started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
        self.as_mut()?.attempt_scope(started)
    }
}
