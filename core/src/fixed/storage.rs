//! What a run writes on.

use super::{
    drive::Driver,
    lane_states::LaneStates,
    report::{Outputs, Report, RunNotes},
    run_future::{RunFuture, RunStart},
    runner::Runner,
    settings::RunSettings,
    static_plan::StaticPipeline,
};
use crate::{observers::Observers, time::Timer};
use core::{
    fmt,
    future::Future,
    task::{Context, Poll},
};
use rungs_scheduler::{Instant, StepState, Storage, TimerEntry};

/// What a run writes on.
pub trait ReportStorage: Default {
    /// What it leaves there.
    type Report;

    /// The report without the rest.
    fn into_report(self) -> Self::Report;
}

/// All that a run writes on: its report, and what it needs meanwhile.
///
/// `WORDS` is [`StorageSize::ready_words`](crate::scheduler::StorageSize::ready_words) of the number of steps, `TIMERS` is
/// [`Plan::timers`](crate::scheduler::Plan::timers), and `LEVELS` is 0 but for [`Order::Levels`](crate::Order::Levels).
///
/// The [module](super) has an example.
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
    /// A run has been here.
    is_used: bool,
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
    /// Nothing written yet.
    #[inline]
    pub const fn new() -> Self {
        Self { report: Report::new(), store: Store::new(), is_used: false }
    }

    /// Begins anew: lends the outputs, for the paths to write, and the rest.
    #[inline]
    pub fn lend(&mut self) -> (&mut R, RunBuffers<'_, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>) {
        if self.is_used {
            self.report.clear();
        }
        self.is_used = true;
        let Report { outputs, states, notes } = &mut self.report;
        (outputs, RunBuffers { states, store: &mut self.store, notes })
    }

    /// What came of the last run.
    #[inline]
    pub const fn report(&self) -> &Report<R, E, STEPS> {
        &self.report
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
        f.debug_tuple("Run").field(&self.report).finish()
    }
}

/// All that a run writes on but its outputs.
///
/// The [module](super) has an example.
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
    states: &'r mut [StepState; STEPS],
    store: &'r mut Store<WORDS, TIMERS, RESOURCES, LEVELS>,
    notes: &'r mut RunNotes<E, STEPS>,
}

impl<'r, E, const STEPS: usize, const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize>
    RunBuffers<'r, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
    /// Runs all steps on paths, which `paths` polls by their numbers.
    #[inline]
    pub fn drive<
        P: StaticPipeline,
        O: Observers<E>,
        S: RunSettings,
        T: Timer,
        const PATHS: usize,
        const NEEDS: usize,
        const CONTEXTS: usize,
    >(
        self,
        runner: Runner<P, O, S>,
        timer: &'r T,
        wires: &'r LaneStates<E, PATHS, NEEDS, CONTEXTS>,
        paths: impl FnMut(usize, &mut Context<'_>) -> Poll<()>,
    ) -> impl Future<Output = ()> {
        let (Self { states, store, notes }, Runner { settings, observers, pipeline }) = (self, runner);
        let now = Instant::ZERO;
        RunFuture::new(
            RunStart { states, store, settings },
            Driver { notes, wires, timer, now, paths, observers, pipeline },
        )
    }
}

/// What a run needs beside: 16 bytes a time limit, a bit a step and a little above.
#[derive(Debug)]
struct Store<const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize> {
    ready: [usize; WORDS],
    timers: [TimerEntry; TIMERS],
    free: [u32; RESOURCES],
    open: [u32; LEVELS],
}

impl<const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize>
    Store<WORDS, TIMERS, RESOURCES, LEVELS>
{
    /// Nothing written yet.
    const fn new() -> Self {
        Self { ready: [0; WORDS], timers: [TimerEntry::NEW; TIMERS], free: [0; RESOURCES], open: [0; LEVELS] }
    }
}

/// A [`Store`] of any lengths: two words until the scheduler wants ten.
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
