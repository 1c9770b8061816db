//! What the store of a run is told of its end.

use super::Steps;
use crate::{
    checkpoints::{OpenStore, RunEnding},
    error::StepError,
    panics::{discard, guard},
    report::Report,
    steps::{Kind, OwnErrors},
};
use alloc::{format, string::String};
use rungs_scheduler::{StepId, StepState};

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Tells the store how a run has ended.
    #[cold]
    pub(super) fn end_store(&self, store: &OpenStore, report: &Report<E, K::Cell>) {
        let (states, notes) = (&*report.record.states, &report.notes);
        let error = |step: StepId| self.error_text(notes.errors.get(step)?, states.get(step.index())?);
        store.end(&RunEnding {
            pipeline: report.names.pipeline(),
            names: &*report.names,
            states,
            exit_code: report.exit_code(),
            started: notes.started,
            error: &error,
        });
    }

    /// The error with which a step ended, in words. An error that panics has none.
    fn error_text(&self, own: &OwnErrors<E>, state: &StepState) -> Option<String> {
        match &**own.last(state)? {
            StepError::Failed(error) => guard(|| (self.errors.text)(error)).unwrap_or_else(|payload| {
                discard(payload);
                None
            }),
            StepError::Panicked(message) => Some(String::from(&**message)),
            StepError::NotStored(reason) => Some(format!("its result was not stored: {reason}")),
            _ => None,
        }
    }
}
