//! One step's result.

use super::{NoOutput, Report, StepError};
use crate::{
    pipeline::{Cell, Out, SharedCell, slot},
    plan::StepId,
    reason::{self, Origin},
    render::StepNames,
    scheduler::{Cause, Node, Status},
    time::Instant,
};
use core::{fmt, time::Duration};

/// What came of one step.
///
/// ```
/// use rungs::{Cause, NoClock, Pipeline, Status};
///
/// let mut p = Pipeline::with_error("results");
/// let lamp = p.step("lamp").retries(2).optional().run(|| async { Err::<(), _>("no bulb") });
/// p.step("read").after(lamp).skip_on_error().run(|| async { Ok(()) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
///
/// let lamp = report.get("lamp").unwrap();
/// assert_eq!((lamp.status(), lamp.attempts(), lamp.retries()), (Status::Failed, 3, 2));
/// assert_eq!(lamp.error().unwrap().to_string(), "no bulb");
/// let read = report.get("read").unwrap();
/// assert_eq!(read.status(), Status::Skipped);
/// assert_eq!(read.cause(), Some(Cause::Dependency { root: lamp.id(), via: lamp.id() }));
/// assert_eq!(read.started_at(), None);
/// assert_eq!(report.exit_code(), 0);
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub struct StepResult<'r, E, C: ?Sized = SharedCell> {
    pub(super) report: &'r Report<E, C>,
    pub(super) step: StepId,
}

impl<E, C: ?Sized> Clone for StepResult<'_, E, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, C: ?Sized> Copy for StepResult<'_, E, C> {}

impl<'r, E, C: Cell + ?Sized> StepResult<'r, E, C> {
    /// The step's name.
    pub fn name(&self) -> &'r str {
        self.report.names.name(self.step)
    }

    /// The step, by its place in the order of declaration.
    pub fn id(&self) -> StepId {
        self.step
    }

    /// What has become of it.
    pub fn status(&self) -> Status {
        self.node().map_or(Status::Pending, |node| node.status())
    }

    /// Why it did not succeed.
    pub fn cause(&self) -> Option<Cause> {
        self.node()?.cause()
    }

    /// The error of a step that failed, and the last error of one that was cancelled while it retried.
    pub fn error(&self) -> Option<&'r StepError<E>> {
        self.report.errors.get(&self.step.0)
    }

    /// Why it did not succeed, in words: its error, or the step by which it came.
    pub fn reason(&self) -> Option<Reason<'r, E, C>> {
        self.cause().map(|cause| Reason { of: *self, cause })
    }

    fn node(&self) -> Option<&'r Node> {
        self.report.ran.nodes.get(self.step.index())
    }

    /// When its first attempt started; `None` if it never did.
    pub fn started_at(&self) -> Option<Instant> {
        self.node()?.started_at()
    }

    /// When it ended.
    pub fn finished_at(&self) -> Option<Instant> {
        self.node()?.finished_at()
    }

    /// From the first attempt's start to the end, delays included; zero if it never started.
    pub fn duration(&self) -> Duration {
        self.node().map_or(Duration::ZERO, Node::duration)
    }

    /// How many attempts were started.
    pub fn attempts(&self) -> u32 {
        self.node().map_or(0, |node| node.attempts())
    }

    /// How many attempts were started after the first.
    pub fn retries(&self) -> u32 {
        self.attempts().saturating_sub(1)
    }

    /// Whether its failure counts: it was not declared optional.
    pub fn is_required(&self) -> bool {
        self.node().is_none_or(|node| node.is_required())
    }

    /// Its output.
    ///
    /// # Errors
    /// The result has another type, or what became of the step instead.
    pub fn output<T: 'static>(&self) -> Result<Out<T>, NoOutput<'r, E, C>> {
        let cell = self.report.ran.results.get(self.step.index()).cloned().flatten();
        let slot = slot(cell.ok_or(NoOutput::NoSuchStep)?).ok_or(NoOutput::OtherType)?;
        slot.lend().ok_or(NoOutput::NoSuccess(*self))
    }
}

impl<E: fmt::Debug, C: Cell + ?Sized> fmt::Debug for StepResult<'_, E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepResult")
            .field("name", &self.name())
            .field("status", &self.status())
            .field("attempts", &self.attempts())
            .field("error", &self.error())
            .field("cause", &self.cause())
            .finish_non_exhaustive()
    }
}

/// Why a step did not succeed, in words that name the steps it came by.
///
/// ```
/// use rungs::{NoClock, Pipeline};
///
/// let mut p = Pipeline::with_error("reasons");
/// let lamp = p.step("lamp").run(|| async { Err::<(), _>("no bulb") });
/// let lens = p.step("lens").after(lamp).run(|| async { Ok(()) });
/// p.step("read").after(lens).run(|| async { Ok(()) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// let reasons: Vec<_> = report.steps().filter_map(|step| Some(step.reason()?.to_string())).collect();
/// assert_eq!(reasons, ["no bulb", "`lamp` failed", "`lamp` failed, through `lens`"]);
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub struct Reason<'r, E, C: ?Sized = SharedCell> {
    pub(super) of: StepResult<'r, E, C>,
    pub(super) cause: Cause,
}

impl<E: fmt::Debug, C: Cell + ?Sized> fmt::Debug for Reason<'_, E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reason").field("of", &self.of).finish()
    }
}

impl<E: fmt::Display, C: Cell + ?Sized> fmt::Display for Reason<'_, E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.of.report;
        let reason = reason::Reason {
            status: self.of.status(),
            cause: self.cause,
            origin: Origin::of(self.cause, &report.ran.nodes, &*report.names),
            error: self.of.error().map(|error| error as &dyn fmt::Display),
        };
        reason.fmt(f)
    }
}
