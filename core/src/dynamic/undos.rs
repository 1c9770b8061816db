//! The undos of a pipeline, and the plan in which some of them run: the pipeline's own, turned around.

use super::{
    Steps,
    draft::Draft,
    steps::{DeclaredUndo, Undos},
};
use crate::{
    diagram::StepNames,
    steps::{ByStep, Kind, RetryPredicate},
};
use alloc::{boxed::Box, format, sync::Arc, vec, vec::Vec};
use core::pin::Pin;
use rungs_scheduler::{Need, Settings, StepId, When};

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// The undos, which are made if there are none.
    pub(super) fn undos(&mut self) -> &mut Undos<'env, E, K> {
        let Self { draft, undos, errors, .. } = self;
        undos.get_or_insert_with(|| {
            Box::new(Undos {
                steps: Steps::new(draft.names.id(), "", *errors),
                declared: ByStep::new(),
                mistakes: Vec::new(),
                is_checked: false,
                undoes_run: None,
                stored: Vec::new(),
            })
        })
    }
}

impl<'env, E, K: Kind<'env, E>> Undos<'env, E, K> {
    pub(super) fn has(&self, step: StepId) -> bool {
        self.declared.get(step).is_some()
    }

    /// The steps that have an undo.
    pub(super) fn steps(&self) -> impl Iterator<Item = StepId> {
        self.declared.iter().map(|(step, _)| step)
    }

    pub(super) fn declare(
        &mut self,
        step: StepId,
        declared: DeclaredUndo<'env>,
        retry_predicate: Option<RetryPredicate<'env, E>>,
        work: Pin<Box<K::Work>>,
    ) {
        self.is_checked = false;
        let Steps { works, retry_predicates, .. } = &mut self.steps;
        if works.len() <= step.index() {
            works.resize_with(step.index() + 1, K::absent);
        }
        if let Some(place) = works.get_mut(step.index()) {
            *place = work;
        }
        if let Some(predicate) = retry_predicate {
            retry_predicates.insert(step, predicate);
        }
        self.declared.insert(step, declared);
    }

    /// Makes the plan in which these steps of a pipeline are undone: of those that are ready, the first first. It is that of the
    /// pipeline, turned around. O(V + E + n log n) for n steps.
    ///
    /// All edges are orders, so that an undo that fails keeps none from the next, and the rule of each undo is `AllDone`. In the
    /// place of any other step stands one that waits as well, for the orders that go through it; as it watches nothing, it is
    /// not needed, and does not start.
    pub(super) fn plan(&mut self, of: &Draft<'env>, undone: &[StepId]) {
        let Some(compiled) = &of.compiled else { return };
        let mut lengths = vec![0; of.len()];
        for (length, step) in (1..).zip(undone.iter().rev()) {
            if let Some(place) = lengths.get_mut(step.index()) {
                *place = length;
            }
        }
        let mut draft = Draft::new(of.names.id(), &format!("undo of {}", of.names.pipeline()));
        Arc::make_mut(&mut draft.names).mark_undo();
        for resource in &of.resources {
            draft.resource(&resource.name, resource.units);
        }
        let dependents = compiled.dependents();
        let mut after_all = of.after_all.iter().copied().peekable();
        for (step, &length) in (0..).map(StepId::from_number).zip(&lengths) {
            match self.declared.get(step).filter(|_| length > 0) {
                Some(declared) => declared.state(&mut draft, self.steps.retry_predicates.get(step).is_some()),
                None => *draft.next_settings() = Settings::DEFAULT.when(When::AnyFailed),
            }
            draft.needs.extend(dependents.of(step).iter().map(|waits| Need::order(waits.step())));
            // The next step that waits for all before it comes first here; what it does not wait for, the one after it does.
            while after_all.next_if(|waits| *waits <= step).is_some() {}
            draft.needs.extend(after_all.peek().copied().map(Need::order));
            draft.add(of.names.name(step));
        }
        draft.lengths = Some(lengths.into());
        self.steps.works.resize_with(of.len().max(self.steps.works.len()), K::absent);
        self.steps.draft = draft;
    }
}

impl<'env> DeclaredUndo<'env> {
    /// States it for the next step of a draft.
    fn state(&self, draft: &mut Draft<'env>, has_retry_if: bool) {
        *draft.next_settings() = self.settings.class(0).when(When::AllDone);
        draft.set_retry_delay(self.has_retry_delay);
        if has_retry_if {
            draft.note_retry_if();
        }
        self.uses.iter().for_each(|(resource, units)| draft.use_by_name(resource, *units));
        self.shared_uses.iter().for_each(|want| draft.use_resource(&want.resource, want.units));
    }
}
