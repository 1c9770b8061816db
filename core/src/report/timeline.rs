//! When each step of a run ran, as bars for people, without a heap.

use super::{
    bar::{COLUMNS, Scale},
    record::Record,
    step::StepResult,
    table::Short,
};
use crate::{escape::StepName, plan_view::PlanView};
use core::fmt::{self, Write};
use rungs_scheduler::{__private::AttemptCount, Instant, Status, StepId};

#[cfg(feature = "alloc")]
use super::attempt_times::AttemptTimes;

/// Longer names are cut.
const WIDEST_NAME: usize = 32;

/// In a run of more steps, only so many of the longest are shown.
pub(super) const MOST_ROWS: usize = 60;

/// The names of the critical path at the end of the last line.
const PATH_NAMES: usize = 8;

/// When each step of a run ran, as a bar per step: a `Display` without a heap, for a terminal or the log of a board. The
/// method `timeline` of a report makes it.
///
/// `.` stands for the time before a step's first attempt, `#` from there to its end. With the
/// [`AttemptTimes`](crate::AttemptTimes) of the run `-` is a delay between two attempts, `~` a wait for a permit or a resource,
/// and `x` the end of a failed attempt. `*` marks the steps of the critical path: the step that ended last, the step whose end
/// it waited for, and so on to the start of the run. Only what makes these shorter, or starts them earlier, makes the run
/// shorter. Of more than 60 steps, the longest are shown, and all with `{:#}`.
///
/// ```
/// # #[cfg(feature = "sim")] {
/// use rungs::{Pipeline, sim::Sim};
/// use std::time::Duration;
///
/// let sim = Sim::new();
/// let (clock, ms) = (sim.clock(), Duration::from_millis);
/// let mut p = Pipeline::with_code("etl");
/// let users = p.step("users").run(async || Ok(clock.sleep(ms(20)).await));
/// let orders = p.step("orders").run(async || Ok(clock.sleep(ms(60)).await));
/// p.step("merge").after((users, orders)).run(async || Err::<(), _>(clock.sleep(ms(40)).await));
/// let report = sim.block_on(p.run(&clock)).unwrap().unwrap();
/// assert_eq!(report.timeline().to_string(), "\
/// Timeline: etl, 100.0 ms
/// step        start  duration
/// users           0   20.0 ms  |##########                                        |  success
/// orders *        0   60.0 ms  |##############################                    |  success
/// merge  *  60.0 ms   40.0 ms  |..............................####################|  failed
/// critical path: orders, merge");
/// # }
/// ```
///
/// O(steps · log(steps)) with a heap. Without one the critical path of n steps takes n passes over all, or one over its needs
/// where the [plan](Self::with_plan) is known.
#[must_use = "it is to be shown"]
pub struct Timeline<'r, E> {
    pub(super) pipeline: &'r str,
    pub(super) record: Record<'r, E>,
    pub(super) finished: Instant,
    pub(super) plan: Option<PlanView<'r>>,
    #[cfg(feature = "alloc")]
    pub(super) attempts: Option<&'r AttemptTimes>,
    /// The name, the record and the end of the undo, which is shown below the run.
    #[cfg(feature = "alloc")]
    undo: Option<(&'r str, Record<'r, E>, Instant)>,
}

impl<'r, E> Timeline<'r, E> {
    pub(crate) fn new(pipeline: &'r str, record: Record<'r, E>, finished: Instant, plan: Option<PlanView<'r>>) -> Self {
        Self {
            pipeline,
            record,
            finished,
            plan,
            #[cfg(feature = "alloc")]
            attempts: None,
            #[cfg(feature = "alloc")]
            undo: None,
        }
    }

    /// Adds the undo of the run.
    #[cfg(feature = "alloc")]
    pub(super) fn with_undo(mut self, undo: Option<(&'r str, Record<'r, E>, Instant)>) -> Self {
        self.undo = undo;
        self
    }

    /// Adds the plan of the run, so that the critical path follows the needs of steps and not their times alone. A `#[pipeline]`
    /// knows it already.
    ///
    /// ```
    /// # #[cfg(feature = "sim")] {
    /// use rungs::{Pipeline, sim::Sim};
    /// use std::time::Duration;
    ///
    /// let sim = Sim::new();
    /// let (clock, ms) = (sim.clock(), Duration::from_millis);
    /// let mut p: Pipeline = Pipeline::new("two");
    /// let needed = p.step("needed").run(async || Ok(clock.sleep(ms(20)).await));
    /// p.step("beside").run(async || Ok(clock.sleep(ms(20)).await));
    /// p.step("last").after(needed).run(async || Ok(clock.sleep(ms(20)).await));
    /// let report = sim.block_on(p.run(&clock)).unwrap().unwrap();
    /// let plan = p.plan().unwrap();
    /// let path: Vec<_> = report.timeline().with_plan(plan).critical_path().map(|step| step.name()).collect();
    /// assert_eq!(path, ["last", "needed"]);
    /// # }
    /// ```
    pub fn with_plan(mut self, plan: PlanView<'r>) -> Self {
        self.plan = Some(plan);
        self
    }

    /// Adds what an observer noted of each attempt.
    #[cfg(feature = "alloc")]
    pub fn with_attempts(mut self, attempts: &'r AttemptTimes) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// The steps that made the run as long as it was, from the last one to the first: the one that ended last, and before each
    /// the need that ended last (without a plan, the step that ended last before it began).
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("one");
    /// p.step("only").run(async || Ok(()));
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// let path: Vec<_> = report.timeline().critical_path().map(|step| step.name()).collect();
    /// assert_eq!(path, ["only"]);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn critical_path(&self) -> impl Iterator<Item = StepResult<'r, E>> + use<'r, E> {
        let (record, links) = (self.record, super::critical_path::Links::new(self.record, self.plan));
        let last = links.last();
        // A path has no circle; the bound holds also for times that make none.
        core::iter::successors(last, move |&step| links.before(step))
            .take(record.states.len())
            .filter_map(move |step| record.step(step))
    }

    pub(super) fn started(&self) -> Instant {
        self.record.started
    }

    /// The bar of a step.
    fn bar(&self, step: &StepResult<'_, E>) -> [u8; COLUMNS] {
        let mut bar = [b' '; COLUMNS];
        let scale = Scale::new(self.started(), self.finished);
        let Some(began) = step.started_at() else { return bar };
        scale.fill(&mut bar, b'.', self.started(), began);
        let ended = step.finished_at().unwrap_or(self.finished);
        scale.fill(&mut bar, b'#', began, ended);
        #[cfg(feature = "alloc")]
        if let Some(attempts) = self.attempts {
            for span in attempts.spans(step.id(), ended) {
                scale.fill(&mut bar, span.kind.letter(), span.from, span.to);
                if span.is_failed {
                    scale.mark(&mut bar, b'x', span.to);
                }
            }
        }
        // A step that began has a column, however short it was.
        if !bar.iter().any(|&letter| letter == b'#' || letter == b'x') {
            scale.mark(&mut bar, b'#', ended);
        }
        bar
    }

    fn row(
        &self,
        f: &mut fmt::Formatter<'_>,
        step: &StepResult<'_, E>,
        width: usize,
        is_critical: bool,
    ) -> fmt::Result {
        write_name(f, step.name(), width)?;
        f.write_str(if is_critical { " *" } else { "  " })?;
        match step.started_at() {
            Some(began) => {
                let ended = step.finished_at().unwrap_or(began);
                let (wait, span) = (Short::between(self.started(), began), Short::between(began, ended));
                write!(f, " {wait:>8}  {span:>8}  |")?;
            }
            None => write!(f, " {:>8}  {:>8}  |", "-", "-")?,
        }
        self.bar(step).iter().try_for_each(|&letter| f.write_char(letter.into()))?;
        write!(f, "|  {}", step.status())?;
        // A cause that names no step: the others are in the table.
        if let Some(cause) = step.cause().filter(|cause| step.status() == Status::Skipped && cause.root().is_none()) {
            write!(f, ": {cause}")?;
        }
        #[cfg(any(feature = "alloc", feature = "postcard"))]
        if step.is_given() {
            f.write_str(" (given)")?;
        }
        if step.attempts() > 1 {
            write!(f, ", {} attempts", AttemptCount(step.attempts()))?;
        }
        f.write_str("\n")
    }

    /// The time that the shortest of the shown steps took, in nanoseconds.
    fn shortest_shown(&self) -> u64 {
        let mut longest = [0_u64; MOST_ROWS];
        for step in self.record.steps() {
            let mut span = nanos(&step);
            // Sorted, the longest first.
            for entry in &mut longest {
                if span > *entry {
                    core::mem::swap(entry, &mut span);
                }
            }
        }
        longest.last().copied().unwrap_or_default()
    }
}

impl<E> fmt::Display for Timeline<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(not(feature = "alloc"))]
        let steps = self.record.states.len();
        #[cfg(feature = "alloc")]
        let steps = self.record.shown().count();
        let least = if steps > MOST_ROWS && !f.alternate() { self.shortest_shown() } else { 0 };
        let widest = self.record.shown().map(|step| StepName(step.name()).width()).max().unwrap_or(0);
        let width = widest.clamp(4, WIDEST_NAME);
        writeln!(f, "Timeline: {}, {}", StepName(self.pipeline), Short::between(self.started(), self.finished))?;
        writeln!(f, "{:width$}      start  duration", "step")?;
        let path = Marked::new(self.critical_path(), self.record.states.len());
        let most = if f.alternate() { steps } else { MOST_ROWS };
        let mut shown = 0;
        for step in self.record.shown().filter(|step| nanos(step) >= least).take(most) {
            self.row(f, &step, width, path.contain(step.id()))?;
            shown += 1;
        }
        if shown < steps {
            writeln!(f, "and {} shorter steps", steps - shown)?;
        }
        self.write_path(f)?;
        #[cfg(feature = "alloc")]
        if let Some((pipeline, record, finished)) = self.undo {
            f.write_str("\n")?;
            Timeline::new(pipeline, record, finished, None).fmt(f)?;
        }
        Ok(())
    }
}

impl<E> Timeline<'_, E> {
    /// The critical path in words, from its first step to its last.
    fn write_path(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let len = self.critical_path().count();
        f.write_str("critical path: ")?;
        if len == 0 {
            return f.write_str("none");
        }
        // The path is known from its end: the first names are the last ones, one walk for each.
        let named = len.min(PATH_NAMES);
        for at in 0..named {
            let step = self.critical_path().nth(len - 1 - at);
            let name = step.map_or("", |step| step.name());
            f.write_str(if at == 0 { "" } else { ", " })?;
            write_name(f, name, 0)?;
        }
        if len > named { write!(f, ", and {} more", len - named) } else { Ok(()) }
    }
}

impl<E> fmt::Debug for Timeline<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline").field("pipeline", &self.pipeline).finish_non_exhaustive()
    }
}

/// By nanoseconds, since a `Duration` costs a division of 64 bits.
fn nanos<E>(step: &StepResult<'_, E>) -> u64 {
    let began = step.started_at().map_or(0, |began| began.as_nanos());
    let ended = step.finished_at().map_or(began, |ended| ended.as_nanos());
    if step.started_at().is_some() { ended.saturating_sub(began) } else { 0 }
}

/// Writes a name into a column of this width, cut where it is too wide for any.
fn write_name(f: &mut fmt::Formatter<'_>, name: &str, width: usize) -> fmt::Result {
    if StepName(name).width() <= WIDEST_NAME {
        return StepName(name).write_column(f, width);
    }
    let fits = |end: &usize| name.get(..*end).is_some_and(|start| StepName(start).width() < WIDEST_NAME);
    let end = name.char_indices().map(|(end, _)| end).skip(1).take_while(fits).last().unwrap_or(0);
    let start = name.get(..end).unwrap_or_default();
    StepName(start).write_column(f, 0)?;
    write!(f, "…{:1$}", "", (width.saturating_sub(1)).saturating_sub(StepName(start).width()))
}

/// The steps of the critical path as a set.
struct Marked {
    #[cfg(feature = "alloc")]
    bits: alloc::vec::Vec<bool>,
    /// Enough for any board.
    #[cfg(not(feature = "alloc"))]
    bits: [bool; 256],
}

impl Marked {
    fn new<'r, E: 'r>(path: impl Iterator<Item = StepResult<'r, E>>, _steps: usize) -> Self {
        #[cfg(feature = "alloc")]
        let bits = alloc::vec![false; _steps];
        #[cfg(not(feature = "alloc"))]
        let bits = [false; 256];
        let mut marked = Self { bits };
        for step in path {
            if let Some(bit) = marked.bits.get_mut(step.id().index()) {
                *bit = true;
            }
        }
        marked
    }

    fn contain(&self, step: StepId) -> bool {
        self.bits.get(step.index()).is_some_and(|bit| *bit)
    }
}
