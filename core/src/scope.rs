//! A value that travels with an attempt, and the future that carries it where the run does not poll the attempt itself.

use crate::panics::{call_caught, drop_caught, on_panic};
use alloc::boxed::Box;
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;

/// A value that travels with one attempt, wherever that is polled: it is entered before and left after each poll, and around
/// what drops the attempt's future. [`Observer::attempt_scope`](crate::Observer::attempt_scope) gives it.
///
/// It cannot reach its observer, which may be on another thread by then. What it counts comes back by something that both
/// share, such as an `Arc`: the attempt has been left for the last time before the event of its end. The calls come in pairs
/// and do not nest, but those of a spawned attempt may come from several threads, one after the other. A panic of them
/// counts as a panic of the step.
///
/// ```
/// use rungs::{AttemptScope, Event, EventKind, NoClock, Observer, Pipeline};
/// use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
///
/// /// Counts the polls of each attempt.
/// #[derive(Default)]
/// struct Polls {
///     counted: Arc<AtomicU32>,
///     lines: Vec<String>,
/// }
///
/// struct Counter(Arc<AtomicU32>);
///
/// impl AttemptScope for Counter {
///     fn enter(&mut self) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
///     fn exit(&mut self) {}
/// }
///
/// impl<E> Observer<E> for Polls {
///     fn on_event(&mut self, event: &Event<'_, E>) {
///         if let EventKind::Ended { .. } = event.kind {
///             self.lines.push(format!("{}: {}", event.name, self.counted.load(Ordering::Relaxed)));
///         }
///     }
///     fn attempt_scope(&mut self, _: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
///         self.counted = Arc::default();
///         Some(Box::new(Counter(self.counted.clone())))
///     }
/// }
///
/// let mut p = Pipeline::new("polled");
/// p.step("patient").run(async || Ok(futures_lite::future::yield_now().await));
/// let mut polls = Polls::default();
/// let run = p.runner().observe(&mut polls).run(&NoClock);
/// assert!(futures_lite::future::block_on(run)?.is_success());
/// assert_eq!(polls.lines, ["patient: 2"]);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub trait AttemptScope: Send {
    /// Called once if the attempt is spawned, on the thread of the run, before all else. It is entered and left there around the
    /// call of the step's closure first, which is a part of the first poll otherwise. The default does nothing.
    ///
    /// ```
    /// # #[cfg(feature = "sim")] {
    /// use rungs::{AttemptScope, Event, Observer, Pipeline, sim::Sim};
    /// use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
    ///
    /// /// Counts the attempts that are spawned.
    /// #[derive(Clone, Default)]
    /// struct Spawned(Arc<AtomicU32>);
    ///
    /// impl AttemptScope for Spawned {
    ///     fn on_spawn(&mut self) {
    ///         self.0.fetch_add(1, Ordering::Relaxed);
    ///     }
    ///     fn enter(&mut self) {}
    ///     fn exit(&mut self) {}
    /// }
    ///
    /// impl<E> Observer<E> for Spawned {
    ///     fn on_event(&mut self, _: &Event<'_, E>) {}
    ///     fn attempt_scope(&mut self, _: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
    ///         Some(Box::new(self.clone()))
    ///     }
    /// }
    ///
    /// let (sim, spawned) = (Sim::new(), Spawned::default());
    /// let mut p: Pipeline = Pipeline::new("two");
    /// p.step("here").run(async || Ok(()));
    /// p.step("there").spawn_on(sim.tasks()).run(async || Ok(()));
    /// assert!(sim.run(p.runner().observe(spawned.clone())).unwrap().is_success());
    /// assert_eq!(spawned.0.load(Ordering::Relaxed), 1);
    /// # }
    /// ```
    fn on_spawn(&mut self) {}

    /// Called before each poll, on the thread that polls.
    fn enter(&mut self);

    /// Called after it, on the same thread, also if the attempt panicked.
    fn exit(&mut self);
}

/// What travels with one attempt.
pub(crate) type Scope = Box<dyn AttemptScope>;

/// Calls something within a scope, if there is one.
#[inline]
pub(crate) fn within<R>(scope: Option<&mut Scope>, call: impl FnOnce() -> R) -> R {
    let Some(scope) = scope else { return call() };
    scope.enter();
    let returned = on_panic(|| scope.exit(), call);
    scope.exit();
    returned
}

/// Calls what makes the future of a spawned attempt within its scope, if there is one.
#[inline]
pub(crate) fn spawn_within<R>(scope: Option<&mut Scope>, call: impl FnOnce() -> R) -> R {
    let Some(scope) = scope else { return call() };
    scope.on_spawn();
    within(Some(scope), call)
}

/// Calls what drops an attempt, and does not panic, within the attempt's scope, and drops that. Its panics have no effect.
pub(crate) fn end_within<R>(mut scope: Scope, call: impl FnOnce() -> R) -> R {
    call_caught(&mut || scope.enter());
    let returned = call();
    call_caught(&mut || scope.exit());
    drop_caught(scope);
    returned
}

/// The scopes of two observers, one within the other.
struct Nested(Scope, Scope);

impl AttemptScope for Nested {
    fn on_spawn(&mut self) {
        self.0.on_spawn();
        self.1.on_spawn();
    }

    fn enter(&mut self) {
        let Self(outer, inner) = self;
        outer.enter();
        on_panic(|| outer.exit(), || inner.enter());
    }

    fn exit(&mut self) {
        let Self(outer, inner) = self;
        on_panic(|| outer.exit(), || inner.exit());
        outer.exit();
    }
}

/// The scopes of two observers as one.
pub(crate) fn nested(outer: Option<Scope>, inner: Option<Scope>) -> Option<Scope> {
    match (outer, inner) {
        (Some(outer), Some(inner)) => Some(Box::new(Nested(outer, inner))),
        (outer, inner) => outer.or(inner),
    }
}

pin_project! {
    /// The future of an attempt that a [`Spawner`](crate::Spawner) is given, and what travels with it. It is `Send` if the
    /// step's own future is.
    ///
    /// Code that is generic over spawners names [`AttemptSpawner`](crate::AttemptSpawner) instead.
    pub struct SpawnedAttempt<F> {
        // Always there, until it is dropped.
        #[pin]
        future: Option<F>,
        // One word: most attempts have none, and an executor keeps each in a heap block.
        scope: Option<Box<Scope>>,
    }

    impl<F> PinnedDrop for SpawnedAttempt<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(scope) = this.scope.take() {
                end_within(*scope, || call_caught(&mut || this.future.set(None)));
            }
        }
    }
}

impl<F> SpawnedAttempt<F> {
    pub(crate) fn new(future: F, scope: Option<Scope>) -> Self {
        Self { future: Some(future), scope: scope.map(Box::new) }
    }
}

impl<F> fmt::Debug for SpawnedAttempt<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpawnedAttempt").field("has_scope", &self.scope.is_some()).finish_non_exhaustive()
    }
}

impl<F: Future> Future for SpawnedAttempt<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        match this.scope {
            None => poll(this.future.as_mut(), cx),
            Some(_) => poll_within(this.future, this.scope, cx),
        }
    }
}

/// Polls a spawned attempt within its scope. As in place, what has ended is dropped within its last poll, and is not entered
/// once more.
#[inline(never)]
fn poll_within<F: Future>(
    mut future: Pin<&mut Option<F>>,
    scope: &mut Option<Box<Scope>>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    let polled = within(scope.as_deref_mut(), || {
        let polled = poll(future.as_mut(), cx);
        if polled.is_ready() {
            call_caught(&mut || future.set(None));
        }
        polled
    });
    if polled.is_ready() {
        drop_caught(scope.take());
    }
    polled
}

#[inline]
fn poll<F: Future>(future: Pin<&mut Option<F>>, cx: &mut Context<'_>) -> Poll<F::Output> {
    future.as_pin_mut().map_or(Poll::Pending, |future| future.poll(cx))
}
