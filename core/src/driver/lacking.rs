//! Steps that are ready and lack a permit or a resource of their pipeline: observers are told.

use super::run::Driver;
use crate::{observe::EventKind, observers::Observers, steps::Kind};
use rungs_scheduler::{__private::LackingStep, Instant, StepId, StepState};

impl<'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'_, 'env, E, K, O> {
    /// Tells the observers of the steps that wait since the last time. To be called when there is no action.
    #[inline(never)]
    pub(super) fn notify_lacking(&mut self, now: Instant) {
        let mut from = 0;
        while let Some(lacking) = self.parts.scheduler.next_lacking(from, self.apart.told_steps()) {
            self.apart.set_told(lacking.priority, true);
            self.notify_lack(&lacking, now);
            from = lacking.priority + 1;
        }
    }

    fn notify_lack(&mut self, lacking: &LackingStep, now: Instant) {
        let attempts = self.parts.scheduler.state(lacking.step).map_or(0, StepState::attempts);
        let resource = lacking.resource.map(|resource| self.run.names.resource(resource));
        let kind = EventKind::Waiting { resource, until: None };
        self.parts.notify(&self.run, lacking.step, attempts.saturating_add(1), now, kind);
    }

    /// The step starts: if it waits again later, that is told again.
    #[inline]
    pub(super) fn forget_lack(&mut self, step: StepId) {
        if O::LISTEN && self.apart.has_told_steps() {
            self.apart.set_told(self.parts.scheduler.priority(step), false);
        }
    }
}
