//! The checks of undos: of what is declared, and of runs that undo something.

use super::{
    Steps,
    beginning::Beginning,
    plan_error::{PlanError, PlanErrorKind},
    to_undo::{StepToUndo, ToUndo},
    undoing::for_undo,
};
use crate::steps::Kind;
use alloc::{string::ToString, vec::Vec};
use rungs_scheduler::{Config, StepId};

impl<'env, E, K: Kind<'env, E>> Steps<'env, E, K> {
    /// Undos are checked again if the plan has changed. Call it before the plan is compiled.
    #[inline]
    pub(super) fn forget_checked_undos(&mut self) {
        if let Some(undos) = &mut self.undos
            && self.draft.compiled.is_none()
        {
            undos.is_checked = false;
        }
    }

    /// Finds what is wrong with the undos: with their declarations and, if the run is to undo something, with such a run.
    pub(super) fn check_undos(
        &mut self,
        run: Option<(&Config, bool, &Beginning<K::Cell>)>,
        mistakes: &mut Vec<PlanErrorKind>,
    ) {
        if let Some((.., beginning)) = run {
            self.check_report(beginning, mistakes);
        }
        let Self { draft, undos, .. } = self;
        let Some(undos) = undos else { return };
        mistakes.extend(undos.mistakes.iter().cloned());
        let run = run.filter(|(.., beginning)| beginning.to_undo().is_some());
        if draft.compiled.is_none() || undos.is_checked && run.is_none() {
            return;
        }
        let all: Vec<StepId> = undos.steps().collect();
        undos.plan(draft, &all);
        let plan = &mut undos.steps.draft;
        let found = match run {
            Some((config, ticks, _)) => {
                plan.check(&for_undo(config), ticks, &Beginning::<K::Cell>::nothing(), |_| None)
            }
            None => plan.compile().map_or_else(PlanError::into_mistakes, |()| Vec::new()),
        };
        undos.is_checked = found.is_empty();
        for mistake in found {
            let mistake = match is_of_a_step(&mistake) {
                true => PlanErrorKind::Undo { mistake: mistake.to_string() },
                false => mistake,
            };
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
    }

    fn check_report(&self, beginning: &Beginning<K::Cell>, mistakes: &mut Vec<PlanErrorKind>) {
        if beginning.undoes_others() && beginning.is_of_part() {
            mistakes.push(PlanErrorKind::UndoOfPart);
        }
        #[cfg(feature = "checkpoints")]
        if let Some(ToUndo::Stored) = beginning.to_undo()
            && !beginning.has_store()
        {
            mistakes.push(PlanErrorKind::UndoOfNoStore);
        }
        let Some(ToUndo::Report(report)) = beginning.to_undo() else { return };
        let has_undos = self.undos.as_ref().is_some_and(|undos| undos.steps().next().is_some());
        let is_older = has_undos && report.taken_back.is_none();
        if report.pipeline != self.draft.names.id() || report.is_undo || is_older {
            return mistakes.push(PlanErrorKind::ForeignReport);
        }
        for StepToUndo { step, .. } in report.steps.iter().filter(|undone| !undone.has_result()) {
            mistakes.push(PlanErrorKind::UndoOfTaken { step: self.draft.name(*step) });
        }
    }
}

/// Whether a mistake is one of an undo. All others are mistakes of the pipeline or of the run, and told as these.
fn is_of_a_step(mistake: &PlanErrorKind) -> bool {
    !matches!(mistake, PlanErrorKind::NoConcurrency | PlanErrorKind::TimeWithoutClock { step: None })
}
