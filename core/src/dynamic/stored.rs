//! What earlier runs have stored, at the beginning of a run.

use super::{
    PipelineError, Steps,
    beginning::{Beginning, Ended, Stored},
    fingerprint::fingerprints,
    runner::Runner,
};
use crate::{
    checkpoints::{AnyStore, Checkpoint, Checkpoints, OpenStore},
    steps::{Kind, OutdatedCheckpoint, PlanWarning, Warnings},
};
use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

impl<'env, E, K: Kind<'env, E>, O> Runner<'_, 'env, E, K, O> {
    /// Stores what [checkpoint](super::StepBuilder::checkpoint) steps come to, and begins with what earlier runs have stored:
    /// such a step has succeeded before the run, as if its result had been [given](Self::given). What is given comes first.
    ///
    /// Only successes are stored, and steps that [skipped themselves](super::StepBuilder::run_maybe). All others begin anew,
    /// with all their attempts. So results are there exactly once, and effects at least once: a process that ends after a step
    /// has done something, and before that is stored, does it again.
    ///
    /// A result that is outdated is not used, and the report [warns](crate::Report::warnings) of it: the
    /// [step has changed](super::StepBuilder::version) or cannot read it, or there is no such step;
    /// [`strict`](Self::strict) makes an error of it. Values of [inputs](super::PipelineOf::input) are not looked at: a run with
    /// others is another run, with a store of its own.
    ///
    /// What is [undone](super::PipelineOf::undo) is removed, so that a later run does it again.
    ///
    /// [`Checkpoints`] and [`MemoryCheckpoints`](crate::MemoryCheckpoints) have examples.
    pub fn checkpoints<S>(mut self, store: S) -> Self
    where
        S: Checkpoints<Loading: Send + 'static, Storing: Send + 'static> + Send + Sync + 'static,
    {
        self.beginning.keep_in(Arc::new(store));
        self
    }

    /// Does not run if something that is stored is outdated: [`PipelineError::Outdated`] tells all of it.
    ///
    /// ```
    /// use rungs::{MemoryCheckpoints, NoClock, Pipeline};
    ///
    /// let checkpoints = MemoryCheckpoints::new();
    /// for version in [1, 2] {
    ///     let mut p: Pipeline = Pipeline::new("index");
    ///     p.step("fetch").version(version).checkpoint().run(async || Ok(7));
    ///     let run = p.runner().checkpoints(checkpoints.clone()).strict().run(&NoClock);
    ///     let ran = futures_lite::future::block_on(run);
    ///     let error = ran.err().map(|error| error.to_string());
    ///     assert_eq!(error.as_deref(), (version == 2).then_some(
    ///         "pipeline `index` does not go on, as something that is stored is outdated:\n\
    ///          - step `fetch` runs again: it has changed since its result was stored, or a step that it needs has",
    ///     ));
    /// }
    /// ```
    pub fn strict(mut self) -> Self {
        self.beginning.be_strict();
        self
    }
}

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Finds what a run of a plan that was checked begins with, of what a store has loaded. O(V + E + n log n) for n given or stored
    /// steps, beside the reading of results.
    ///
    /// # Errors
    /// It could not be loaded; or something is outdated, and the run is strict.
    pub(super) fn sort_out(
        &self,
        loaded: Result<Vec<Checkpoint>, String>,
        store: Arc<dyn AnyStore>,
        beginning: &Beginning<K::Cell>,
    ) -> Result<Box<Stored<K::Cell>>, PipelineError> {
        let pipeline = || String::from(self.draft.names.pipeline());
        let loaded = loaded.map_err(|message| PipelineError::Checkpoints { pipeline: pipeline(), message })?;
        let Self { draft, durable, .. } = self;
        let compiled = draft.compiled.as_ref().expect("`check` has compiled the plan");
        let fingerprints = fingerprints(&draft.plan(compiled), &compiled.order, &draft.names, durable);
        let mut given = beginning.given_steps(&draft.names);
        given.sort_unstable();
        let (mut ended, mut warnings) = (Vec::new(), Vec::new());
        for checkpoint in loaded {
            match self.use_stored(&checkpoint, &fingerprints) {
                Ok((step, result)) if given.binary_search(&step).is_err() => ended.push((step, result)),
                Ok(_) => {}
                Err(why) => warnings.push(PlanWarning::OutdatedCheckpoint { step: checkpoint.step, why }),
            }
        }
        if beginning.is_strict() && !warnings.is_empty() {
            return Err(PipelineError::Outdated { pipeline: pipeline(), warnings: Warnings::new(warnings) });
        }
        Ok(Box::new(Stored { store: Arc::new(OpenStore::new(store, fingerprints)), ended, warnings }))
    }

    /// The step of a checkpoint, and its result if there is one.
    fn use_stored(&self, checkpoint: &Checkpoint, fingerprints: &[u64]) -> Result<Ended<K::Cell>, OutdatedCheckpoint> {
        let step = self.draft.names.find(&checkpoint.step).ok_or(OutdatedCheckpoint::Gone)?;
        let codec = self.durable.get(step).and_then(|durable| durable.codec).ok_or(OutdatedCheckpoint::NotKept)?;
        if fingerprints.get(step.index()) != Some(&checkpoint.fingerprint) {
            return Err(OutdatedCheckpoint::Changed);
        }
        let result = checkpoint.result.as_deref().map(codec.decode).transpose();
        Ok((step, result.map_err(OutdatedCheckpoint::Unreadable)?))
    }
}
