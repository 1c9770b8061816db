//! Steps that need all steps before them: one mark each instead of an edge per step.
//!
//! All steps before such a step have ended when it is the first step that has not. So the scheduler keeps the number of the
//! first step that has not ended, and the mark counts as one need. A plan without such steps pays for one look at a flag per
//! end.

use super::{Scheduler, Setup, StepId, StepState, step_state::Phase};
use crate::plan::Need;

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Whether some step of the plan needs all before it.
    #[inline]
    pub(super) fn has_after_all(&self) -> bool {
        S::REQUIREMENTS.after_all && !self.setup.plan().all_needs().after_all().is_empty()
    }

    /// The needs of a step in its own order: those that it names, then all before it if it waits for these.
    pub(super) fn needs_of(&self, step: StepId) -> impl Iterator<Item = StepId> + use<'a, S> {
        let plan = self.setup.plan();
        let before = if S::REQUIREMENTS.after_all && plan.waits_for_all(step) { step.0 } else { 0 };
        let named = plan.needs(step);
        // By number, because a chain of two iterators takes a board more flash.
        (0..named.len() as u32 + before).filter_map(move |n| match named.get(n as usize) {
            Some(need) => (!need.is_order()).then_some(need.step()),
            None => Some(StepId(n - named.len() as u32)),
        })
    }

    /// Counts the marks as needs that have not ended, but for the one whose steps have all ended.
    pub(super) fn count_marks(&mut self) {
        for mark in self.setup.plan().all_needs().after_all() {
            if let Some(state) = self.waiting(*mark) {
                state.link = state.link.saturating_add(1);
            }
        }
        if let Some(mark) = self.pass_ended()
            && let Some(state) = self.waiting(mark)
        {
            state.link = state.link.saturating_sub(1);
        }
    }

    /// What the end of a step means for the steps that need all before them.
    #[cold]
    #[inline(never)]
    pub(super) fn note_end_to_marks(&mut self, step: StepId, dooms: bool, depth: u32) {
        if dooms && step.0 < self.first_wrong {
            self.doom_joins_after(step, depth);
            self.first_wrong = step.0;
        }
        if step.0 == self.first_open
            && let Some(mark) = self.pass_ended()
        {
            self.need_ended(Need::after(mark), false, depth);
        }
    }

    /// Dooms the joins after this step, but for those that an earlier end has doomed. O(number of marks) in a whole run.
    fn doom_joins_after(&mut self, step: StepId, depth: u32) {
        let needs = self.setup.plan().all_needs();
        let marks = needs.after_all().get(needs.mark_from(step.0.saturating_add(1))..).unwrap_or_default();
        let doomed_before = self.first_wrong;
        for &mark in marks.iter().take_while(|mark| mark.0 <= doomed_before) {
            if self.is_join(mark) && self.waiting(mark).is_some() {
                self.doom(mark, depth + 1);
            }
        }
    }

    /// Passes over the steps before which all have ended. Returns the first that has not, if it needs all before it.
    fn pass_ended(&mut self) -> Option<StepId> {
        while self.states.get(self.first_open as usize).is_some_and(StepState::has_ended) {
            self.first_open += 1;
        }
        let first = StepId(self.first_open);
        self.setup.plan().waits_for_all(first).then_some(first)
    }

    fn waiting(&mut self, step: StepId) -> Option<&mut StepState> {
        self.states.get_mut(step.index()).filter(|state| state.phase() == Phase::Waiting)
    }
}
