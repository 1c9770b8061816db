//! What a run writes on, and the report that it becomes.

use super::{
    drive::error_of,
    static_plan::{StaticPipeline, StaticPlan},
};
use crate::{
    error::StepError,
    reason::{self, Origin},
    summary::{self, Table},
};
use core::{fmt, time::Duration};
use rungs_scheduler::{Cause, Instant, Status, StepId, StepState};

/// What the steps of a pipeline come to, an `Option` each.
///
/// The [module](super) has an example.
pub trait Outputs: StaticPipeline + Sized {
    /// Nothing yet.
    const EMPTY: Self;
}

/// The report of a run: complete, every step has its result, also those that never ran. `R` holds the steps' outputs.
///
/// Its `Display` is a table; see also [`exit_code`](Self::exit_code).
///
/// ```
/// use rungs::{NoClock, Status};
///
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step]
///     async fn power() -> Result<u32, &'static str> {
///         Ok(3_300)
///     }
///     #[step]
///     async fn radio(power: &u32) -> Result<u32, &'static str> {
///         if *power > 3_000 { Err("no antenna") } else { Ok(7) }
///     }
/// }
///
/// let report: boot::Report = futures_lite::future::block_on(boot::run(&NoClock));
/// assert_eq!(report.outputs.power, Some(3_300));
/// assert_eq!(report.outputs.radio, None);
/// assert_eq!((report.is_success(), report.exit_code()), (false, 1));
/// assert_eq!(report.count(Status::Failed), 1);
/// assert!(format!("{report:?}").starts_with("Report [StepResult { name: \"power\""));
/// assert_eq!(report.to_string(), "\
/// Report: boot
/// step   status     tries     start  duration  cause
/// power  success        1         0         0
/// radio  failed         1         0         0  no antenna
/// 2 steps: 1 succeeded, 1 failed, 0 skipped, 0 cancelled in 0, exit code 1");
/// ```
#[must_use = "what went wrong in steps is told by the report alone"]
pub struct Report<R, E, const STEPS: usize> {
    /// What the steps came to, by name: each an `Option`, `None` of a step without success.
    pub outputs: R,
    /// 24 bytes a step.
    pub(super) states: [StepState; STEPS],
    pub(super) notes: RunNotes<E, STEPS>,
}

/// What the scheduler does not remember of the steps.
#[derive(Debug)]
pub(super) struct RunNotes<E, const STEPS: usize> {
    /// Each step's own last error.
    pub(super) errors: [Option<E>; STEPS],
    /// When the run started.
    pub(super) started: Instant,
    /// When it ended.
    pub(super) finished: Instant,
}

impl<R: Outputs, E, const STEPS: usize> Report<R, E, STEPS> {
    /// Of a run that has not begun. All zeros where it can be: so it costs little to make.
    #[inline]
    pub(super) const fn new() -> Self {
        let notes = RunNotes { errors: [const { None }; STEPS], started: Instant::ZERO, finished: Instant::ZERO };
        Self { outputs: R::EMPTY, states: [StepState::NEW; STEPS], notes }
    }

    /// As new. In place, so that it needs no room beside.
    #[cold]
    #[inline(never)]
    pub(super) fn clear(&mut self) {
        self.outputs = R::EMPTY;
        self.states.fill(StepState::NEW);
        self.notes.errors.iter_mut().for_each(|error| *error = None);
        self.notes.started = Instant::ZERO;
        self.notes.finished = Instant::ZERO;
    }

    /// The pipeline's name.
    pub fn pipeline(&self) -> &'static str {
        R::STATIC_PLAN.name
    }

    /// All results, in the order of declaration.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = StepResult<'_, E>> + ExactSizeIterator {
        let view = self.view();
        R::STATIC_PLAN.plan.steps().map(move |step| StepResult { view, step })
    }

    /// The result of the step of this name. O(steps).
    pub fn get(&self, name: &str) -> Option<StepResult<'_, E>> {
        self.steps().find(|step| step.name() == name)
    }

    /// The result of a step, by its place in the order of declaration.
    pub fn step(&self, step: StepId) -> Option<StepResult<'_, E>> {
        (step.index() < STEPS).then(|| StepResult { view: self.view(), step })
    }

    /// Whether all required steps succeeded, or were skipped for no failure of a required one.
    pub fn is_success(&self) -> bool {
        self.exit_code() == 0
    }

    /// 0: no required step failed; 1: one did; 2: the run was stopped without a failure.
    pub fn exit_code(&self) -> u8 {
        summary::exit_code(&self.states)
    }

    /// When the run started and ended, by its timer.
    pub fn span(&self) -> (Instant, Instant) {
        (self.notes.started, self.notes.finished)
    }

    /// How long the run took.
    pub fn duration(&self) -> Duration {
        self.notes.finished - self.notes.started
    }

    /// How many steps ended with this status.
    pub fn count(&self, status: Status) -> usize {
        self.states.iter().filter(|node| node.status() == status).count()
    }

    fn view(&self) -> View<'_, E> {
        let Self { states, notes: RunNotes { errors, .. }, .. } = self;
        View { blueprint: R::STATIC_PLAN, states, errors }
    }
}

/// Without the outputs, whose types need not be `Debug`.
impl<R: Outputs, E: fmt::Debug, const STEPS: usize> fmt::Debug for Report<R, E, STEPS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Report ")?;
        f.debug_list().entries(self.steps()).finish()
    }
}

impl<R: Outputs, E: fmt::Display, const STEPS: usize> fmt::Display for Report<R, E, STEPS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |step| StepResult { view: self.view(), step };
        let table = Table {
            pipeline: self.pipeline(),
            names: &R::STATIC_PLAN.names,
            states: &self.states,
            started: self.notes.started,
            duration: self.duration(),
            is_required: |step| of(step).is_required(),
            reason: |step| of(step).reason(),
        };
        table.write(f)
    }
}

/// A report without its outputs, and whatever its length.
pub(super) struct View<'r, E> {
    pub(super) blueprint: &'static StaticPlan,
    pub(super) states: &'r [StepState],
    errors: &'r [Option<E>],
}

impl<E> Clone for View<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for View<'_, E> {}

/// What came of one step.
///
/// ```
/// use rungs::{Cause, NoClock, Status, StepError};
///
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step(retries = 2)]
///     async fn lamp() -> Result<u32, &'static str> {
///         Err("no bulb")
///     }
///     #[step(skip_on_error)]
///     async fn read(lamp: &u32) -> Result<u32, &'static str> {
///         Ok(*lamp)
///     }
/// }
///
/// let report = futures_lite::future::block_on(boot::run(&NoClock));
/// let lamp = report.get("lamp").unwrap();
/// assert_eq!((lamp.status(), lamp.attempts(), lamp.retries()), (Status::Failed, 3, 2));
/// assert_eq!(lamp.error(), Some(StepError::Failed(&"no bulb")));
/// let read = report.step(boot::step_ids::READ).unwrap();
/// assert_eq!((read.status(), read.started_at()), (Status::Skipped, None));
/// assert_eq!(read.cause(), Some(Cause::Dependency { root: lamp.id(), via: lamp.id() }));
/// assert_eq!(read.reason().unwrap().to_string(), "`lamp` failed");
/// ```
pub struct StepResult<'r, E> {
    pub(super) view: View<'r, E>,
    step: StepId,
}

impl<E> Clone for StepResult<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for StepResult<'_, E> {}

impl<'r, E> StepResult<'r, E> {
    /// The step's name.
    pub fn name(&self) -> &'static str {
        self.view.blueprint.name(self.step)
    }

    /// The step, by its place in the order of declaration.
    pub fn id(&self) -> StepId {
        self.step
    }

    /// What has become of it.
    pub fn status(&self) -> Status {
        self.state().map_or(Status::Pending, StepState::status)
    }

    /// Why it did not succeed.
    pub fn cause(&self) -> Option<Cause> {
        self.state()?.cause()
    }

    /// The error of a step that failed, and the last error of one that was cancelled while it retried.
    pub fn error(&self) -> Option<StepError<&'r E>> {
        let own = self.view.errors.get(self.step.index()).and_then(Option::as_ref);
        error_of(self.state()?, own)
    }

    /// Why it did not succeed, in words: its error, or the step by which it came.
    pub fn reason(&self) -> Option<Reason<'r, E>> {
        self.cause().map(|cause| Reason { of: *self, cause })
    }

    /// When its first attempt started; `None` if it never did.
    pub fn started_at(&self) -> Option<Instant> {
        self.state()?.started_at()
    }

    /// When it ended.
    pub fn finished_at(&self) -> Option<Instant> {
        self.state()?.finished_at()
    }

    /// From the first attempt's start to the end, delays included; zero if it never started.
    pub fn duration(&self) -> Duration {
        self.state().map_or(Duration::ZERO, StepState::duration)
    }

    /// How many attempts were started.
    pub fn attempts(&self) -> u32 {
        self.state().map_or(0, StepState::attempts)
    }

    /// How many attempts were started after the first.
    pub fn retries(&self) -> u32 {
        self.attempts().saturating_sub(1)
    }

    /// Whether its failure counts: it was not declared optional.
    pub fn is_required(&self) -> bool {
        !self.view.blueprint.plan.settings(self.step).is_optional()
    }

    fn state(&self) -> Option<&'r StepState> {
        self.view.states.get(self.step.index())
    }
}

impl<E: fmt::Debug> fmt::Debug for StepResult<'_, E> {
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
/// [`StepResult`] has an example.
#[derive(Debug)]
pub struct Reason<'r, E> {
    pub(super) of: StepResult<'r, E>,
    pub(super) cause: Cause,
}

impl<E: fmt::Display> fmt::Display for Reason<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.of.error();
        let View { blueprint, states, .. } = self.of.view;
        let reason = reason::Reason {
            status: self.of.status(),
            cause: self.cause,
            origin: Origin::of(self.cause, states, &blueprint.names),
            error: error.as_ref().map(|error| error as &dyn fmt::Display),
        };
        reason.fmt(f)
    }
}
