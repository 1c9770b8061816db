//! Ready steps that cannot start, for those who look at a run.

use super::{Scheduler, Setup, StepId};

/// A ready step that lacks a permit or a resource.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LackingStep {
    pub step: StepId,
    /// Its priority index.
    pub priority: usize,
    /// The first resource that it lacks; `None` if it lacks a permit alone.
    pub resource: Option<u32>,
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// The first ready step from this priority index on that lacks something and is not in `told`, which has a bit for each
    /// priority index up to the last one that is told. To be called when [`poll_action`](Self::poll_action) has returned
    /// `None`. O(V / word size), and O(1) for each step that waits for its level.
    #[doc(hidden)]
    pub fn next_lacking(&self, from: usize, told: &[usize]) -> Option<LackingStep> {
        let mut from = from;
        loop {
            let priority = self.ready.first_beside(told, from)?;
            if let Some(lacking) = self.lacking(priority) {
                return Some(lacking);
            }
            from = priority + 1;
        }
    }

    /// The priority index of a step.
    #[doc(hidden)]
    pub fn priority(&self, step: StepId) -> usize {
        self.setup.numbering().place(step)
    }

    fn lacking(&self, priority: usize) -> Option<LackingStep> {
        let step = self.setup.numbering().step(priority);
        let resource = self.uses(step).iter().find(|wanted| !self.has_free(wanted)).map(|wanted| wanted.resource);
        let lacks_permit = self.in_flight >= self.setup.config().max_concurrent;
        let is_lacking = (resource.is_some() || lacks_permit) && self.is_level_open(priority);
        is_lacking.then_some(LackingStep { step, priority, resource })
    }
}
