//! Results that are dropped before the end of the run: each when its last reader has ended.

use crate::steps::{Kind, Work};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::pin::Pin;
use rungs_scheduler::{Plan, Scheduler, Status, StepId};

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

    /// Releases the results that nothing reads any more once this step has ended: its own, and those of its needs. A need
    /// may succeed after its last reader has ended for another reason.
    #[cold]
    #[inline(never)]
    pub(super) fn release_after<'env, E, K: Kind<'env, E>>(
        &mut self,
        step: StepId,
        scheduler: &Scheduler<'_>,
        works: &mut [Pin<Box<K::Work>>],
        results: &mut [Option<Arc<K::Cell>>],
    ) {
        let plan = scheduler.plan();
        let needs = || plan.needs(step).iter().filter(|need| need.has_result()).map(|need| need.step());
        for need in needs() {
            if let Some(readers) = self.readers(need) {
                *readers = readers.saturating_sub(1);
            }
        }
        for step in needs().chain([step]) {
            if self.readers(step).is_some_and(|readers| *readers == 0)
                && scheduler.state(step).is_some_and(|state| state.status() == Status::Success)
                && let Some(work) = works.get_mut(step.index())
                && let Some(cell) = results.get_mut(step.index()).and_then(Option::take)
            {
                // The step keeps the empty memory for the next run.
                work.as_mut().renew(Some(cell));
            }
        }
    }

    fn readers(&mut self, of: StepId) -> Option<&mut usize> {
        let index = self.0.binary_search_by_key(&of, |release| release.step).ok()?;
        self.0.get_mut(index).map(|release| &mut release.readers)
    }
}
