//! A resource of several runs.

use super::bucket::Bucket;
use crate::lock::Lock;
use alloc::{collections::VecDeque, string::String, sync::Arc, vec::Vec};
use core::{fmt, task::Waker, time::Duration};
use rungs_scheduler::Instant;

/// A resource of several runs: made once, and given to any number of pipelines, on any threads. Clones are the same
/// resource.
///
/// It has units that an attempt holds exactly while it is in flight ([`new`](Self::new)), or starts that attempts use up
/// ([`starts_per`](Self::starts_per)). A step [uses](crate::StepBuilder::uses) it as it uses a resource of its pipeline. It
/// takes all that it uses at once, or nothing, so steps cannot block each other for ever.
///
/// A step that lacks a unit or a start waits, and is told as [`EventKind::Waiting`](crate::EventKind::Waiting). Its attempt
/// has not begun: it holds no permit and no other resource, its timeout does not run, and a stop skips it. (A deadline runs
/// from the start of the first attempt, and so while a retry waits.) All that wait, of all runs, are served in the order in
/// which they came. One passes another only where what is free suffices for both.
///
/// What an attempt holds is free again when its end is confirmed, when its run is dropped, or, after a run that was
/// forgotten, when its pipeline is run again or dropped. A run that waits in this way must be polled when it is woken, as
/// any other future: one that is kept and not polled keeps those behind it waiting.
///
/// ```
/// use rungs::{NoClock, Pipeline, SharedResource};
///
/// let db = SharedResource::new("db", 1);
/// let mut p: Pipeline = Pipeline::new("load");
/// for table in ["users", "orders"] {
///     p.step(table).uses(&db, 1).run(async || Ok(assert_eq!(db.free(), 0)));
/// }
/// let mut log = Vec::new();
/// let run = p.runner().on_event(|event| log.push(event.to_string())).run(&NoClock);
/// assert!(futures_lite::future::block_on(run)?.is_success());
/// assert_eq!(db.free(), 1);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Clone)]
pub struct SharedResource {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    name: String,
    pub(super) state: Lock<State>,
}

/// What is free of a resource, and who waits for it.
pub(super) struct State {
    pub(super) stock: Stock,
    /// In the order in which they came.
    pub(super) queue: VecDeque<Waiter>,
}

pub(super) enum Stock {
    Units { all: u32, free: u32 },
    Starts(Bucket),
}

/// A claim in the queue of one resource. Its ticket is the same in all queues.
pub(super) struct Waiter {
    pub(super) ticket: u64,
    pub(super) units: u32,
    pub(super) waker: Waker,
}

impl SharedResource {
    /// A resource with this many units, of which each attempt holds some.
    pub fn new(name: &str, units: u32) -> Self {
        Self::of(name, Stock::Units { all: units, free: units })
    }

    /// A resource of which each attempt uses up some starts, and which is refilled evenly: `starts` per `span`.
    ///
    /// It is a token bucket that holds up to `starts` and is full at first. So in any span of length t at most
    /// `starts + starts * t / span` attempts start; with `starts_per("api", 1, span)` they are evenly spread. A span of zero
    /// is no limit.
    ///
    /// Time is that of the run's [`Timer`](crate::Timer), and a run without a clock is a plan error. Runs that share it
    /// should have timers of the same kind: of times by clocks with different epochs it cannot tell how much has passed
    /// between them, and more may start then.
    ///
    /// ```
    /// # #[cfg(feature = "sim")] {
    /// use std::time::Duration;
    /// use rungs::{Pipeline, SharedResource, sim::Sim};
    ///
    /// let api = SharedResource::starts_per("api", 1, Duration::from_millis(100));
    /// let sim = Sim::new();
    /// let mut p: Pipeline = Pipeline::new("polite");
    /// for name in ["a", "b", "c"] {
    ///     p.step(name).uses(&api, 1).run(async || Ok(()));
    /// }
    /// let report = sim.run(p.runner())?;
    /// let started = report.steps().map(|step| step.started_at().unwrap().as_nanos() / 1_000_000);
    /// assert!(started.eq([0, 100, 200]));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn starts_per(name: &str, starts: u32, span: Duration) -> Self {
        Self::of(name, Stock::Starts(Bucket::new(starts, span)))
    }

    fn of(name: &str, stock: Stock) -> Self {
        let state = Lock::new(State { stock, queue: VecDeque::new() });
        Self { inner: Arc::new(Inner { name: name.into(), state }) }
    }

    /// The name, for events, errors and plans. Several resources may have the same.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// How many units there are; of starts, how many may be left at most.
    pub fn units(&self) -> u32 {
        self.inner.state.with(|state| match &state.stock {
            Stock::Units { all, .. } => *all,
            Stock::Starts(bucket) => bucket.capacity(),
        })
    }

    /// How many units are free; of starts, how many were left when a step last asked.
    pub fn free(&self) -> u32 {
        self.inner.state.with(|state| match &state.stock {
            Stock::Units { free, .. } => *free,
            Stock::Starts(bucket) => bucket.tokens(),
        })
    }

    /// How many steps wait for it, in all runs.
    pub fn waiting(&self) -> usize {
        self.inner.state.with(|state| state.queue.len())
    }

    /// Whether it is one of starts, which needs a clock.
    pub(crate) fn needs_clock(&self) -> bool {
        self.inner.state.with(|state| matches!(state.stock, Stock::Starts(_)))
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl State {
    /// When this many units are free, besides those of the waiters before this one: `now`, a later time, or
    /// [`Instant::NEVER`] for units that an attempt holds. O(waiters before).
    pub(super) fn due(&mut self, ticket: u64, units: u32, now: Instant) -> Instant {
        let before = self.queue.iter().take_while(|waiter| waiter.ticket < ticket);
        let wanted = before.map(|waiter| u64::from(waiter.units)).sum::<u64>() + u64::from(units);
        match &mut self.stock {
            Stock::Units { free, .. } if u64::from(*free) >= wanted => now,
            Stock::Units { .. } => Instant::NEVER,
            Stock::Starts(bucket) => bucket.due(wanted, now),
        }
    }

    pub(super) fn take(&mut self, units: u32) {
        match &mut self.stock {
            Stock::Units { free, .. } => *free = free.saturating_sub(units),
            Stock::Starts(bucket) => bucket.take(units),
        }
    }

    /// Gives units back. Starts are used up.
    pub(super) fn give_back(&mut self, units: u32, wakers: &mut Vec<Waker>) {
        let Stock::Units { free, .. } = &mut self.stock else { return };
        *free = free.saturating_add(units);
        let mut left = *free;
        for waiter in &self.queue {
            let Some(rest) = left.checked_sub(waiter.units) else { break };
            left = rest;
            wakers.push(waiter.waker.clone());
        }
    }

    /// Puts a waiter into the queue, or replaces its waker. Tickets are given in order, so a new one is the last.
    pub(super) fn enqueue(&mut self, waiter: Waiter) {
        match self.queue.binary_search_by_key(&waiter.ticket, |other| other.ticket) {
            Ok(index) => {
                if let Some(entry) = self.queue.get_mut(index) {
                    *entry = waiter;
                }
            }
            Err(index) => self.queue.insert(index, waiter),
        }
    }

    /// Removes a waiter, and returns how many were before it.
    pub(super) fn dequeue(&mut self, ticket: u64) -> Option<usize> {
        let index = self.queue.binary_search_by_key(&ticket, |waiter| waiter.ticket).ok()?;
        self.queue.remove(index).map(|_| index)
    }
}

impl fmt::Debug for SharedResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SharedResource");
        shown.field("name", &self.name()).field("units", &self.units()).field("free", &self.free());
        shown.field("waiting", &self.waiting()).finish()
    }
}
