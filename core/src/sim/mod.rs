//! A simulation: a held clock, and an executor that moves it, for tests of pipelines.
//!
//! Time passes only when nothing else can happen: then the clock jumps to the next deadline. A pipeline with a day of backoff
//! ends in microseconds, each run is exactly like the last one, and times can be asserted.
//!
//! ```
//! use std::time::Duration;
//! use rungs::{Pipeline, sim::{Sim, SimError}};
//!
//! let sim = Sim::new();
//! let fetch = sim.script().fail_times(2, "503").hang().succeed_in(Duration::from_millis(30), 7);
//!
//! let mut p = Pipeline::with_error("nightly");
//! p.step("fetch")
//!     .retries(3)
//!     .retry_delay(Duration::from_secs(6 * 3600))
//!     .timeout(Duration::from_secs(1))
//!     .run(|| fetch.play());
//!
//! let report = sim.run(p.runner())?;
//! let fetch = report.get("fetch").unwrap();
//! assert_eq!(fetch.attempts(), 4);
//! assert_eq!(fetch.duration(), Duration::from_secs(42 * 3600 + 1) + Duration::from_millis(30));
//! # Ok::<(), SimError>(())
//! ```
//!
//! # Interleavings
//!
//! The order of what happens at the same time follows from the seed of the simulation: of timers that fire together, of spawned
//! tasks and the run, and of the steps that one poll of a run finds woken (a step that opens a gate at which others wait). The
//! same seed gives the same run. [`explore`] runs a test with many seeds, and names the one that failed.
//!
//! Steps that become ready together start in the order of their priorities, as they do everywhere, and a static run polls its
//! attempts in its own order.
//!
//! # What is simulated
//!
//! Whatever waits for the simulation's [`Clock`], or is woken by what does. Real input and output does not belong here: the
//! simulation does not wait for it. Where a timeout is armed it passes at once, and so the operation times out; where nothing is
//! armed, the simulation ends with [`SimError::Stuck`]. A wake from another thread ends it with [`SimError::OtherThread`],
//! because a run that depends on other threads is not the same twice.

mod clock;
mod error;
mod executor;
mod script;
mod spawner;
mod state;
mod watch;

pub use clock::{Clock, Sleep};
pub use error::SimError;
pub use script::Script;
pub use spawner::{Spawned, Tasks};
pub use watch::Watch;

use crate::{Instant, Kind, Report, Runner, observers::Observers};
use alloc::sync::Arc;
use core::{fmt, future::Future};
use state::Shared;

/// A clock that stands still, and an executor that moves it. The [module](self) has an example.
pub struct Sim {
    shared: Arc<Shared>,
}

impl Sim {
    /// A simulation in which whatever happens at the same time happens in the order in which it was asked for.
    pub fn new() -> Self {
        Self::seeded(0)
    }

    /// A simulation in which the seed decides the order of what happens at the same time. The same seed gives the same run.
    pub fn seeded(seed: u64) -> Self {
        Self { shared: Arc::new(Shared::new(seed)) }
    }

    /// The clock. It is a [`Timer`](crate::Timer), and steps sleep on it to simulate work.
    pub fn clock(&self) -> Clock {
        Clock { shared: self.shared.clone() }
    }

    /// The spawner of this simulation: its tasks run on the simulation's own executor.
    pub fn tasks(&self) -> Tasks {
        Tasks { shared: self.shared.clone() }
    }

    /// A scripted step: what its attempts do, one after the other.
    pub fn script<T, E>(&self) -> Script<T, E> {
        Script::new(self.clock())
    }

    /// An observer through which an error names the steps that were in flight. [`run`](Self::run) has one; others add it by
    /// `.observe(sim.watch())`.
    pub fn watch(&self) -> Watch {
        Watch { shared: self.shared.clone() }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.shared.lock().seed
    }

    /// The current time.
    pub fn now(&self) -> Instant {
        self.shared.lock().now
    }

    /// Runs a pipeline to its end, on the simulation's clock.
    ///
    /// # Errors
    /// The plan is wrong, or the run cannot come to its end: see [`SimError`].
    pub fn run<'env, E, K: Kind<'env, E>, O: Observers<E>>(
        &self,
        runner: Runner<'_, 'env, E, K, O>,
    ) -> Result<Report<E, K::Cell>, SimError> {
        let clock = self.clock();
        Ok(self.block_on(runner.observe(self.watch()).run(&clock))??)
    }

    /// Runs any future to its end: a static pipeline's run, several runs at once, a program around a run.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rungs::sim::Sim;
    ///
    /// let sim = Sim::new();
    /// let clock = sim.clock();
    /// sim.block_on(clock.sleep(Duration::from_secs(3600)))?;
    /// assert_eq!(sim.now(), rungs::Instant::ZERO + Duration::from_secs(3600));
    /// # Ok::<(), rungs::sim::SimError>(())
    /// ```
    ///
    /// # Errors
    /// The future cannot come to its end: see [`SimError`].
    pub fn block_on<F: Future>(&self, future: F) -> Result<F::Output, SimError> {
        executor::block_on(&self.shared, future)
    }
}

impl Default for Sim {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

/// What the tasks hold goes with the simulation, though a waker of theirs may live on.
impl Drop for Sim {
    fn drop(&mut self) {
        self.shared.clear();
    }
}

/// Runs a test once per seed. If it panics, the seed is printed: `Sim::seeded` of it repeats the failure.
///
/// ```
/// use std::time::Duration;
/// use rungs::{Pipeline, sim};
///
/// sim::explore(0..100, |sim| {
///     let clock = sim.clock();
///     let mut p = Pipeline::new("two at once");
///     let a = p.step("a").run(|| async { Ok(clock.sleep(Duration::from_secs(1)).await) });
///     let b = p.step("b").run(|| async { Ok(clock.sleep(Duration::from_secs(1)).await) });
///     p.step("c").after((a, b)).run(|| async { Ok(()) });
///     assert!(sim.run(p.runner()).unwrap().is_success());
/// });
/// ```
pub fn explore(seeds: impl IntoIterator<Item = u64>, mut test: impl FnMut(&Sim)) {
    for seed in seeds {
        let _named = NameOnPanic(seed);
        test(&Sim::seeded(seed));
    }
}

struct NameOnPanic(u64);

impl Drop for NameOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::eprintln!("rungs::sim: failed with seed {}: `Sim::seeded({})` repeats it", self.0, self.0);
        }
    }
}
