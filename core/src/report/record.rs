//! What a run has noted of its steps, whichever API it was written in.

use super::step::StepResult;
use crate::{diagram::StepNames, error::StepError, reason::Origin};
use core::{error::Error, fmt, ops::Range};
use rungs_scheduler::{Instant, Plan, Status, StepId, StepState};

/// A view of a run's record: what each step's result is read from.
pub(crate) struct Record<'r, E> {
    pub(crate) names: &'r (dyn StepNames + Sync),
    pub(crate) states: &'r [StepState],
    pub(crate) own: Own<'r, E>,
    /// Where states do not tell what was declared of their steps: those that go ahead of the scheduler only end.
    pub(crate) plan: Option<&'r Plan<'r>>,
    /// When the run started.
    pub(crate) started: Instant,
}

/// The errors that steps themselves have said.
pub(crate) enum Own<'r, E> {
    /// An entry per step.
    #[cfg(feature = "macros")]
    Inline(&'r [Option<E>]),
    /// An entry per step that has said one.
    #[cfg(feature = "alloc")]
    Shared(&'r super::RunNotes<E>),
}

impl<E> Clone for Record<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Record<'_, E> {}

impl<E> Clone for Own<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Own<'_, E> {}

impl<'r, E> Own<'r, E> {
    /// An error as one that leads to its sources, where that is known.
    pub(super) fn as_error(&self, error: &'r E) -> Option<&'r (dyn Error + 'static)> {
        match self {
            #[cfg(feature = "macros")]
            Self::Inline(_) => {
                let _ = error;
                None
            }
            #[cfg(feature = "alloc")]
            Self::Shared(notes) => (notes.as_error)(error),
        }
    }
}

impl<'r, E> Record<'r, E> {
    /// The results of all steps, in the order of declaration.
    pub(crate) fn steps(self) -> StepResults<'r, E> {
        StepResults { record: self, steps: 0..self.states.len() as u32 }
    }

    /// The result of one step.
    pub(crate) fn step(self, step: StepId) -> Option<StepResult<'r, E>> {
        (step.index() < self.states.len()).then_some(StepResult { record: self, step })
    }

    pub(super) fn state(&self, step: StepId) -> Option<&'r StepState> {
        self.states.get(step.index())
    }

    /// The error of a step that failed, and the last error of one that was cancelled.
    pub(super) fn error(&self, step: StepId) -> Option<StepError<&'r E>> {
        let node = self.state(step)?;
        match StepError::of(node) {
            None if node.status() != Status::Success => self.own(step),
            derived => derived,
        }
    }

    fn own(&self, step: StepId) -> Option<StepError<&'r E>> {
        match self.own {
            #[cfg(feature = "macros")]
            Own::Inline(errors) => errors.get(step.index())?.as_ref().map(StepError::Failed),
            #[cfg(feature = "alloc")]
            Own::Shared(notes) => Some(notes.errors.get(&step.number())?.borrowed()),
        }
    }

    pub(super) fn is_required(&self, step: StepId) -> bool {
        match self.plan {
            Some(plan) => !plan.settings(step).is_optional(),
            None => self.state(step).is_none_or(StepState::is_required),
        }
    }

    /// The steps of a step's cause by name, if it has any.
    pub(super) fn origin(&self, step: StepId) -> Option<Origin<'r>> {
        Origin::of(self.state(step)?.cause()?, self.states, self.names)
    }
}

/// The results of a report's steps, in the order of declaration.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{NoClock, Pipeline};
///
/// let mut p: Pipeline = Pipeline::new("two");
/// p.step("a").run(|| async { Ok(()) });
/// p.step("b").run(|| async { Ok(()) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// for step in &report {
///     println!("{}: {}", step.name(), step.status());
/// }
/// assert_eq!(report.steps().len(), 2);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "iterators are lazy"]
pub struct StepResults<'r, E> {
    record: Record<'r, E>,
    steps: Range<u32>,
}

impl<'r, E> StepResults<'r, E> {
    fn result(&self, step: Option<u32>) -> Option<StepResult<'r, E>> {
        step.map(|step| StepResult { record: self.record, step: StepId::from_number(step) })
    }
}

impl<E> Clone for StepResults<'_, E> {
    fn clone(&self) -> Self {
        Self { record: self.record, steps: self.steps.clone() }
    }
}

impl<E: fmt::Debug> fmt::Debug for StepResults<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'r, E> Iterator for StepResults<'r, E> {
    type Item = StepResult<'r, E>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.steps.next();
        self.result(step)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.steps.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let step = self.steps.nth(n);
        self.result(step)
    }
}

impl<E> DoubleEndedIterator for StepResults<'_, E> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let step = self.steps.next_back();
        self.result(step)
    }
}

impl<E> ExactSizeIterator for StepResults<'_, E> {}
