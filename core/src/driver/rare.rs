//! What few runs have.

use super::{claims::Claims, releases::Releases};
use crate::steps::{Kind, Watches};
use alloc::{boxed::Box, sync::Arc};
use core::pin::Pin;
use rungs_scheduler::{Scheduler, StepId};

/// Shared resources, results that are dropped before the end, watches. To a run without them it is a pointer, and one thing
/// to look at. A pipeline keeps it, so that nothing is lost with a run that is forgotten.
pub(crate) struct Rare<C: ?Sized> {
    pub(crate) claims: Claims,
    pub(crate) releases: Releases,
    /// Of the run in progress.
    pub(crate) watches: Watches<C>,
}

impl<C: ?Sized> Default for Rare<C> {
    fn default() -> Self {
        Self { claims: Claims::default(), releases: Releases::default(), watches: Watches::new() }
    }
}

impl<C: ?Sized> Rare<C> {
    /// Tells those who wait for this step how it has ended, and drops the released results that nothing reads any more.
    pub(super) fn ended<'env, E, K: Kind<'env, E, Cell = C>>(
        &mut self,
        step: StepId,
        scheduler: &Scheduler<'_>,
        works: &mut [Pin<Box<K::Work>>],
        results: &mut [Option<Arc<C>>],
    ) {
        let Some(state) = scheduler.state(step) else { return };
        match (state.cause(), results.get(step.index())) {
            (None, Some(Some(result))) => self.watches.succeeded(step, result),
            (cause, _) => self.watches.ended(step, state.status(), cause),
        }
        self.releases.release_after::<E, K>(step, scheduler, works, results);
    }
}
