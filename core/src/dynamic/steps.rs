//! The steps of a pipeline, and what their runs need.

use super::{
    asking::Checks,
    draft::Draft,
    keep::{Codec, Durable},
    plan_error::PlanErrorKind,
    run_storage::RunStorage,
};
use crate::{
    report::ErrorViews,
    shared::Want,
    steps::{ByStep, Kind, RetryPredicate, RunRecord, Shelf, record_from},
};
use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::pin::Pin;
use rungs_scheduler::{Config, Settings, StepId, StorageSize};

/// The steps of a pipeline, and what their runs need.
pub(crate) struct Steps<'env, E, K: Kind<'env, E>> {
    pub(super) draft: Draft<'env>,
    pub(super) works: Vec<Pin<Box<K::Work>>>,
    pub(super) retry_predicates: ByStep<RetryPredicate<'env, E>>,
    /// Whether the results of steps are there before a run.
    pub(super) checks: Checks<K::Work>,
    /// What is to be known of steps beyond a run.
    pub(super) durable: ByStep<Durable<K::Cell>>,
    /// How the errors of its steps are seen.
    pub(super) errors: ErrorViews<E>,
    /// Taken over by the report of a run; made, or found on the shelf, before a run.
    pub(super) record: Option<Box<RunRecord<K::Cell>>>,
    pub(super) shelf: Shelf<K::Cell>,
    pub(super) storage: RunStorage<K::Cell>,
    /// The configuration of each run that states no other.
    pub(super) config: Option<Box<Config>>,
    /// How steps are taken back.
    pub(super) undos: Option<Box<Undos<'env, E, K>>>,
}

/// The undos of a pipeline.
pub(super) struct Undos<'env, E, K: Kind<'env, E>> {
    /// The pipeline of the undos: each has the number of its step.
    pub(super) steps: Steps<'env, E, K>,
    pub(super) declared: ByStep<DeclaredUndo<'env>>,
    /// What was seen to be wrong while they were declared.
    pub(super) mistakes: Vec<PlanErrorKind>,
    /// Whether no mistake was found in what is declared now, beside those.
    pub(super) is_checked: bool,
    /// The configuration of the run in progress, if that is undone when it fails.
    pub(super) undoes_run: Option<Config>,
    /// The steps that have succeeded before the run in progress, and were stored.
    pub(super) stored: Vec<StepId>,
}

/// What an undo states beside its closure.
#[derive(Default)]
pub(super) struct DeclaredUndo<'env> {
    pub(super) settings: Settings<'env>,
    pub(super) has_retry_delay: bool,
    pub(super) uses: Vec<(String, u32)>,
    pub(super) shared_uses: Vec<Want>,
}

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// None yet, of a pipeline with this number.
    // Inlined, so that they are made in their box.
    #[inline(always)]
    pub(super) fn new(pipeline: u32, name: &str, errors: ErrorViews<E>) -> Self {
        Self {
            draft: Draft::new(pipeline, name),
            works: Vec::new(),
            retry_predicates: ByStep::new(),
            durable: ByStep::new(),
            checks: Checks::new(),
            errors,
            record: Some(Box::default()),
            shelf: Arc::default(),
            storage: RunStorage::new(),
            config: None,
            undos: None,
        }
    }

    /// Begins the next step.
    #[inline]
    pub(super) fn begin(&mut self) {
        if self.draft.begin() {
            self.forget_next();
        }
    }

    /// Drops what was set for a step that was never added.
    #[cold]
    pub(super) fn forget_next(&mut self) {
        let step = self.draft.next_step();
        self.retry_predicates.remove(step);
        self.checks.remove(step);
        self.durable.remove(step);
    }

    pub(super) fn defaults(&mut self, settings: Settings<'env>) {
        self.begin();
        self.draft.defaults(settings);
    }

    /// Sets the retry predicate of the next step.
    pub(super) fn retry_if(&mut self, predicate: RetryPredicate<'env, E>) {
        self.draft.note_retry_if();
        self.retry_predicates.insert(self.draft.next_step(), predicate);
    }

    #[inline]
    pub(super) fn add(&mut self, name: &str, work: Pin<Box<K::Work>>) -> StepId {
        self.works.push(work);
        self.draft.add(name)
    }

    /// Makes the storage for a run under this configuration, so that the run itself does not allocate it, and looks for
    /// warnings.
    pub(super) fn prepare(&mut self, config: &Config) {
        self.draft.number(config);
        let Some(compiled) = &self.draft.compiled else { return };
        let (plan, numbering) = (self.draft.plan(compiled), self.draft.numbering());
        let needed = StorageSize::for_run(&plan, &numbering, config);
        self.storage.fit(&needed, config, self.draft.shared_uses.as_ref());
        let steps = plan.len();
        let record = self.record.get_or_insert_with(|| record_from(&self.shelf));
        record.fit(steps);
        record.optional.clear();
        record.owned.clear();
        record.owned.extend(self.draft.owned_results());
        // Most plans have none, which their few different settings tell.
        if self.draft.settings.iter().any(Settings::is_optional) {
            record.optional.extend(plan.steps().filter(|&step| plan.settings(step).is_optional()));
        }
        let may_wait_less = |step: StepId| self.retry_predicates.get(step).is_some();
        self.draft.warn(config, may_wait_less, &mut record.warnings);
    }

    /// The next step is of this version.
    #[cfg(feature = "checkpoints")]
    pub(super) fn set_version(&mut self, version: u32) {
        self.draft.next_settings();
        self.durable.get_or_default(self.draft.next_step()).version = version;
    }

    /// Finds steps that are to keep their results though they run in each run.
    pub(super) fn check_kept(&self, mistakes: &mut Vec<PlanErrorKind>) {
        let kept = self.durable.iter().filter(|(_, durable)| durable.codec.is_some());
        for (step, _) in kept.filter(|(step, _)| self.draft.settings_of(*step).get_when().is_clean_up()) {
            mistakes.push(PlanErrorKind::CheckpointOfCleanUp { step: self.draft.name(step) });
        }
    }

    /// The next step keeps its results.
    pub(super) fn keep(&mut self, codec: Codec<K::Cell>) {
        self.durable.get_or_default(self.draft.next_step()).codec = Some(codec);
    }
}
