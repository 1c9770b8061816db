//! The report of a pipeline that was built at run time.

use super::{
    error::{Ending, RunError},
    notes::RunNotes,
    record::{Own, Record},
    results::StepResults,
    step::StepResult,
    table::{Brief, Table},
    timeline::Timeline,
};
use crate::{
    error::StepError,
    exit_code::{OptionalSteps, count, exit_code, is_cut_short},
    steps::{Cell, Names, OwnErrors, ReportRecord, SharedCell, TakenBack, Warnings},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, time::Duration};
use rungs_scheduler::{Instant, Status, StepId};

/// The report of a run: complete, every step has its result, also those that never ran. It owns its results and outlives
/// the pipeline.
///
/// Its `Display` is a table; see also [`exit_code`](Self::exit_code).
///
/// ```
/// use rungs::{NoClock, Pipeline, Status};
///
/// let mut p: Pipeline = Pipeline::new("report");
/// let bad = p.step("bad").run(|| async { Err::<u8, _>("out of paper".into()) });
/// p.step("next").needs(bad).run(|_| async { Ok(()) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
///
/// assert_eq!(report.exit_code(), 1);
/// let next = report.get("next").unwrap();
/// assert_eq!(next.status(), Status::Failed);
/// assert_eq!(next.reason().unwrap().to_string(), "`bad` failed");
/// assert_eq!(format!("{:#}", report.output(bad).unwrap_err()), "`bad` has no result: out of paper");
/// # Ok::<(), rungs::PipelineError>(())
/// ```
///
/// # For machines
///
/// With feature `serde` a report is `Serialize`; in JSON it looks like this. `version` is raised when a reader of the shape
/// before would fail: new fields do not raise it.
///
/// ```json
/// {
///   "version": 1,
///   "pipeline": "nightly",
///   "exit_code": 0,
///   "started_unix_ms": 1764194400000,
///   "duration_ms": 1200.0,
///   "steps": [
///     {
///       "name": "fetch", "status": "success", "cause": null, "root": null, "via": null, "reason": null, "error": null,
///       "own_error": null, "required": true, "late": false, "attempts": 2, "retries": 1,
///       "started_unix_ms": 1764194400000, "started_ms": 0.0, "duration_ms": 1200.0
///     },
///     {
///       "name": "load", "status": "failed", "cause": "failed", "root": null, "via": null, "reason": "load failed",
///       "error": ["load failed", "disk full"], "own_error": { "attempt": 1, "error": ["load failed", "disk full"] },
///       "required": false, "late": false, "attempts": 1, "retries": 0,
///       "started_unix_ms": 1764194401200, "started_ms": 1200.0, "duration_ms": 0.0
///     },
///     {
///       "name": "tidy", "status": "skipped", "cause": "dependency", "root": "load", "via": "load",
///       "reason": "`load` failed", "error": null, "own_error": null, "required": true, "late": false,
///       "attempts": 0, "retries": 0, "started_unix_ms": null, "started_ms": null, "duration_ms": 0.0
///     }
///   ],
///   "edges": [
///     { "from": "fetch", "to": "load", "kind": "after" },
///     { "from": "load", "to": "tidy", "kind": "result" }
///   ],
///   "after_all": [],
///   "warnings": [
///     { "code": "unused_resource", "name": "bus", "text": "no step uses resource `bus`" }
///   ]
/// }
/// ```
///
/// - `status` is `pending`, `running`, `success`, `failed`, `skipped` or `cancelled`; `cause` a [`Cause::code`].
/// - `root` is the step where it began, and `via` the step's own need through which it came.
/// - `input` is there, and true, for a step whose result was given to the run.
/// - `error` lists the error with which the step failed and its sources; `own_error` the one that it last returned itself,
///   and the number of the attempt that did, also if a later attempt ended in another way.
/// - Names and errors are whole and as they are. `reason` is the table's text without the sources of errors, and on one
///   line as there.
/// - `started_unix_ms` is the time of the wall clock, read once at the run's start (`null` without `std`); `started_ms`
///   counts from that start.
/// - The `kind` of an edge is `result`, `after` (a need without its result) or `order` (no need).
/// - `warnings` is what [`warnings`](Self::warnings) holds: a [`PlanWarning::code`], the name of the step or of the resource,
///   and the text. The table has a line for each, after the one that counts.
/// - `undo` is there if the run was [undone](Self::undo): the report of that, with a result for each step; one of which there was
///   nothing to undo is skipped with the cause `not_needed`.
///
/// [`Cause::code`]: crate::Cause::code
/// [`PlanWarning::code`]: crate::PlanWarning::code
#[must_use = "step failures appear only in the report; check it"]
pub struct Report<E, C: Cell + ?Sized = SharedCell> {
    pub(crate) names: Arc<Names>,
    pub(crate) record: ReportRecord<C>,
    pub(crate) notes: RunNotes<E>,
    /// In a pipeline that has undos, unless the run was one.
    pub(crate) undoing: Option<Box<Undoing<E, C>>>,
    #[cfg(feature = "serde")]
    pub(crate) dependents: Option<Arc<crate::steps::Dependents>>,
}

/// What a report knows of the undo of its run.
pub(crate) struct Undoing<E, C: Cell + ?Sized> {
    /// The steps that have succeeded in an earlier run, which stored them; in ascending order.
    pub(crate) stored: Vec<StepId>,
    pub(crate) taken_back: TakenBack,
    /// If the run was undone because it failed.
    pub(crate) report: Option<Report<E, C>>,
}

impl<E, C: Cell + ?Sized> Report<E, C> {
    /// The pipeline's name.
    pub fn pipeline(&self) -> &str {
        self.names.pipeline()
    }

    /// All results, in the order of declaration; `for step in &report` iterates over them as well.
    pub fn steps(&self) -> StepResults<'_, E> {
        self.record().steps()
    }

    /// What the plan was warned of under the run's configuration.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("warned");
    /// p.resource("bus", 1);
    /// p.step("only").run(async || Ok(()));
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// assert_eq!(report.warnings().to_string(), "no step uses resource `bus`");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn warnings(&self) -> &Warnings {
        &self.record.warnings
    }

    /// The result of the step of this name. O(1).
    pub fn get(&self, name: &str) -> Option<StepResult<'_, E>> {
        self.step(self.names.find(name)?)
    }

    /// The result of a step, by its index in the order of declaration.
    pub fn step(&self, step: StepId) -> Option<StepResult<'_, E>> {
        self.record().step(step)
    }

    /// The report itself if its [exit code](Self::exit_code) is 0.
    ///
    /// # Errors
    /// A required step failed, or the run was stopped: the error names the step where that began, and has that step's
    /// error as its source.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p = Pipeline::with_error("nightly");
    /// let load = p.step("load").run(|| async { "x".parse::<u16>() });
    /// p.step("store").needs(load).run(|_| async { Ok(()) });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// let error = report.into_result().unwrap_err();
    /// assert_eq!(error.to_string(), "pipeline `nightly` failed at `load`");
    /// assert_eq!(format!("{error:#}"), "pipeline `nightly` failed at `load`: invalid digit found in string");
    /// assert_eq!((error.step(), error.exit_code()), ("load", 1));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn into_result(self) -> Result<Self, RunError<E>> {
        match self.exit_code() {
            0 => Ok(self),
            exit_code => Err(RunError::new(self.ending(self.culprit()), exit_code)),
        }
    }

    /// The errors that steps without success themselves returned last, also before an attempt that timed out or was
    /// abandoned, and the messages of their panics: in the order of declaration, a step's error before its panic. They are
    /// shared, because an [`OutputError`](crate::OutputError) may hold one as well.
    pub fn into_errors(mut self) -> impl Iterator<Item = (StepId, Arc<StepError<E>>)> {
        let errors = core::mem::take(&mut self.notes.errors);
        errors.into_iter().flat_map(|(step, OwnErrors { returned, ended_with })| {
            let errors = returned.map(|(_, error)| error).into_iter().chain(ended_with);
            errors.map(move |error| (step, error))
        })
    }

    /// When each step ran, as bars; [`Timeline`] has an example. If the run was [undone](Self::undo), the bars of that are below.
    pub fn timeline(&self) -> Timeline<'_, E> {
        let undo = self.undo().map(|undo| (undo.pipeline(), undo.record(), undo.notes.finished));
        Timeline::new(self.pipeline(), self.record(), self.notes.finished, None).with_undo(undo)
    }

    /// The report of the undo, if the run failed and was [to be undone then](crate::Runner::undo_on_failure). It has a result for
    /// each step: `Success` where it was taken back, `Failed` where that failed, and `Skipped` where there was nothing to undo.
    /// [`PipelineOf::undo`](crate::PipelineOf::undo) has an example.
    pub fn undo(&self) -> Option<&Self> {
        self.undoing.as_ref()?.report.as_ref()
    }

    /// Whether all required steps succeeded, or were skipped for no failure of a required one.
    pub fn is_success(&self) -> bool {
        self.exit_code() == 0
    }

    /// 0: no required step failed; 1: one did; 2: the run was stopped without a failure. (A run without a report has the
    /// exit code of its [error](crate::PipelineError::exit_code): 3 to 5.)
    pub fn exit_code(&self) -> u8 {
        exit_code(&self.record.states, self.optional_steps())
    }

    /// When the run started and ended, by its timer.
    pub fn span(&self) -> (Instant, Instant) {
        (self.notes.started, self.notes.finished)
    }

    /// How long the run took.
    pub fn duration(&self) -> Duration {
        self.notes.finished - self.notes.started
    }

    /// When the run started, by the wall clock. On `wasm32-unknown-unknown`, where std has none, it is the Unix epoch.
    #[cfg(feature = "std")]
    pub fn wall_clock_start(&self) -> std::time::SystemTime {
        self.notes.wall_clock
    }

    /// How many steps ended with this status.
    pub fn count(&self, status: Status) -> usize {
        count(&self.record.states, status)
    }

    pub(super) fn record(&self) -> Record<'_, E> {
        let Self { names, record, notes, .. } = self;
        let own = Own::Shared(notes, &record.optional);
        Record { names: &**names, states: &record.states, own, started: notes.started }
    }

    fn optional_steps(&self) -> OptionalSteps<'_> {
        OptionalSteps::List(&self.record.optional)
    }

    /// The step that made the exit code other than 0: the first by end and then by declaration. If it ended because of
    /// another, it is that one.
    fn culprit(&self) -> StepId {
        let (all, optional) = (self.record.states.iter().enumerate(), self.optional_steps());
        let states = || all.clone().filter(|(step, _)| !optional.contain(StepId::from_number(*step as u32)));
        let failed = states().filter(|(_, state)| state.status() == Status::Failed);
        let stopped = states().filter(|(_, state)| is_cut_short(state, &self.record.states));
        let first = failed
            .min_by_key(|(_, state)| state.finished_at())
            .or_else(|| stopped.min_by_key(|(_, state)| state.finished_at()));
        let first = StepId::from_number(first.map_or(0, |(step, _)| step as u32));
        self.step(first).and_then(|step| step.cause()?.root()).unwrap_or(first)
    }

    /// How a step has ended without success, owned.
    pub(super) fn ending(&self, step: StepId) -> Ending<E> {
        let state = |step: StepId| self.record.states.get(step.index()).copied().unwrap_or_default();
        let root = state(step).cause().and_then(|cause| cause.root()).unwrap_or(step);
        Ending {
            names: self.names.clone(),
            step,
            state: state(step),
            root: state(root),
            own: self.notes.errors.get(root).cloned().unwrap_or_default(),
            as_error: self.notes.as_error,
        }
    }
}

impl<'r, E, C: Cell + ?Sized> IntoIterator for &'r Report<E, C> {
    type Item = StepResult<'r, E>;
    type IntoIter = StepResults<'r, E>;

    fn into_iter(self) -> StepResults<'r, E> {
        self.steps()
    }
}

impl<E: fmt::Display, C: Cell + ?Sized> fmt::Display for Report<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pipeline, record, finished) = (self.pipeline(), self.record(), self.notes.finished);
        Table { pipeline, record, finished, may_be_late: true }.write(f)?;
        self.warnings().iter().try_for_each(|warning| write!(f, "\nwarning: {warning}"))?;
        self.undo().map_or(Ok(()), |undo| write!(f, "\n{undo}"))
    }
}

/// A summary, without the steps.
impl<E, C: Cell + ?Sized> fmt::Debug for Report<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (states, optional) = (&*self.record.states, self.optional_steps());
        Brief { pipeline: self.pipeline(), states, optional, duration: self.duration() }.fmt(f)
    }
}
