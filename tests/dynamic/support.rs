//! Runs in a simulation, polls by hand, and ways to tell what came of a run.

mod clock;
mod store;

pub(crate) use clock::{Counted, Jumping};
pub(crate) use rungs::sim::{Clock, Sim, Sleep};
pub(crate) use store::Slow;

use std::{
    fmt::Display,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use rungs::{Event, Instant, Observer, Report, StepResult, dynamic::Cell};

pub(crate) const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Knows whether it was woken, and how often.
#[derive(Default)]
pub(crate) struct Flag {
    woken: AtomicBool,
    wakes: AtomicUsize,
}

impl Flag {
    pub(crate) fn take(&self) -> bool {
        self.woken.swap(false, Ordering::SeqCst)
    }

    pub(crate) fn wakes(&self) -> usize {
        self.wakes.load(Ordering::SeqCst)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        self.woken.store(true, Ordering::SeqCst);
    }
}

/// Polls a future by hand.
pub(crate) struct Hand {
    pub(crate) flag: Arc<Flag>,
    waker: Waker,
}

impl Hand {
    pub(crate) fn new() -> Self {
        let flag = Arc::new(Flag::default());
        Self { waker: Waker::from(flag.clone()), flag }
    }

    pub(crate) fn poll<T>(&self, future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(&self.waker))
    }

    /// Polls for as long as the future wakes itself.
    pub(crate) fn poll_to_rest<T>(&self, mut future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        loop {
            let polled = self.poll(future.as_mut());
            if polled.is_ready() || !self.flag.take() {
                return polled;
            }
        }
    }
}

/// Runs to the end, in the simulation.
#[track_caller]
pub(crate) fn drive<T>(sim: &Sim, future: impl Future<Output = T>) -> T {
    sim.block_on(future).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs what needs no clock.
#[track_caller]
pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    drive(&Sim::new(), future)
}

/// Polls so many times at most; what the future came to, if that was enough.
pub(crate) fn poll_at_most<T>(sim: &Sim, most: usize, mut future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut left = most;
    let polls = poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(cx).map(Some)
    });
    drive(sim, polls)
}

/// What came of a step, in one line: status, attempts if not one, from when to when in ms, why.
pub(crate) fn fate<E: Display>(step: StepResult<'_, E>) -> String {
    let mut line = format!("{} {}", step.name(), step.status());
    if step.attempts() > 1 {
        line += &format!(" x{}", step.attempts());
    }
    if let Some(started) = step.started_at() {
        line += &format!(" {}..{}", whole_ms(started), step.finished_at().map_or("?".into(), whole_ms));
    }
    if let Some(reason) = step.reason() {
        line += &format!(": {reason}");
    }
    line
}

/// What came of every step.
pub(crate) fn fates<E: Display, C: Cell + ?Sized>(report: &Report<E, C>) -> Vec<String> {
    report.steps().map(fate).collect()
}

fn whole_ms(at: Instant) -> String {
    (at.as_nanos() / 1_000_000).to_string()
}

/// Lines, in the order in which they were written. Clones are the same log.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn write(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Writes every event, with its time.
impl<E: Display> Observer<E> for Log {
    fn on_event(&mut self, event: &Event<'_, E>) {
        self.write(format!("{} {event}", whole_ms(event.at)));
    }
}

/// Counts how many of its guards are alive.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn guard(&self) -> Guard {
        self.0.fetch_add(1, Ordering::SeqCst);
        Guard(self.clone())
    }

    /// How many are alive, or how often it was raised.
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn raise(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

pub(crate) struct Guard(Count);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Polls once, gives way, and is polled again at once.
pub(crate) async fn give_way() {
    let mut first = true;
    poll_fn(|cx| {
        if std::mem::take(&mut first) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}
