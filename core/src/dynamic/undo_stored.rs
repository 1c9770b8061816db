//! Undos and stores: what is undone is not stored any more, and what is stored can be undone.

use super::{
    PipelineError, Steps,
    beginning::{Beginning, Stored},
    runner::Runner,
    steps::Undos,
    to_undo::{StepToUndo, ToUndo},
};
use crate::{
    checkpoints::{AnyStore, Checkpoint, OpenStore},
    steps::{ByStep, Kind},
};
use alloc::{boxed::Box, string::String, sync::Arc, vec, vec::Vec};
use core::time::Duration;
use rungs_scheduler::{Cause, Given, Instant, Plan, Status, StepId, StepState};

impl<'env, E, K: Kind<'env, E>, O> Runner<'_, 'env, E, K, O> {
    /// Undoes what earlier runs have [stored](Self::checkpoints), instead of running the steps: after a crash, when there is no
    /// report. It is as [`undo`](Self::undo) for the checkpoints among the steps; what others have done is not known.
    ///
    /// What is undone is removed from the store, and with it the results of steps that came of it and have no undo: a later run
    /// does all of these again. Of a result that is outdated the report [warns](crate::Report::warnings); it is not undone.
    ///
    /// ```
    /// use rungs::{MemoryCheckpoints, NoClock, Pipeline, Status};
    ///
    /// let store = MemoryCheckpoints::new();
    /// let pipeline = || {
    ///     let mut p: Pipeline = Pipeline::new("trip");
    ///     let hotel = p.step("hotel").checkpoint().run(async || Ok(12));
    ///     p.undo(hotel).run(async |room| Ok(assert_eq!(*room, 12)));
    ///     p
    /// };
    /// futures_lite::future::block_on(pipeline().runner().checkpoints(store.clone()).run(&NoClock))?;
    /// // In another process, perhaps:
    /// let mut p = pipeline();
    /// let run = p.runner().checkpoints(store.clone()).undo_stored().run(&NoClock);
    /// let undo = futures_lite::future::block_on(run)?;
    /// assert_eq!(undo.get("hotel").unwrap().status(), Status::Success);
    /// assert!(store.list().is_empty());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    ///
    /// # Errors
    /// Beside those of any run: there is no store, or it cannot be read.
    pub fn undo_stored(mut self) -> Self {
        self.beginning.undo(ToUndo::Stored);
        self
    }
}

impl<'env, E, K: Kind<'env, E>> Undos<'env, E, K> {
    /// Notes which steps have succeeded before the run in progress.
    pub(super) fn note_stored(&mut self, stored: Option<&Stored<K::Cell>>) {
        let ended = stored.into_iter().flat_map(|stored| stored.given());
        let succeeded = ended.filter(|(_, given)| *given == Given::Success);
        self.stored = succeeded.map(|(step, _)| step).collect();
        self.stored.sort_unstable();
    }
}

/// What a store has for an undo, and when each step in it ended by the wall clock.
type LoadedToUndo<C> = (Option<Box<Stored<C>>>, Vec<(StepId, Instant)>);

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Finds what can be undone of what a store has loaded.
    pub(super) fn sort_out_to_undo(
        &self,
        loaded: Result<Vec<Checkpoint>, String>,
        store: Arc<dyn AnyStore>,
        beginning: &Beginning<K::Cell>,
    ) -> Result<LoadedToUndo<K::Cell>, PipelineError> {
        let end = |kept: &Checkpoint| Some((self.draft.names.find(&kept.step)?, ended(kept)));
        let ends = loaded.iter().flatten().filter_map(end).collect();
        Ok((Some(self.sort_out(loaded, store, beginning)?), ends))
    }

    /// Of these steps those without a checkpoint, and those whose result is still stored: any other has been taken back.
    pub(super) fn those_still_stored(
        &self,
        mut steps: Vec<StepToUndo<K::Cell>>,
        stored: &Stored<K::Cell>,
    ) -> Vec<StepToUndo<K::Cell>> {
        let stored = stored.steps();
        steps.retain(|undone| !self.is_checkpoint(undone.step) || stored.binary_search(&undone.step).is_ok());
        steps
    }

    /// The steps with an undo whose results are stored.
    pub(super) fn stored_to_undo(
        &self,
        stored: &Stored<K::Cell>,
        ends: &[(StepId, Instant)],
    ) -> Vec<StepToUndo<K::Cell>> {
        let has_undo = |step| self.undos.as_ref().is_some_and(|undos| undos.has(step));
        let ended = |step| ends.iter().find(|(other, _)| *other == step).map(|(_, end)| *end);
        let with_result = stored.ended.iter().filter(|(step, result)| result.is_some() && has_undo(*step));
        with_result
            .map(|(step, result)| StepToUndo { step: *step, result: result.clone(), ended: ended(*step) })
            .collect()
    }

    /// The steps whose ends are stored after a run that ended so, in ascending order.
    pub(super) fn stored_in(&self, states: &[StepState]) -> Vec<StepId> {
        let is_stored =
            |state: &StepState| state.status() == Status::Success || state.cause() == Some(Cause::SkippedItself);
        let ended = (0..).map(StepId::from_number).zip(states).filter(|(_, state)| is_stored(state));
        ended.map(|(step, _)| step).filter(|step| self.is_checkpoint(*step)).collect()
    }

    fn is_checkpoint(&self, step: StepId) -> bool {
        self.durable.get(step).is_some_and(|durable| durable.codec.is_some())
    }

    /// What is removed from a store with each of the steps that are undone, of the steps that are stored: the step itself, and
    /// before it those without undo that came of it, as these would be taken for done when it is not.
    ///
    /// O(n log n) for n stored steps, and O(V + E) for each step that is undone, if there are stored steps without undo.
    pub(super) fn removals(&self, undone: &[StepToUndo<K::Cell>], stored: &[StepId]) -> ByStep<Vec<StepId>> {
        let mut removals = ByStep::new();
        let Some(compiled) = &self.draft.compiled else { return removals };
        let plan = self.draft.plan(compiled);
        let mut is_undone = vec![false; plan.len()];
        for undone in undone {
            if let Some(entry) = is_undone.get_mut(undone.step.index()) {
                *entry = true;
            }
        }
        let is_alone = stored.iter().all(|step| is_undone.get(step.index()) == Some(&true));
        for StepToUndo { step, .. } in undone {
            let mut removed =
                if is_alone { Vec::new() } else { came_of(&plan, &self.draft.after_all, *step, &is_undone) };
            removed.retain(|step| stored.binary_search(step).is_ok());
            if stored.binary_search(step).is_ok() {
                removed.push(*step);
            }
            if !removed.is_empty() {
                removals.insert(*step, removed);
            }
        }
        removals
    }
}

/// The steps that came of a step, directly or across others that are not undone.
fn came_of(plan: &Plan<'_>, after_all: &[StepId], step: StepId, is_undone: &[bool]) -> Vec<StepId> {
    let (mut found, mut next) = (Vec::new(), vec![step]);
    let mut is_known = vec![false; plan.len()];
    while let Some(step) = next.pop() {
        let named = plan.dependents(step).iter().filter(|waits| !waits.is_order()).map(|waits| waits.step());
        let marks = after_all.iter().copied().filter(|mark| *mark > step);
        for waits in named.chain(marks) {
            let is_passed = is_undone.get(waits.index()) != Some(&false);
            if !is_passed && is_known.get_mut(waits.index()).is_some_and(|known| !core::mem::replace(known, true)) {
                found.push(waits);
                next.push(waits);
            }
        }
    }
    found
}

impl<C: ?Sized> Stored<C> {
    /// The steps that have ended, in ascending order.
    pub(super) fn steps(&self) -> Vec<StepId> {
        let mut steps: Vec<StepId> = self.ended.iter().map(|(step, _)| *step).collect();
        steps.sort_unstable();
        steps
    }

    /// For an undo, which is given results in another way.
    pub(super) fn of_undo(self) -> Box<Self> {
        Box::new(Self { ended: Vec::new(), ..self })
    }

    /// The store of a run that has ended, for the undo of that run.
    pub(super) fn after_end(store: &OpenStore) -> Box<Self> {
        Box::new(Self { store: Arc::new(store.after_end()), ended: Vec::new(), warnings: Vec::new() })
    }
}

/// When a step ended by the wall clock; the epoch if that is not known.
fn ended(checkpoint: &Checkpoint) -> Instant {
    let started = checkpoint.started.unwrap_or(Duration::ZERO);
    Instant::ZERO + started.saturating_add(checkpoint.duration)
}
