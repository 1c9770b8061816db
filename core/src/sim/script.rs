//! Scripted steps.

use super::clock::Clock;
use alloc::{sync::Arc, vec::Vec};
use core::{
    fmt,
    future::{Future, pending},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// What the attempts of a step do, one after the other; the last entry repeats. Clones play on where the others stopped.
///
/// ```
/// use std::time::Duration;
/// use rungs::{Pipeline, sim::Sim};
///
/// let sim = Sim::new();
/// let flash = sim.script().fail_in(Duration::from_millis(5), "busy").succeed_in(Duration::from_millis(30), 4_096);
///
/// let mut p = Pipeline::with_error("update");
/// let written = p.step("flash").retries(1).run(|| flash.play());
/// let report = sim.run(p.runner())?;
/// assert_eq!(*report.output(written).unwrap(), 4_096);
/// assert_eq!((flash.played(), report.duration()), (2, Duration::from_millis(35)));
/// # Ok::<(), rungs::sim::SimError>(())
/// ```
///
/// A script without entries hangs.
#[must_use = "a script does nothing until a step plays it"]
pub struct Script<T, E> {
    clock: Clock,
    acts: Vec<Act<T, E>>,
    played: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Act<T, E> {
    End(Duration, Result<T, E>),
    Hang,
}

impl<T, E> Script<T, E> {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, acts: Vec::new(), played: Arc::default() }
    }

    /// The next attempt succeeds at once.
    pub fn succeed(self, output: T) -> Self {
        self.succeed_in(Duration::ZERO, output)
    }

    /// The next attempt succeeds after this time.
    pub fn succeed_in(self, span: Duration, output: T) -> Self {
        self.then(Act::End(span, Ok(output)))
    }

    /// The next attempt fails at once.
    pub fn fail(self, error: E) -> Self {
        self.fail_in(Duration::ZERO, error)
    }

    /// The next attempt fails after this time.
    pub fn fail_in(self, span: Duration, error: E) -> Self {
        self.then(Act::End(span, Err(error)))
    }

    /// The next attempts, this many of them, fail at once.
    pub fn fail_times(mut self, times: usize, error: E) -> Self
    where
        E: Clone,
    {
        self.acts.extend((0..times).map(|_| Act::End(Duration::ZERO, Err(error.clone()))));
        self
    }

    /// The next attempt never ends by itself.
    pub fn hang(self) -> Self {
        self.then(Act::Hang)
    }

    fn then(mut self, act: Act<T, E>) -> Self {
        self.acts.push(act);
        self
    }

    /// How many attempts have begun.
    pub fn played(&self) -> usize {
        self.played.load(Ordering::Relaxed)
    }
}

impl<T: Clone, E: Clone> Script<T, E> {
    /// The next attempt, as the future of a step. It owns all it needs, so that it can be spawned as well.
    pub fn play(&self) -> impl Future<Output = Result<T, E>> + use<T, E> {
        let at = self.played.fetch_add(1, Ordering::Relaxed);
        let act = self.acts.get(at).or(self.acts.last()).cloned().unwrap_or(Act::Hang);
        let clock = self.clock.clone();
        async move {
            match act {
                Act::End(span, result) => {
                    clock.sleep(span).await;
                    result
                }
                Act::Hang => pending().await,
            }
        }
    }
}

impl<T: Clone, E: Clone> Clone for Script<T, E> {
    fn clone(&self) -> Self {
        Self { clock: self.clock.clone(), acts: self.acts.clone(), played: self.played.clone() }
    }
}

impl<T, E> fmt::Debug for Script<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("attempts", &self.acts.len())
            .field("played", &self.played())
            .finish_non_exhaustive()
    }
}
