//! The report of a static run.

use super::static_plan::{StaticPipeline, StaticPlan};
use crate::report::{self, Brief, OptionalSteps, Own, Record, StepResult, StepResults, Table, Timeline};
use core::{fmt, time::Duration};
use rungs_scheduler::{Instant, Status, StepId, StepState};

/// The outputs of a pipeline's steps: an `Option` per step, by name.
///
/// The attribute `pipeline` implements it for the struct `Outputs` that it adds to a module.
///
/// ```
/// use rungs::{NoClock, fixed::{Outputs, Report}};
///
/// #[rungs::pipeline(error = &'static str)]
/// mod boot {
///     #[step]
///     async fn power() -> Result<u32, &'static str> {
///         Ok(3_300)
///     }
/// }
///
/// /// A line for the report of any pipeline.
/// fn line<R: Outputs, E, const STEPS: usize>(report: &Report<R, E, STEPS>) -> String {
///     format!("{}: exit code {}", report.pipeline(), report.exit_code())
/// }
/// let report = futures_lite::future::block_on(boot::run(&NoClock));
/// assert_eq!(line(&report), "boot: exit code 0");
/// ```
pub trait Outputs: StaticPipeline + Sized {
    /// No step has an output yet.
    #[doc(hidden)]
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
/// assert!(format!("{report:?}").starts_with("Report { pipeline: \"boot\", exit_code: 1, succeeded: 1, failed: 1"));
/// assert_eq!(report.to_string(), "\
/// Report: boot
/// step   status     tries     start  duration  cause
/// power  success        1         0         0
/// radio  failed         1         0         0  no antenna
/// 2 steps: 1 succeeded, 1 failed, 0 skipped, 0 cancelled in 0, exit code 1");
/// ```
#[must_use = "step failures appear only in the report; check it"]
pub struct Report<R, E, const STEPS: usize> {
    /// The outputs of the steps, by name: each is an `Option`, and `None` if the step did not succeed.
    pub outputs: R,
    /// 24 bytes per step.
    pub(super) states: [StepState; STEPS],
    pub(super) notes: RunNotes<E, STEPS>,
}

/// What the scheduler does not keep.
#[derive(Debug)]
pub(super) struct RunNotes<E, const STEPS: usize> {
    /// The error that each step itself last returned.
    pub(super) errors: [Option<E>; STEPS],
    /// The attempts that did.
    pub(super) attempts: [u32; STEPS],
    pub(super) started: StartTime,
    /// When it ended.
    pub(super) finished: Instant,
}

/// When the run started, or that there was none: 0, or one more than the nanoseconds. All zeros, as the rest of a new
/// report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartTime(u64);

impl StartTime {
    /// No run has started.
    pub(super) const NONE: Self = Self(0);

    #[inline]
    pub(super) const fn new(started: Instant) -> Self {
        Self(started.as_nanos().saturating_add(1))
    }

    /// The time; without a run it is later than any other.
    #[inline]
    pub(super) const fn get(self) -> Instant {
        Instant::from_nanos(self.0.wrapping_sub(1))
    }
}

impl<R: Outputs, E, const STEPS: usize> Report<R, E, STEPS> {
    /// The report of a run that has not started. It is all zeros where possible, so that it is cheap to make.
    #[inline]
    pub(super) const fn new() -> Self {
        let notes = RunNotes {
            errors: [const { None }; STEPS],
            attempts: [0; STEPS],
            started: StartTime::NONE,
            finished: Instant::ZERO,
        };
        Self { outputs: R::EMPTY, states: [StepState::NEW; STEPS], notes }
    }

    /// Clears the report in place, which needs no memory for a second one.
    #[cold]
    #[inline(never)]
    pub(super) fn clear(&mut self) {
        self.outputs = R::EMPTY;
        self.states.fill(StepState::NEW);
        self.notes.errors.iter_mut().for_each(|error| *error = None);
        self.notes.finished = Instant::ZERO;
    }

    /// The pipeline's name.
    pub fn pipeline(&self) -> &'static str {
        R::STATIC_PLAN.name
    }

    /// All results, in the order of declaration; `for step in &report` goes through them as well.
    pub fn steps(&self) -> StepResults<'_, E> {
        self.record().steps()
    }

    /// The result of the step of this name. O(steps).
    pub fn get(&self, name: &str) -> Option<StepResult<'_, E>> {
        self.steps().find(|step| step.name() == name)
    }

    /// The result of a step, by its place in the order of declaration.
    pub fn step(&self, step: StepId) -> Option<StepResult<'_, E>> {
        self.record().step(step)
    }

    /// When each step ran, as bars, for a terminal or the log of a board.
    ///
    /// ```
    /// use rungs::NoClock;
    ///
    /// #[rungs::pipeline(error = &'static str)]
    /// mod boot {
    ///     #[step]
    ///     async fn power() -> Result<u32, &'static str> {
    ///         Ok(3_300)
    ///     }
    /// }
    ///
    /// let report = futures_lite::future::block_on(boot::run(&NoClock));
    /// assert!(report.timeline().to_string().ends_with("critical path: power"));
    /// ```
    pub fn timeline(&self) -> Timeline<'_, E> {
        Timeline::new(self.pipeline(), self.record(), self.notes.finished, Some(R::STATIC_PLAN.view()))
    }

    /// Whether all required steps succeeded, or were skipped for no failure of a required one.
    pub fn is_success(&self) -> bool {
        self.exit_code() == 0
    }

    /// 0: no required step failed; 1: one did; 2: the run was stopped without a failure, or dropped before its end.
    pub fn exit_code(&self) -> u8 {
        report::exit_code(&self.states, OptionalSteps::Plan(&R::STATIC_PLAN.plan))
    }

    /// When the run started and ended, by its timer.
    pub fn span(&self) -> (Instant, Instant) {
        let started = if self.notes.started == StartTime::NONE { Instant::ZERO } else { self.notes.started.get() };
        (started, self.notes.finished)
    }

    /// How long the run took.
    pub fn duration(&self) -> Duration {
        self.notes.finished - self.notes.started.get()
    }

    /// How many steps ended with this status.
    pub fn count(&self, status: Status) -> usize {
        report::count(&self.states, status)
    }

    fn record(&self) -> Record<'_, E> {
        let Self { states, notes: RunNotes { errors, attempts, started, .. }, .. } = self;
        let StaticPlan { names, plan, .. } = R::STATIC_PLAN;
        Record { names, states, own: Own::Inline { errors, attempts, plan }, started: started.get() }
    }
}

impl<'r, R: Outputs, E, const STEPS: usize> IntoIterator for &'r Report<R, E, STEPS> {
    type Item = StepResult<'r, E>;
    type IntoIter = StepResults<'r, E>;

    fn into_iter(self) -> StepResults<'r, E> {
        self.steps()
    }
}

/// A summary, without steps and outputs.
impl<R: Outputs, E, const STEPS: usize> fmt::Debug for Report<R, E, STEPS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = OptionalSteps::Plan(&R::STATIC_PLAN.plan);
        Brief { pipeline: self.pipeline(), states: &self.states, optional, duration: self.duration() }.fmt(f)
    }
}

impl<R: Outputs, E: fmt::Display, const STEPS: usize> fmt::Display for Report<R, E, STEPS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let may_be_late = const { R::STATIC_PLAN.requirements().never_cancel };
        let (pipeline, record, finished) = (self.pipeline(), self.record(), self.notes.finished);
        Table { pipeline, record, finished, may_be_late }.write(f)
    }
}
