//! Results that are dropped before the end of the run: each when its last reader has ended.

use super::run::Driver;
use crate::{
    observers::Observers,
    steps::{Kind, Work},
};
use alloc::vec::Vec;
use rungs_scheduler::{Plan, Status, StepId};

/// The released results, and how many of their readers have not ended. Most pipelines have none.
#[derive(Default)]
pub(crate) struct Releases(Vec<Release>);

struct Release {
    step: StepId,
    /// A step that needs the result twice counts twice.
    readers: usize,
}

impl Releases {
    /// Counts all readers of these steps, which are in ascending order.
    pub(crate) fn reset(&mut self, released: &[StepId], plan: &Plan<'_>) {
        let readers = |step| plan.dependents(step).iter().filter(|need| need.has_result()).count();
        self.0.clear();
        self.0.extend(released.iter().map(|&step| Release { step, readers: readers(step) }));
    }

    fn readers(&mut self, of: StepId) -> Option<&mut usize> {
        let index = self.0.binary_search_by_key(&of, |release| release.step).ok()?;
        self.0.get_mut(index).map(|release| &mut release.readers)
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Releases the results that nothing reads any more once this step has ended: its own, and those of its needs. A need
    /// may succeed after its last reader has ended for another reason.
    #[cold]
    #[inline(never)]
    pub(super) fn release_after(&mut self, step: StepId) {
        let parts = &mut self.parts;
        let Some(releases) = &mut parts.releases else { return };
        let plan = parts.scheduler.plan();
        for need in plan.needs(step).iter().filter(|need| need.has_result()) {
            if let Some(readers) = releases.readers(need.step()) {
                *readers = readers.saturating_sub(1);
            }
        }
        let results = plan.needs(step).iter().filter(|need| need.has_result()).map(|need| need.step());
        for step in results.chain([step]) {
            if releases.readers(step).is_some_and(|readers| *readers == 0)
                && parts.scheduler.state(step).is_some_and(|state| state.status() == Status::Success)
                && let Some(work) = parts.works.get_mut(step.index())
                && let Some(result) = parts.results.get_mut(step.index())
                && let Some(cell) = result.take()
            {
                // The step keeps the empty memory for the next run.
                work.as_mut().renew(Some(cell));
            }
        }
    }
}
