//! The results of all steps.

use super::{record::Record, step::StepResult};
use core::{fmt, ops::Range};
use rungs_scheduler::StepId;

impl<'r, E> Record<'r, E> {
    /// The results of all steps, in the order of declaration.
    pub(crate) fn steps(self) -> StepResults<'r, E> {
        StepResults { record: self, steps: 0..self.states.len() as u32 }
    }

    /// The steps that are shown to people.
    #[cfg(not(feature = "alloc"))]
    pub(super) fn shown(self) -> StepResults<'r, E> {
        self.steps()
    }

    /// The steps that are shown to people: of an undo not those of which there was nothing to undo, as these may be most.
    #[cfg(feature = "alloc")]
    pub(super) fn shown(self) -> impl Iterator<Item = StepResult<'r, E>> {
        let is_undo = self.names.is_undo();
        self.steps().filter(move |step| !(is_undo && step.cause() == Some(rungs_scheduler::Cause::NotNeeded)))
    }

    /// The result of one step.
    pub(crate) fn step(self, step: StepId) -> Option<StepResult<'r, E>> {
        (step.index() < self.states.len()).then_some(StepResult { record: self, step })
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
