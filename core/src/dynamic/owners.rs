//! What a draft notes of owned and released results, and what can be wrong with them.

use super::{
    draft::Draft,
    ownership::{Ownership, Taker},
    plan_error::PlanErrorKind,
};
use alloc::vec::Vec;
use rungs_scheduler::StepId;

impl Draft<'_> {
    /// The result of the next step is owned.
    pub(super) fn own_result(&mut self) {
        let next = self.next_step();
        self.next_ownership().owned.push(next);
    }

    /// The next step takes an owned result.
    pub(super) fn take_result(&mut self, of: StepId) {
        let next = self.next_step();
        self.next_ownership().takers.push(Taker { step: next, need: of });
    }

    /// The result of the next step is dropped when its last reader has ended.
    pub(super) fn release_result(&mut self) {
        let next = self.next_step();
        let released = &mut self.next_ownership().released;
        if released.last() != Some(&next) {
            released.push(next);
        }
    }

    fn next_ownership(&mut self) -> &mut Ownership {
        self.is_set = true;
        self.ownership.get_or_insert_default()
    }

    /// The steps whose results are owned.
    pub(super) fn owned_results(&self) -> &[StepId] {
        self.ownership.as_ref().map_or(&[], |ownership| &ownership.owned)
    }

    /// The steps whose results are dropped when their last reader has ended.
    pub(super) fn released_results(&self) -> &[StepId] {
        self.ownership.as_ref().map_or(&[], |ownership| &ownership.released)
    }

    /// Finds owned results that are to be taken more than once, or that are needed by name.
    pub(super) fn check_ownership(&self, mistakes: &mut Vec<PlanErrorKind>) {
        let Some(Ownership { owned, takers, .. }) = self.ownership.as_deref() else { return };
        for &Taker { step, need } in takers {
            if self.settings_of(step).get_retries() > 0 {
                mistakes.push(PlanErrorKind::OwnedWithRetries { step: self.name(step), need: self.name(need) });
            }
        }
        for reference in &self.by_name {
            let takes_result = self.needs.get(reference.index).is_some_and(|need| need.has_result());
            let is_owned = |need: &StepId| owned.binary_search(need).is_ok();
            if takes_result && self.names.find(&reference.name).as_ref().is_some_and(is_owned) {
                mistakes
                    .push(PlanErrorKind::OwnedByName { step: self.name(reference.step), need: reference.name.clone() });
            }
        }
    }
}
