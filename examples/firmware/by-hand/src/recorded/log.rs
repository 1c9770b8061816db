//! One step's attempts, and the record of all.

use core::cell::Cell;

use embassy_time::{Duration, Instant, Timer, with_deadline};
use sensor_board::Fault;

/// The attempts of a step and its time limits.
#[derive(Clone, Copy)]
pub struct Policy {
    retries: u32,
    backoff: Duration,
    is_exponential: bool,
    timeout: Duration,
    deadline: Duration,
}

impl Policy {
    pub const ONCE: Self = Self {
        retries: 0,
        backoff: Duration::MIN,
        is_exponential: false,
        timeout: Duration::MAX,
        deadline: Duration::MAX,
    };

    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    pub const fn fixed(mut self, delay: Duration) -> Self {
        self.backoff = delay;
        self
    }

    pub const fn exponential(mut self, first: Duration) -> Self {
        self.backoff = first;
        self.is_exponential = true;
        self
    }

    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    pub const fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = limit;
        self
    }

    /// Before the `retry`-th further attempt, from 1.
    fn delay(&self, retry: u32) -> Duration {
        if self.is_exponential {
            let factor = 1_u64.checked_shl(retry.saturating_sub(1)).unwrap_or(u64::MAX);
            Duration::from_ticks(self.backoff.as_ticks().saturating_mul(factor))
        } else {
            self.backoff
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Pending,
    Running,
    Success,
    Failed,
    Skipped,
}

/// The index of the step whose failure is the root cause.
pub type Root = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Failed(Fault),
    TimedOut,
    Deadline,
    Need { root: Root },
}

/// The record of one step. It consists of cells, because branches that run at the same time write to the log.
pub struct Record {
    pub status: Cell<Status>,
    pub cause: Cell<Option<Cause>>,
    pub attempts: Cell<u32>,
    pub started: Cell<Instant>,
    pub finished: Cell<Instant>,
}

impl Record {
    const fn new() -> Self {
        Self {
            status: Cell::new(Status::Pending),
            cause: Cell::new(None),
            attempts: Cell::new(0),
            started: Cell::new(Instant::MIN),
            finished: Cell::new(Instant::MIN),
        }
    }
}

/// The records of all steps.
pub struct Log<const N: usize> {
    pub records: [Record; N],
}

impl<const N: usize> Default for Log<N> {
    fn default() -> Self {
        Self { records: [const { Record::new() }; N] }
    }
}

impl<const N: usize> Log<N> {
    /// Runs a step whose needs succeeded; otherwise returns the root cause.
    ///
    /// All that does not depend on the step's type is in other functions, so that it lies in flash once.
    pub async fn step<T>(
        &self,
        step: usize,
        policy: &Policy,
        mut attempt: impl AsyncFnMut() -> Result<T, Fault>,
    ) -> Result<T, Root> {
        let Some(record) = self.records.get(step) else { return Err(step) };
        loop {
            let limit = begin(record, policy);
            let cause = match with_deadline(limit, attempt()).await {
                Ok(Ok(result)) => {
                    end(record, Status::Success, None);
                    return Ok(result);
                }
                Ok(Err(fault)) => Cause::Failed(fault),
                Err(_) => Cause::TimedOut,
            };
            match judge(record, policy, cause) {
                Some(delay) if delay > Duration::MIN => Timer::after(delay).await,
                Some(_) => {}
                None => return Err(step),
            }
        }
    }

    /// Records a step as failed because of a need.
    pub fn fail<T>(&self, step: usize, root: Root) -> Result<T, Root> {
        self.give_up(step, Status::Failed, root);
        Err(root)
    }

    /// Records a step as skipped because of a need.
    pub fn skip(&self, step: usize, root: Root) {
        self.give_up(step, Status::Skipped, root);
    }

    fn give_up(&self, step: usize, status: Status, root: Root) {
        if let Some(record) = self.records.get(step) {
            end(record, status, Some(Cause::Need { root }));
        }
    }
}

/// Begins an attempt, and returns its time limit.
fn begin(record: &Record, policy: &Policy) -> Instant {
    let now = Instant::now();
    if record.attempts.get() == 0 {
        record.started.set(now);
    }
    record.status.set(Status::Running);
    record.attempts.set(record.attempts.get() + 1);
    after(now, policy.timeout).min(after(record.started.get(), policy.deadline))
}

/// The delay before the next attempt; `None` if the step has failed.
fn judge(record: &Record, policy: &Policy, cause: Cause) -> Option<Duration> {
    let (now, deadline) = (Instant::now(), after(record.started.get(), policy.deadline));
    let is_final = match cause {
        Cause::Failed(fault) => !fault.is_transient(),
        _ => now >= deadline,
    };
    let attempts = record.attempts.get();
    let delay = policy.delay(attempts);
    if is_final || attempts > policy.retries || after(now, delay) >= deadline {
        let cause = if cause == Cause::TimedOut && now >= deadline { Cause::Deadline } else { cause };
        end(record, Status::Failed, Some(cause));
        return None;
    }
    Some(delay)
}

fn end(record: &Record, status: Status, cause: Option<Cause>) {
    let now = Instant::now();
    if record.attempts.get() == 0 {
        record.started.set(now);
    }
    record.finished.set(now);
    record.status.set(status);
    record.cause.set(cause);
}

fn after(instant: Instant, span: Duration) -> Instant {
    instant.saturating_add(span)
}
