//! A need without a result, as the steps that run nevertheless see it.

use super::{attempt::Attempt, names::Names};
use crate::{
    diagram::StepNames,
    error::StepError,
    escape::{Name, write_error},
    reason::{Origin, ReasonText, verb},
};
use alloc::{sync::Arc, vec::Vec};
use core::{convert::Infallible, error::Error, fmt};
use rungs_scheduler::{Cause, Status, StepId, StepState};

/// A need without a result: how it ended, why, and with which error. A step
/// [`when_all_done`](crate::StepBuilder::when_all_done) or [`when_any_failed`](crate::StepBuilder::when_any_failed) is given one
/// instead of the result. It owns or shares all it holds, so that it may outlive the run.
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
pub struct Unmet<E> {
    names: Arc<Names>,
    step: StepId,
    status: Status,
    cause: Cause,
    /// The status of the step where it began.
    root: Status,
    error: Option<Arc<StepError<E>>>,
}

impl<E> Unmet<E> {
    /// A need of an attempt, if it has no result.
    pub(crate) fn of(attempt: &Attempt<'_, E>, need: StepId) -> Option<Self> {
        Self::with_error(attempt, need, |root, state| match StepError::of(state) {
            Some(derived) => Some(Arc::new(derived)),
            None => attempt.run.errors.get(root)?.last(state).cloned(),
        })
    }

    fn with_error<E2>(
        attempt: &Attempt<'_, E2>,
        need: StepId,
        error: impl FnOnce(StepId, &StepState) -> Option<Arc<StepError<E>>>,
    ) -> Option<Self> {
        let state = attempt.scheduler.state(need)?;
        let cause = state.cause()?;
        let root = cause.root().unwrap_or(need);
        let root_state = attempt.scheduler.state(root)?;
        Some(Self {
            names: attempt.run.names.clone(),
            step: need,
            status: state.status(),
            cause,
            root: root_state.status(),
            error: error(root, root_state),
        })
    }

    /// The name of the need.
    pub fn name(&self) -> &str {
        self.names.name(self.step)
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
        Origin::new(self.cause, self.root, &*self.names)
    }

    /// The name of the step where it began: the need itself, or one that it depends on.
    pub fn root(&self) -> &str {
        self.names.name(self.cause.root().unwrap_or(self.step))
    }

    /// The error of the step where it began; `None` if that has none, as one that skipped itself.
    pub fn error(&self) -> Option<&StepError<E>> {
        self.error.as_deref()
    }

    /// The same, shared with the run and its report.
    pub fn into_error(self) -> Option<Arc<StepError<E>>> {
        self.error
    }
}

impl Unmet<Infallible> {
    /// All needs of an attempt without a result, those included whose results are no arguments; none for a step that runs only
    /// if there are none. O(number of needs).
    pub(crate) fn all<E>(attempt: &Attempt<'_, E>) -> Option<Arc<[Self]>> {
        let plan = attempt.scheduler.plan();
        if !plan.settings(attempt.step).get_when().decides_arguments() {
            return None;
        }
        // Of a step after all others, all of lower numbers.
        let before = if plan.waits_for_all(attempt.step) { attempt.step.number() } else { 0 };
        let named = plan.needs(attempt.step).iter().filter(|need| !need.is_order()).map(|need| need.step());
        let named = named.filter(|need| need.number() >= before);
        let needs = (0..before).map(StepId::from_number).chain(named);
        let unmet: Vec<_> = needs.filter_map(|need| Self::without_returned_error(attempt, need)).collect();
        (!unmet.is_empty()).then(|| unmet.into())
    }

    fn without_returned_error<E>(attempt: &Attempt<'_, E>, need: StepId) -> Option<Self> {
        Self::with_error(attempt, need, |root, state| {
            let panicked = || match &**attempt.run.errors.get(root)?.last(state)? {
                StepError::Panicked(message) => Some(StepError::Panicked(message.clone())),
                _ => None,
            };
            StepError::of(state).or_else(panicked).map(Arc::new)
        })
    }
}

impl<E> Clone for Unmet<E> {
    fn clone(&self) -> Self {
        let Self { names, error, .. } = self;
        Self { names: names.clone(), error: error.clone(), ..*self }
    }
}

impl<E: fmt::Debug> fmt::Debug for Unmet<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Unmet");
        shown.field("name", &self.name()).field("status", &self.status).field("cause", &self.cause);
        shown.field("error", &self.error).finish_non_exhaustive()
    }
}

/// On one line, with the error of the step where it began.
impl<E: fmt::Display> fmt::Display for Unmet<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", Name(self.name()), verb(self.status))?;
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
