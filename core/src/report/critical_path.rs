//! Which steps made a run as long as it was.

use super::record::Record;
use crate::plan_view::PlanView;
use rungs_scheduler::{Instant, StepId, StepState};

/// From a step to the one whose end it waited for.
pub(super) struct Links<'r, E> {
    record: Record<'r, E>,
    plan: Option<PlanView<'r>>,
    /// The steps that ran, by their ends, where no plan is known.
    #[cfg(feature = "alloc")]
    by_end: alloc::vec::Vec<(Instant, StepId)>,
}

impl<'r, E> Links<'r, E> {
    pub(super) fn new(record: Record<'r, E>, plan: Option<PlanView<'r>>) -> Self {
        Self {
            record,
            plan,
            #[cfg(feature = "alloc")]
            by_end: match plan {
                Some(_) => alloc::vec::Vec::new(),
                None => {
                    let mut ends: alloc::vec::Vec<_> = ends(record).collect();
                    ends.sort_unstable();
                    ends
                }
            },
        }
    }

    /// The step that ended last.
    pub(super) fn last(&self) -> Option<StepId> {
        ends(self.record).max().map(|(_, step)| step)
    }

    /// The step whose end this one waited for.
    pub(super) fn before(&self, step: StepId) -> Option<StepId> {
        match self.plan {
            Some(plan) => {
                let needs = plan.get(step)?.needs().map(|need| need.step().id());
                let ends = needs.filter_map(|need| Some((end(self.record.state(need)?)?, need)));
                ends.max().map(|(_, need)| need)
            }
            None => self.ended_before(self.record.state(step)?.started_at()?),
        }
    }

    /// The step that ended last of those that had at this time.
    #[cfg(feature = "alloc")]
    fn ended_before(&self, began: Instant) -> Option<StepId> {
        let len = self.by_end.partition_point(|(end, _)| *end <= began);
        let mut before = self.by_end.get(..len)?.iter().rev().map(|(_, step)| *step);
        before.find(|&other| self.is_before(other, began))
    }

    #[cfg(not(feature = "alloc"))]
    fn ended_before(&self, began: Instant) -> Option<StepId> {
        let before = |(end, other): &(Instant, StepId)| *end <= began && self.is_before(*other, began);
        ends(self.record).filter(before).max().map(|(_, step)| step)
    }

    /// Whether a step that had ended by then took time before it.
    fn is_before(&self, other: StepId, began: Instant) -> bool {
        self.record.state(other).and_then(StepState::started_at).is_some_and(|at| at < began)
    }
}

/// The ends of all steps that ran.
fn ends<E>(record: Record<'_, E>) -> impl Iterator<Item = (Instant, StepId)> {
    (0..).map(StepId::from_number).zip(record.states).filter_map(|(step, state)| Some((end(state)?, step)))
}

fn end(state: &StepState) -> Option<Instant> {
    state.started_at().and(state.finished_at())
}
