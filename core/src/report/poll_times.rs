//! Where the time of steps goes: within their polls, which compute, or between them.

use super::{
    long_poll::LongPoll,
    step_polls::{StepPolls, Totals},
    table::Short,
};
use crate::{
    escape::StepName,
    lock::Lock,
    observe::{Event, EventKind, RunInfo},
    observer::Observer,
    scope::AttemptScope,
    time::Timer,
};
use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::{fmt, time::Duration};
use rungs_scheduler::Instant;

/// A poll that takes longer holds up what else its thread has to do: programs that answer people notice it.
const LIMIT: Duration = Duration::from_millis(10);

/// Longer names push their line out.
const WIDEST_NAME: usize = 32;

/// Where the time of each step goes: an observer that measures the polls of all attempts of a run, in place and on the threads
/// of executors. Its `Display` is a table, with a line for each step in place that computed for longer than 10 ms (or another
/// [limit](Self::with_limit)) without awaiting, as this holds up all other steps.
///
/// ```
/// # #[cfg(feature = "sim")] {
/// use rungs::{Pipeline, PollTimes, sim::Sim};
/// use std::time::Duration;
///
/// let sim = Sim::new();
/// let (clock, ms) = (sim.clock(), Duration::from_millis);
/// let mut p: Pipeline = Pipeline::new("etl");
/// let fetch = p.step("fetch").run(async || Ok(clock.sleep(ms(40)).await));
/// p.step("parse").after(fetch).run(async || Ok(clock.advance(ms(812)))); // as if it computed
/// let mut times = PollTimes::new(sim.clock()); // in a program: Smol, Tokio, ..
/// let report = sim.block_on(p.runner().observe(&mut times).run(&clock)).unwrap().unwrap();
/// assert_eq!(times.to_string(), "\
/// Polls: etl
/// step   polls  computing   waiting   longest
/// fetch      2          0   40.0 ms         0
/// parse      1   812.0 ms         0  812.0 ms
/// `parse` computed 812 ms without awaiting: spawn it");
/// # }
/// ```
///
/// The clock is its own, as an attempt may be polled on another thread than its run; it is read twice per poll. A run that
/// nothing measures reads no clock for it. The observer holds the numbers of the last run, also of one that was dropped.
///
/// Each attempt takes one allocation, and each step of the pipeline about 80 bytes and its name; O(1) per poll. The steps of a
/// `#[pipeline]` are not measured: nothing [travels](AttemptScope) with their attempts.
pub struct PollTimes<T> {
    clock: Arc<T>,
    limit: Duration,
    pipeline: String,
    /// The names of all steps, one after the other, and where each ends.
    names: String,
    ends: Vec<usize>,
    totals: RunTotals,
}

/// What the attempts of each step add to, on whatever thread. In one allocation, as most steps have one attempt.
type RunTotals = Arc<[Lock<Totals>]>;

impl<T: Timer + Send + Sync + 'static> PollTimes<T> {
    /// Measures by this clock, which need not be that of the run.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, PollTimes};
    ///
    /// let mut p: Pipeline = Pipeline::new("counted");
    /// p.step("yields").run(async || Ok(futures_lite::future::yield_now().await));
    /// let mut times = PollTimes::new(NoClock); // counts only
    /// let run = p.runner().observe(&mut times).run(&NoClock);
    /// assert!(futures_lite::future::block_on(run)?.is_success());
    /// assert_eq!(times.get("yields").map(|step| step.polls()), Some(2));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn new(clock: T) -> Self {
        let (pipeline, names, ends, totals) = (String::new(), String::new(), Vec::new(), Arc::new([]));
        Self { clock: Arc::new(clock), limit: LIMIT, pipeline, names, ends, totals }
    }
}

impl<T> PollTimes<T> {
    /// Warns of polls that took longer than this, instead of 10 ms.
    ///
    /// ```
    /// # #[cfg(feature = "sim")] {
    /// use rungs::{Pipeline, PollTimes, sim::Sim};
    /// use std::time::Duration;
    ///
    /// let sim = Sim::new();
    /// let clock = sim.clock();
    /// let mut p: Pipeline = Pipeline::new("frames");
    /// p.step("draw").run(async || Ok(clock.advance(Duration::from_millis(5))));
    /// let mut times = PollTimes::new(sim.clock()).with_limit(Duration::from_millis(2));
    /// sim.block_on(p.runner().observe(&mut times).run(&clock)).unwrap().unwrap();
    /// let lines: Vec<_> = times.warnings().map(|long| long.to_string()).collect();
    /// assert_eq!(lines, ["`draw` computed 5.0 ms without awaiting: spawn it"]);
    /// # }
    /// ```
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    fn begin(&mut self, pipeline: &str, run: &RunInfo<'_>) {
        self.pipeline = pipeline.into();
        self.names.clear();
        self.ends.clear();
        for name in run.names() {
            self.names.push_str(name);
            self.ends.push(self.names.len());
        }
        // An attempt that an earlier run left behind keeps the totals that it adds to.
        self.totals = (0..run.len()).map(|_| Lock::new(Totals::default())).collect();
    }

    /// The numbers of a step, if it began. O(n) in the number of steps. [`new`](Self::new) has an example.
    pub fn get(&self, name: &str) -> Option<StepPolls<'_>> {
        self.iter().find(|step| step.name == name)
    }

    /// The numbers of all steps that began, in the order of declaration.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline, PollTimes};
    ///
    /// let mut p: Pipeline = Pipeline::new("two");
    /// let one = p.step("one").run(async || Ok(()));
    /// p.step("two").after(one).run(async || Ok(()));
    /// let mut times = PollTimes::new(NoClock);
    /// let run = p.runner().observe(&mut times).run(&NoClock);
    /// assert!(futures_lite::future::block_on(run)?.is_success());
    /// let polls: Vec<_> = times.iter().map(|step| (step.name(), step.polls())).collect();
    /// assert_eq!(polls, [("one", 1), ("two", 1)]);
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = StepPolls<'_>> {
        let all = self.totals.iter().map(|totals| totals.with(|totals| *totals)).enumerate();
        let began = all.filter(|(_, totals)| totals.polls > 0 || totals.is_spawned);
        began.map(|(step, totals)| StepPolls { name: self.name(step), totals })
    }

    fn name(&self, step: usize) -> &str {
        let begin = step.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(step).and_then(|&end| self.names.get(begin..end)).unwrap_or_default()
    }

    /// The longest poll of each step that took longer than the limit, in the order of declaration: lines for a log. A spawned
    /// step is not among them: it holds a thread of its executor, and not that of the run.
    /// [`with_limit`](Self::with_limit) has an example.
    pub fn warnings(&self) -> impl Iterator<Item = LongPoll<'_>> {
        let is_long = |step: &StepPolls<'_>| !step.totals.is_spawned && step.totals.longest > self.limit;
        self.iter().filter(is_long).map(|step| LongPoll::new(step.name, step.totals.longest))
    }
}

impl<E, T: Timer + Send + Sync + 'static> Observer<E> for PollTimes<T> {
    fn on_event(&mut self, event: &Event<'_, E>) {
        if let EventKind::RunStarted(run) = &event.kind {
            self.begin(event.name, run);
        }
    }

    fn attempt_scope(&mut self, started: &Event<'_, E>) -> Option<Box<dyn AttemptScope>> {
        let (clock, run, step) = (self.clock.clone(), self.totals.clone(), started.step?.index());
        Some(Box::new(Stopwatch { clock, run, step, entered: Instant::ZERO, left: None, is_call: false }))
    }
}

/// Measures the polls of one attempt.
struct Stopwatch<T> {
    clock: Arc<T>,
    run: RunTotals,
    step: usize,
    entered: Instant,
    /// When the last poll ended, if there was one.
    left: Option<Instant>,
    /// Whether the closure of a spawned attempt is called next: no poll.
    is_call: bool,
}

impl<T> Stopwatch<T> {
    fn add(&self, change: impl FnOnce(&mut Totals)) {
        if let Some(totals) = self.run.get(self.step) {
            totals.with(change);
        }
    }
}

impl<T: Timer + Send + Sync> AttemptScope for Stopwatch<T> {
    fn on_spawn(&mut self) {
        self.is_call = true;
        self.add(|totals| totals.is_spawned = true);
    }

    fn enter(&mut self) {
        self.entered = self.clock.now();
    }

    fn exit(&mut self) {
        let now = self.clock.now();
        let (computed, waited) = (now - self.entered, self.left.map_or(Duration::ZERO, |left| self.entered - left));
        let is_poll = !core::mem::take(&mut self.is_call);
        self.left = Some(now);
        self.add(|totals| {
            totals.polls += u64::from(is_poll);
            totals.computing = totals.computing.saturating_add(computed);
            totals.waiting = totals.waiting.saturating_add(waited);
            totals.longest = totals.longest.max(computed);
        });
    }
}

impl<T> fmt::Display for PollTimes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.iter().map(|step| StepName(step.name).width()).max();
        let width = widest.unwrap_or(0).clamp(4, WIDEST_NAME);
        writeln!(f, "Polls: {}", StepName(&self.pipeline))?;
        write!(f, "{:width$}  polls  computing   waiting   longest", "step")?;
        for StepPolls { name, totals } in self.iter() {
            f.write_str("\n")?;
            StepName(name).write_column(f, width)?;
            let [computing, waiting, longest] = [totals.computing, totals.waiting, totals.longest].map(Short::of);
            write!(f, "  {:>5}  {computing:>9}  {waiting:>8}  {longest:>8}", totals.polls)?;
        }
        self.warnings().try_for_each(|long| write!(f, "\n{long}"))
    }
}

impl<T> fmt::Debug for PollTimes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, pipeline, .. } = self;
        let mut shown = f.debug_struct("PollTimes");
        shown
            .field("pipeline", pipeline)
            .field("limit", limit)
            .field("steps", &self.iter().count())
            .finish_non_exhaustive()
    }
}
