//! What a run writes on.

use super::{
    blueprint::Known,
    drive::Drive,
    driven::{Driven, Fresh},
    report::{Notes, Outputs, Report},
    runner::Runner,
    settings::RunSettings,
    wire::Wires,
};
use crate::{
    observers::Observers,
    scheduler::{Alarm, Node, State},
    time::{Instant, Timer},
};
use core::{
    fmt,
    future::Future,
    task::{Context, Poll},
};

/// What a run writes on.
pub trait Storage: Default {
    /// What it leaves there.
    type Report;

    /// The report without the rest.
    fn into_report(self) -> Self::Report;
}

/// All that a run writes on: its report, and what it needs meanwhile.
///
/// `WORDS` is [`Needed::ready_words`](crate::scheduler::Needed::ready_words) of the number of steps, `ALARMS` is
/// [`Plan::alarms`](crate::scheduler::Plan::alarms), and `LEVELS` is 0 but for [`Order::Levels`](crate::Order::Levels).
///
/// The [module](super) has an example.
pub struct Run<
    R,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> {
    report: Report<R, E, STEPS>,
    store: Store<WORDS, ALARMS, RESOURCES, LEVELS>,
    /// A run has been here.
    is_used: bool,
}

impl<
    R: Outputs,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> Run<R, E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>
{
    /// Nothing written yet.
    #[inline]
    pub const fn new() -> Self {
        Self { report: Report::new(), store: Store::new(), is_used: false }
    }

    /// Begins anew: lends the outputs, for the paths to write, and the rest.
    #[inline]
    pub fn lend(&mut self) -> (&mut R, Lent<'_, E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>) {
        if self.is_used {
            self.report.clear();
        }
        self.is_used = true;
        let Report { outputs, nodes, notes } = &mut self.report;
        (outputs, Lent { nodes, store: &mut self.store, notes })
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
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> Default for Run<R, E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>
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
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> Storage for Run<R, E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>
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
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> fmt::Debug for Run<R, E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Run").field(&self.report).finish()
    }
}

/// All that a run writes on but its outputs.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Lent<
    'r,
    E,
    const STEPS: usize,
    const WORDS: usize,
    const ALARMS: usize,
    const RESOURCES: usize,
    const LEVELS: usize,
> {
    nodes: &'r mut [Node; STEPS],
    store: &'r mut Store<WORDS, ALARMS, RESOURCES, LEVELS>,
    notes: &'r mut Notes<E, STEPS>,
}

impl<'r, E, const STEPS: usize, const WORDS: usize, const ALARMS: usize, const RESOURCES: usize, const LEVELS: usize>
    Lent<'r, E, STEPS, WORDS, ALARMS, RESOURCES, LEVELS>
{
    /// Runs all steps on paths, which `paths` polls by their numbers.
    #[inline]
    pub fn drive<
        P: Known,
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
        wires: &'r Wires<E, PATHS, NEEDS, CONTEXTS>,
        paths: impl FnMut(usize, &mut Context<'_>) -> Poll<()>,
    ) -> impl Future<Output = ()> {
        let (Self { nodes, store, notes }, Runner { settings, observers, pipeline }) = (self, runner);
        let now = Instant::ZERO;
        Driven::new(Fresh { nodes, store, settings }, Drive { notes, wires, timer, now, paths, observers, pipeline })
    }
}

/// What a run needs beside: 16 bytes a time limit, a bit a step and a little above.
#[derive(Debug)]
struct Store<const WORDS: usize, const ALARMS: usize, const RESOURCES: usize, const LEVELS: usize> {
    ready: [usize; WORDS],
    alarms: [Alarm; ALARMS],
    free: [u32; RESOURCES],
    open: [u32; LEVELS],
}

impl<const WORDS: usize, const ALARMS: usize, const RESOURCES: usize, const LEVELS: usize>
    Store<WORDS, ALARMS, RESOURCES, LEVELS>
{
    /// Nothing written yet.
    const fn new() -> Self {
        Self { ready: [0; WORDS], alarms: [Alarm::NEW; ALARMS], free: [0; RESOURCES], open: [0; LEVELS] }
    }
}

/// A [`Store`] of any lengths: two words until the scheduler wants ten.
pub(super) trait Lend<'s> {
    fn lend(self, nodes: &'s mut [Node]) -> State<'s>;
}

impl<'s, const WORDS: usize, const ALARMS: usize, const RESOURCES: usize, const LEVELS: usize> Lend<'s>
    for &'s mut Store<WORDS, ALARMS, RESOURCES, LEVELS>
{
    #[inline]
    fn lend(self, nodes: &'s mut [Node]) -> State<'s> {
        let Store { ready, alarms, free, open } = self;
        State { nodes, ready, alarms, free, open }
    }
}
