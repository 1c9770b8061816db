//! The memory that a run writes to.

use super::{
    report::{Outputs, Report, RunNotes, StartTime},
    sealed::Sealed,
};
use core::fmt;
use rungs_scheduler::{Instant, StepState, Storage, TimerEntry};

/// The memory that a run writes to.
pub trait ReportStorage: Default + Sealed {
    /// The report of the run.
    type Report;

    /// The report alone.
    fn into_report(self) -> Self::Report;
}

/// The memory that a run writes to: its report, and what it needs meanwhile.
///
/// `WORDS` is [`StorageSize::ready_words`](crate::scheduler::StorageSize::ready_words) of the number of steps, `TIMERS` is
/// [`Plan::timers`](crate::scheduler::Plan::timers), and `LEVELS` is 0 but for [`Order::Levels`](crate::Order::Levels).
pub struct RunStorage<
    R,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const TIMERS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> {
    report: Report<R, E, STEPS>,
    store: Store<WORDS, TIMERS, RESOURCES, LEVELS>,
}

impl<
    R: Outputs,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const TIMERS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> RunStorage<R, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
    /// Empty storage.
    #[inline]
    pub const fn new() -> Self {
        Self { report: Report::new(), store: Store::new() }
    }

    /// Begins anew: lends the outputs, for the lanes to write, and the rest.
    #[doc(hidden)]
    #[inline]
    pub fn lend(&mut self) -> (&mut R, RunBuffers<'_, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>) {
        if self.report.notes.started != StartTime::NONE {
            self.report.clear();
        }
        self.report.notes.started = StartTime::new(Instant::ZERO);
        let Report { outputs, states, notes } = &mut self.report;
        (outputs, RunBuffers { states, store: &mut self.store, notes })
    }

    /// The report of the last run. If the run was dropped, each step is as it was when the run was last polled: those that had
    /// not ended are `Running` or `Pending`, and the exit code is 2 if none had failed. The run's duration is then zero.
    ///
    /// ```
    /// use rungs::{NoClock, Status};
    /// use std::{pin::pin, task::{Context, Waker}};
    ///
    /// #[rungs::pipeline]
    /// mod boot {
    ///     #[step]
    ///     async fn power() -> u32 {
    ///         3_300
    ///     }
    ///     #[step]
    ///     async fn radio(power: &u32) {
    ///         assert_eq!(*power, 3_300);
    ///         core::future::pending().await
    ///     }
    /// }
    ///
    /// let mut storage = boot::Storage::new();
    /// {
    ///     let mut run = pin!(boot::runner().run_in(&mut storage, (), &NoClock));
    ///     assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    /// }
    /// let report = storage.report();
    /// assert_eq!(report.outputs.power, Some(3_300));
    /// assert_eq!(report.get("radio").map(|step| step.status()), Some(Status::Running));
    /// ```
    #[inline]
    pub const fn report(&self) -> &Report<R, E, STEPS> {
        &self.report
    }

    /// The report of the last run alone, without what only a run needs.
    #[inline]
    pub fn into_report(self) -> Report<R, E, STEPS> {
        self.report
    }
}

impl<
    R: Outputs,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const TIMERS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> Default for RunStorage<R, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl<R, E, const STEPS: usize, const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize>
    Sealed for RunStorage<R, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
}

impl<
    R: Outputs,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const TIMERS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> ReportStorage for RunStorage<R, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
    type Report = Report<R, E, STEPS>;

    #[inline]
    fn into_report(self) -> Self::Report {
        self.report
    }
}

impl<
    R: Outputs,
    E: fmt::Debug,
    const STEPS: usize,
    const WORDS: usize,
    const TIMERS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> fmt::Debug for RunStorage<R, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RunStorage").field(&self.report).finish()
    }
}

/// The memory that a run writes to, without its outputs.
#[derive(Debug)]
pub struct RunBuffers<
    'r,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const TIMERS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> {
    pub(super) states: &'r mut [StepState; STEPS],
    pub(super) store: &'r mut Store<WORDS, TIMERS, RESOURCES, LEVELS>,
    pub(super) notes: &'r mut RunNotes<E, STEPS>,
}

/// What a run needs beside its report: 16 bytes per time limit, a bit per step and a little more.
#[derive(Debug)]
pub(super) struct Store<const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize> {
    ready: [usize; WORDS],
    timers: [TimerEntry; TIMERS],
    free: [u32; RESOURCES],
    open: [u32; LEVELS],
}

impl<const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize>
    Store<WORDS, TIMERS, RESOURCES, LEVELS>
{
    const fn new() -> Self {
        Self { ready: [0; WORDS], timers: [TimerEntry::NEW; TIMERS], free: [0; RESOURCES], open: [0; LEVELS] }
    }
}

/// A [`Store`] of any lengths. A reference to it is smaller than the slices that the scheduler takes later.
pub(super) trait Lend<'s> {
    fn lend(self, states: &'s mut [StepState]) -> Storage<'s>;
}

impl<'s, const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize> Lend<'s>
    for &'s mut Store<WORDS, TIMERS, RESOURCES, LEVELS>
{
    #[inline]
    fn lend(self, states: &'s mut [StepState]) -> Storage<'s> {
        let Store { ready, timers, free, open } = self;
        Storage { states, ready, timers, free, open }
    }
}
