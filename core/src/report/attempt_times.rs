//! When each attempt of a run began and ended: what a report does not keep.

use crate::{
    observe::{Event, EventKind},
    observer::Observer,
};
use alloc::{collections::BTreeMap, vec::Vec};
use rungs_scheduler::{Instant, StepId};

/// The times of all attempts of one run, and of waits for permits and resources: an observer, for
/// [`Timeline::with_attempts`](crate::Timeline::with_attempts).
///
/// It takes 24 bytes or so per attempt, and as many per wait.
///
/// ```
/// # #[cfg(feature = "sim")] {
/// use rungs::{AttemptTimes, Backoff, Pipeline, sim::Sim};
/// use std::time::Duration;
///
/// let sim = Sim::new();
/// let (clock, ms) = (sim.clock(), Duration::from_millis);
/// let mut p = Pipeline::with_error("etl");
/// p.step("orders").retries(1).backoff(Backoff::fixed(ms(60))).run_with(async |cx| {
///     clock.sleep(ms(20)).await;
///     if cx.attempt() == 1 { Err("reset") } else { Ok(()) }
/// });
/// let mut attempts = AttemptTimes::new();
/// let report = sim.block_on(p.runner().observe(&mut attempts).run(&clock)).unwrap().unwrap();
/// assert_eq!(report.timeline().with_attempts(&attempts).to_string(), "\
/// Timeline: etl, 100.0 ms
/// step        start  duration
/// orders *        0  100.0 ms  |#########x------------------------------##########|  success, 2 attempts
/// critical path: orders");
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct AttemptTimes {
    marks: BTreeMap<StepId, Vec<(Instant, Mark)>>,
}

/// What begins at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A wait for a permit or a resource.
    Waiting,
    /// An attempt.
    Started,
    /// A delay: the attempt before failed.
    Failed,
}

impl Mark {
    pub(super) fn letter(self) -> u8 {
        match self {
            Self::Waiting => b'~',
            Self::Started => b'#',
            Self::Failed => b'-',
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Started => "attempt",
            Self::Failed => "backoff",
        }
    }
}

/// What a step did for some time.
pub(super) struct Span {
    pub(super) kind: Mark,
    pub(super) from: Instant,
    pub(super) to: Instant,
    /// Whether it is an attempt that failed, and was followed by another.
    pub(super) is_failed: bool,
}

impl<E> Observer<E> for AttemptTimes {
    fn on_event(&mut self, event: &Event<'_, E>) {
        let mark = match &event.kind {
            EventKind::RunStarted(_) => return self.marks.clear(),
            EventKind::Waiting { .. } => Mark::Waiting,
            EventKind::Started => Mark::Started,
            EventKind::Retrying { .. } => Mark::Failed,
            _ => return,
        };
        if let Some(step) = event.step {
            self.marks.entry(step).or_default().push((event.at, mark));
        }
    }
}

impl AttemptTimes {
    /// Of no run yet.
    pub const fn new() -> Self {
        Self { marks: BTreeMap::new() }
    }

    /// What a step that ended then did, in order.
    pub(super) fn spans(&self, step: StepId, ended: Instant) -> impl Iterator<Item = Span> {
        let marks = self.marks.get(&step).map(Vec::as_slice).unwrap_or_default();
        marks.iter().enumerate().map(move |(at, &(from, kind))| {
            let next = marks.get(at + 1);
            let to = next.map_or(ended, |(next, _)| *next);
            let is_failed = kind == Mark::Started && next.is_some_and(|(_, next)| *next == Mark::Failed);
            Span { kind, from, to, is_failed }
        })
    }
}
