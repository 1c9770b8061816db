//! What came of a run: every step's result, and what it adds up to.

#[cfg(feature = "defmt")]
mod defmt;
mod error;
#[cfg(feature = "serde")]
mod serde;
mod step;
mod table;

pub use error::NoOutput;
pub use step::{Reason, StepResult};

use crate::{
    error::StepError,
    pipeline::{Cell, Handle, Names, Out, Ran, SharedCell},
    plan::StepId,
    scheduler::Status,
    summary::exit_code,
    time::Instant,
};
use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};
use core::{fmt, time::Duration};

/// The report of a run: complete, every step has its result, also those that never ran. It owns its results and outlives
/// the pipeline.
///
/// Its `Display` is a table; see also [`exit_code`](Self::exit_code).
///
/// ```
/// use rungs::{NoClock, Pipeline, Status};
///
/// let mut p = Pipeline::new("report");
/// let bad = p.step("bad").run(|| async { Err::<u8, _>("out of paper".into()) });
/// p.step("next").needs(bad).run(|_| async { Ok(()) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
///
/// assert_eq!(report.exit_code(), 1);
/// let next = report.get("next").unwrap();
/// assert_eq!(next.status(), Status::Failed);
/// assert_eq!(next.reason().unwrap().to_string(), "`bad` failed");
/// assert_eq!(report.output(bad).unwrap_err().to_string(), "`bad` has no result: out of paper");
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[must_use = "what went wrong in steps is told by the report alone"]
pub struct Report<E, C: ?Sized = SharedCell> {
    /// Whose handles lead here.
    pub(crate) pipeline: u32,
    pub(crate) names: Arc<Names>,
    pub(crate) ran: Arc<Ran<C>>,
    pub(crate) errors: BTreeMap<u32, StepError<E>>,
    pub(crate) started: Instant,
    pub(crate) finished: Instant,
    #[cfg(feature = "std")]
    pub(crate) wall_clock: std::time::SystemTime,
}

impl<E: fmt::Debug, C: Cell + ?Sized> fmt::Debug for Report<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Report");
        shown.field("pipeline", &self.pipeline()).field("steps", &self.steps().collect::<Vec<_>>());
        shown.finish_non_exhaustive()
    }
}

impl<E, C: Cell + ?Sized> Report<E, C> {
    /// The pipeline's name.
    pub fn pipeline(&self) -> &str {
        self.names.pipeline()
    }

    /// All results, in the order of declaration.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = StepResult<'_, E, C>> + ExactSizeIterator {
        (0..self.names.len() as u32).map(|step| self.step(StepId(step)))
    }

    /// The result of the step of this name. O(1).
    pub fn get(&self, name: &str) -> Option<StepResult<'_, E, C>> {
        self.names.find(name).map(|step| self.step(step))
    }

    /// A step's output.
    ///
    /// # Errors
    /// What became of the step instead; or the handle is of another pipeline.
    pub fn output<T: 'static>(&self, handle: Handle<T>) -> Result<Out<T>, NoOutput<'_, E, C>> {
        if handle.pipeline != self.pipeline {
            return Err(NoOutput::NoSuchStep);
        }
        self.step(handle.id()).output()
    }

    /// The output of the step of this name.
    ///
    /// # Errors
    /// There is no such step, its result has another type, or what became of the step instead.
    pub fn output_named<T: 'static>(&self, name: &str) -> Result<Out<T>, NoOutput<'_, E, C>> {
        self.get(name).ok_or(NoOutput::NoSuchStep)?.output()
    }

    /// The errors of the report, by value: each failed step's, and the last one of each that was cancelled.
    pub fn into_errors(self) -> impl Iterator<Item = (StepId, StepError<E>)> {
        self.errors.into_iter().map(|(step, error)| (StepId(step), error))
    }

    /// Whether all required steps succeeded, or were skipped for no failure of a required one.
    pub fn is_success(&self) -> bool {
        self.exit_code() == 0
    }

    /// 0: no required step failed; 1: one did; 2: the run was stopped without a failure. (A wrong plan is
    /// [`PlanError::EXIT_CODE`](crate::PlanError::EXIT_CODE).)
    pub fn exit_code(&self) -> u8 {
        exit_code(&self.ran.nodes)
    }

    /// When the run started and ended, by its timer.
    pub fn span(&self) -> (Instant, Instant) {
        (self.started, self.finished)
    }

    /// How long the run took.
    pub fn duration(&self) -> Duration {
        self.finished - self.started
    }

    /// When the run started, by the wall clock.
    #[cfg(feature = "std")]
    pub fn wall_clock_start(&self) -> std::time::SystemTime {
        self.wall_clock
    }

    /// How many steps ended with this status.
    pub fn count(&self, status: Status) -> usize {
        self.ran.nodes.iter().filter(|node| node.status() == status).count()
    }

    pub(crate) fn step(&self, step: StepId) -> StepResult<'_, E, C> {
        StepResult { report: self, step }
    }
}
