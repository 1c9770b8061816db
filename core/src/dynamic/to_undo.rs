//! What a run is to undo.

use crate::steps::{Cell, TakenBack};
use alloc::{sync::Arc, vec::Vec};
use rungs_scheduler::{Instant, StepId};

/// What a run is to undo.
pub(super) enum ToUndo<C: ?Sized> {
    /// What it has done itself, if it fails.
    Itself,
    /// What the run of a report has done.
    Report(ReportToUndo<C>),
    /// What earlier runs have stored.
    #[cfg(feature = "checkpoints")]
    Stored,
}

/// What is to be undone of a report's run.
pub(super) struct ReportToUndo<C: ?Sized> {
    pub(super) pipeline: u32,
    pub(super) is_undo: bool,
    pub(super) taken_back: Option<TakenBack>,
    pub(super) steps: Vec<StepToUndo<C>>,
}

/// A step that is to be undone.
pub(super) struct StepToUndo<C: ?Sized> {
    pub(super) step: StepId,
    pub(super) result: Option<Arc<C>>,
    /// When it ended; none if that was in an earlier run.
    pub(super) ended: Option<Instant>,
}

impl<C: Cell + ?Sized> StepToUndo<C> {
    pub(super) fn has_result(&self) -> bool {
        self.result.as_ref().is_some_and(|result| result.is_filled())
    }
}
