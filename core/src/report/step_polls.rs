//! The polls of one step.

use core::time::Duration;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) polls: u64,
    pub(super) computing: Duration,
    pub(super) waiting: Duration,
    pub(super) longest: Duration,
    pub(super) is_spawned: bool,
}

/// The polls of one step, of all its attempts in a run: [`PollTimes::get`](crate::PollTimes::get) and
/// [`PollTimes::iter`](crate::PollTimes::iter) give it.
///
/// ```
/// # #[cfg(feature = "sim")] {
/// use rungs::{Pipeline, PollTimes, StepPolls, sim::Sim};
/// use std::time::Duration;
///
/// let sim = Sim::new();
/// let (clock, ms) = (sim.clock(), Duration::from_millis);
/// let mut p: Pipeline = Pipeline::new("etl");
/// p.step("load").run(async || {
///     clock.advance(ms(3)); // as if it computed
///     clock.sleep(ms(40)).await;
///     Ok(clock.advance(ms(4)))
/// });
/// let mut times = PollTimes::new(sim.clock());
/// sim.block_on(p.runner().observe(&mut times).run(&clock)).unwrap().unwrap();
/// let load: StepPolls<'_> = times.get("load").unwrap();
/// assert_eq!((load.name(), load.polls()), ("load", 2));
/// assert_eq!((load.computing(), load.longest(), load.waiting()), (ms(7), ms(4), ms(40)));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StepPolls<'t> {
    pub(super) name: &'t str,
    pub(super) totals: Totals,
}

impl<'t> StepPolls<'t> {
    /// The step's name.
    pub fn name(&self) -> &'t str {
        self.name
    }

    /// How often its attempts were polled. The drop of one that was cut off, or that panicked, counts as a poll.
    pub fn polls(&self) -> u64 {
        self.totals.polls
    }

    /// The time within polls, in which its code held a thread; also that in the closure that makes a spawned attempt.
    pub fn computing(&self) -> Duration {
        self.totals.computing
    }

    /// The time between the polls of its attempts, which waited for something, or were woken and not polled yet. Delays
    /// between attempts do not count, nor do waits for a resource: an attempt begins after these.
    pub fn waiting(&self) -> Duration {
        self.totals.waiting
    }

    /// The longest time without an await.
    pub fn longest(&self) -> Duration {
        self.totals.longest
    }
}
