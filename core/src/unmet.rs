//! A need without a result, as the steps that run nevertheless see it.

#[cfg(feature = "macros")]
use crate::fixed::StaticPlan;
#[cfg(feature = "alloc")]
use crate::steps::Attempt;
use crate::{
    error::StepError,
    escape::{StepName, write_error},
    plan_names::PlanNames,
    reason::{Origin, ReasonText, verb},
};
#[cfg(feature = "alloc")]
use alloc::{sync::Arc, vec::Vec};
#[cfg(feature = "alloc")]
use core::convert::Infallible;
use core::{error::Error, fmt};
use rungs_scheduler::{Cause, Status, StepId, StepState};

/// A need without a result: how it ended, why, and with which error. A step `when_all_done` or `when_any_failed` is given one
/// instead of the result, in both APIs. It owns or shares all it holds, so that it may outlive the run.
///
/// A [`Pipeline`](crate::Pipeline) shares the error with the report:
///
/// ```
/// use rungs::{NoClock, Pipeline, StepError, Unmet};
///
/// let mut p = Pipeline::with_error("alarmed");
/// let port = p.step("port").run(async || "eighty".parse::<u16>());
/// let address = p.step("address").needs(port).run(async |port| Ok(format!("localhost:{port}")));
/// let alarm = p.step("alarm").needs(address).when_any_failed().run(async |address| {
///     Ok(address.err().map(|unmet: Unmet<_>| {
///         assert_eq!((unmet.name(), unmet.root()), ("address", "port"));
///         assert!(matches!(unmet.error(), Some(StepError::Failed(_))));
///         unmet.to_string()
///     }))
/// });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// let told = report.output(alarm).unwrap();
/// assert_eq!(told.as_deref(), Some("`address` failed: `port` failed: invalid digit found in string"));
/// # Ok::<(), rungs::PipelineError>(())
/// ```
///
/// A module under the attribute `pipeline` has no heap to share it on. There the error is cloned for each attempt that is given
/// it, so it is `Clone`; steps that take `Result<_, Cause>` instead ask nothing of the error:
///
/// ```
/// # #[cfg(feature = "macros")] {
/// #[rungs::pipeline(error = Fault)]
/// mod boot {
///     use rungs::{StepError, Unmet};
///
///     #[derive(Clone, Debug, PartialEq)]
///     pub enum Fault {
///         Bus(u8),
///     }
///
///     #[step]
///     async fn imu() -> Result<u16, Fault> {
///         Err(Fault::Bus(0x68))
///     }
///     #[step(when_any_failed)]
///     async fn reset(imu: Result<&u16, Unmet<Fault>>) -> Option<u8> {
///         match imu.err()?.error()? {
///             StepError::Failed(Fault::Bus(address)) => Some(*address),
///             _ => None,
///         }
///     }
/// }
///
/// let report = futures_lite::future::block_on(boot::run(&rungs::NoClock));
/// assert_eq!(report.outputs.reset, Some(Some(0x68)));
/// # }
/// ```
pub struct Unmet<E> {
    names: PlanNames,
    step: StepId,
    status: Status,
    cause: Cause,
    /// The status of the step where it began.
    root: Status,
    error: Option<RootError<E>>,
}

/// The error of the step where it began.
#[derive(Debug)]
enum RootError<E> {
    /// That of the run, and later of the report.
    #[cfg(feature = "alloc")]
    Shared(Arc<StepError<E>>),
    /// A clone: without a heap there is nothing to share.
    #[cfg(feature = "macros")]
    Own(StepError<E>),
}

impl<E> Unmet<E> {
    /// A need that ended without a result; `error` gives the error of the step where it began.
    fn new(
        names: PlanNames,
        states: &[StepState],
        need: StepId,
        error: impl FnOnce(StepId, &StepState) -> Option<RootError<E>>,
    ) -> Option<Self> {
        let state = states.get(need.index())?;
        let cause = state.cause()?;
        let root = cause.root().unwrap_or(need);
        let root_state = states.get(root.index())?;
        // An error of an earlier attempt is none of a step that skipped itself.
        let has_error = root_state.cause() != Some(Cause::SkippedItself);
        let error = if has_error { error(root, root_state) } else { None };
        Some(Self { names, step: need, status: state.status(), cause, root: root_state.status(), error })
    }

    /// The name of the need.
    pub fn name(&self) -> &str {
        self.names.step(self.step)
    }

    /// The need, by its index in the order of declaration.
    pub fn id(&self) -> StepId {
        self.step
    }

    /// How it ended: failed, skipped or cancelled.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Why.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The steps of its cause by name, if there are any.
    pub fn origin(&self) -> Option<Origin<'_>> {
        Origin::new(self.cause, self.root, &self.names)
    }

    /// The name of the step where it began: the need itself, or one that it depends on.
    pub fn root(&self) -> &str {
        self.names.step(self.cause.root().unwrap_or(self.step))
    }

    /// The error of the step where it began; `None` if that has none, as one that skipped itself.
    pub fn error(&self) -> Option<&StepError<E>> {
        match self.error.as_ref()? {
            #[cfg(feature = "alloc")]
            RootError::Shared(error) => Some(error),
            #[cfg(feature = "macros")]
            RootError::Own(error) => Some(error),
        }
    }

    /// The same, shared with the run and its report. (In a `#[pipeline]`, which shares nothing, it is moved to the heap.)
    #[cfg(feature = "alloc")]
    pub fn into_error(self) -> Option<Arc<StepError<E>>> {
        match self.error? {
            RootError::Shared(error) => Some(error),
            #[cfg(feature = "macros")]
            RootError::Own(error) => Some(Arc::new(error)),
        }
    }
}

#[cfg(feature = "alloc")]
impl<E> Unmet<E> {
    /// A need of an attempt, if it has no result.
    pub(crate) fn of(attempt: &Attempt<'_, E>, need: StepId) -> Option<Self> {
        let error = |root: StepId, state: &StepState| match StepError::of(state) {
            Some(derived) => Some(Arc::new(derived)),
            None => attempt.run.errors.get(root)?.last(state).cloned(),
        };
        let names = PlanNames::Shared(attempt.run.names.clone());
        Self::new(names, attempt.scheduler.states(), need, |root, state| error(root, state).map(RootError::Shared))
    }

    /// All needs of an attempt without a result, those included whose results are no arguments. O(number of needs).
    pub(crate) fn all(attempt: &Attempt<'_, E>) -> Option<Arc<[Self]>> {
        collected(attempt, |need| Self::of(attempt, need))
    }
}

#[cfg(feature = "alloc")]
impl Unmet<Infallible> {
    /// All needs of an attempt that were pruned, which is no error. O(number of needs).
    pub(crate) fn all_pruned<E>(attempt: &Attempt<'_, E>) -> Option<Arc<[Self]>> {
        let states = attempt.scheduler.states();
        let pruned = |need| Self::new(PlanNames::Shared(attempt.run.names.clone()), states, need, |_, _| None);
        collected(attempt, pruned)
    }
}

/// What there is of the needs of an attempt; those of a mere order are none.
#[cfg(feature = "alloc")]
fn collected<E, U>(attempt: &Attempt<'_, E>, unmet: impl Fn(StepId) -> Option<U>) -> Option<Arc<[U]>> {
    let plan = attempt.scheduler.plan();
    // Of a step after all others, all of lower numbers.
    let before = if plan.waits_for_all(attempt.step) { attempt.step.number() } else { 0 };
    let named = plan.needs(attempt.step).iter().filter(|need| !need.is_order()).map(|need| need.step());
    let named = named.filter(|need| need.number() >= before);
    let needs = (0..before).map(StepId::from_number).chain(named);
    let unmet: Vec<_> = needs.filter_map(unmet).collect();
    (!unmet.is_empty()).then(|| unmet.into())
}

#[cfg(feature = "macros")]
impl<E: Clone> Unmet<E> {
    /// A need of a step in a static run, if it has no result.
    pub(crate) fn in_static(
        plan: &'static StaticPlan,
        states: &[StepState],
        errors: &[Option<E>],
        need: StepId,
    ) -> Option<Self> {
        let error = |root: StepId, state: &StepState| {
            let returned = || Some(StepError::Failed(errors.get(root.index())?.clone()?));
            StepError::of(state).or_else(returned).map(RootError::Own)
        };
        Self::new(PlanNames::StaticPipeline(plan), states, need, error)
    }
}

impl<E: Clone> Clone for Unmet<E> {
    fn clone(&self) -> Self {
        Self { names: self.names.clone(), error: self.error.clone(), ..*self }
    }
}

impl<E: Clone> Clone for RootError<E> {
    fn clone(&self) -> Self {
        match self {
            #[cfg(feature = "alloc")]
            Self::Shared(error) => Self::Shared(error.clone()),
            #[cfg(feature = "macros")]
            Self::Own(error) => Self::Own(error.clone()),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Unmet<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Unmet");
        shown.field("name", &self.name()).field("status", &self.status).field("cause", &self.cause);
        shown.field("error", &self.error()).finish_non_exhaustive()
    }
}

/// On one line, with the error of the step where it began.
impl<E: fmt::Display> fmt::Display for Unmet<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", StepName(self.name()), verb(self.status))?;
        let (origin, error) = (self.origin(), self.error().map(|error| error as &dyn fmt::Display));
        match (self.cause, error) {
            (Cause::SkippedItself, _) => return write!(f, " {}", self.cause),
            (Cause::Failed, None) => return Ok(()),
            _ => {}
        }
        let (own, of_root) = if self.cause.root().is_some() { (None, error) } else { (error, None) };
        let reason = ReasonText { status: self.status, cause: self.cause, origin, error: own, earlier: None };
        write!(f, ": {reason}")?;
        let Some(error) = of_root else { return Ok(()) };
        f.write_str(": ")?;
        write_error(f, error)
    }
}

impl<E: fmt::Debug + fmt::Display> Error for Unmet<E> {}

#[cfg(feature = "defmt")]
impl<E> defmt::Format for Unmet<E> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "`{=str}` {=str}: {}", self.name(), verb(self.status), self.cause);
    }
}
