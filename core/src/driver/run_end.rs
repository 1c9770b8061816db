//! What a run leaves when it has ended.

#[cfg(feature = "checkpoints")]
use crate::checkpoints::OpenStore;
use crate::{
    cancel::Tokens,
    panics::drop_caught,
    steps::{Errors, Pauses},
};
#[cfg(feature = "checkpoints")]
use alloc::sync::Arc;
use rungs_scheduler::Instant;

/// What a run leaves beside its record.
pub(crate) struct RunEnd<E, O> {
    pub(crate) errors: Errors<E>,
    pub(crate) pauses: Pauses,
    pub(crate) started: Instant,
    pub(crate) finished: Instant,
    pub(crate) rest: RunRest<O>,
}

/// What the undo of a run goes on with: who looks on, who stops it, and where results are stored.
pub(crate) struct RunRest<O> {
    pub(crate) observers: Option<O>,
    pub(crate) tokens: Tokens,
    #[cfg(feature = "checkpoints")]
    pub(crate) store: Option<Arc<OpenStore>>,
}

impl<O> RunRest<O> {
    /// Lets go of it, where nothing is to be undone.
    #[inline]
    pub(crate) fn discard(self) {
        drop_caught(self.observers);
        #[cfg(feature = "checkpoints")]
        drop_caught(self.store);
    }
}
