//! What the state of the world means for a step: queries, which change nothing.

use super::world::{By, Gone, Level, Phase, World};
use super::{Rule, Status, StepEnd, Why};

impl World<'_> {
    /// How a step ended, if it has.
    pub(super) fn end_of(&self, id: usize) -> Option<&StepEnd> {
        match &self.steps[id].phase {
            Phase::Ended { end, .. } => Some(end),
            _ => None,
        }
    }

    pub(super) fn has_ended(&self, id: usize) -> bool {
        self.end_of(id).is_some()
    }

    pub(super) fn has_status(&self, id: usize, status: Status) -> bool {
        self.end_of(id).is_some_and(|end| end.status == status)
    }

    /// Whether the end of a step dooms its dependents. The end of a step that was stopped does not: the stop ends its
    /// dependents too, with the stop's cause.
    pub(super) fn dooms(&self, id: usize) -> bool {
        let was_stopped = matches!(self.steps[id].phase, Phase::Ended { by: By::Stop, .. });
        self.has_ended(id) && !self.has_status(id, Status::Success) && !was_stopped
    }

    /// The depth at which a step ended: 0 unless its needs ended it.
    pub(super) fn depth(&self, id: usize) -> usize {
        match self.steps[id].phase {
            Phase::Ended { by: By::Needs { depth }, .. } => depth,
            _ => 0,
        }
    }

    /// The depth of the steps that are doomed by the last of this many ends.
    pub(super) fn depth_after(&self, ends: usize) -> usize {
        1 + ends.checked_sub(1).map_or(0, |last| self.depth(self.ends[last]))
    }

    /// Whether a need has ended in a way for which a step with [`Rule::AnyFailed`] runs.
    fn went_wrong(&self, id: usize) -> bool {
        self.end_of(id).is_some_and(|end| match (end.status, end.why) {
            (Status::Success, _) => false,
            (Status::Failed | Status::Cancelled, _) => true,
            (Status::Skipped, Why::Dependency { root, .. }) => {
                self.end_of(root).is_some_and(|root| !root.why.is_harmless())
            }
            (Status::Skipped, why) => !why.is_harmless(),
        })
    }

    /// How many steps had ended when the needs of a step that never started doomed it.
    pub(super) fn doomed_after(&self, id: usize) -> Option<usize> {
        let all_ended = self.case.waits_for(id).all(|before| self.has_ended(before));
        let is_unneeded = match self.case.steps[id].rule {
            Rule::AnyFailed => all_ended && !self.case.needs(id).any(|need| self.went_wrong(need)),
            Rule::NoneFailed => all_ended && self.is_pruned(id),
            _ => false,
        };
        if is_unneeded {
            let waits_for = |end: &usize| self.case.waits_for(id).any(|before| before == *end);
            // A step that waits for nothing is doomed from the beginning.
            return Some(self.ends.iter().rposition(waits_for).map_or(0, |index| index + 1));
        }
        let dooms = |end: &usize| self.case.needs(id).any(|need| need == *end) && self.dooms_this(*end, id);
        self.ends.iter().position(dooms).map(|index| index + 1)
    }

    /// Whether the end of this need dooms this step at once.
    pub(super) fn dooms_this(&self, need: usize, id: usize) -> bool {
        self.dooms(need)
            && match self.case.steps[id].rule {
                Rule::Default | Rule::SkipOnError => true,
                Rule::NoneFailed => self.went_wrong(need),
                Rule::AllDone | Rule::AnyFailed => false,
            }
    }

    /// Whether the step has needs, and all of them were skipped though nothing went wrong.
    pub(super) fn is_pruned(&self, id: usize) -> bool {
        let is_pruned = |need| self.has_status(need, Status::Skipped) && !self.went_wrong(need);
        self.case.needs(id).next().is_some() && self.case.needs(id).all(is_pruned)
    }

    /// The stop's cause, if the stop forbids this step to start or to start again.
    pub(super) fn forbidden(&self, id: usize) -> Option<Why> {
        let stop = self.stop?;
        let cleans_up = matches!(self.case.steps[id].rule, Rule::AllDone | Rule::AnyFailed);
        (!cleans_up || stop.level == Level::Kill).then_some(stop.cause)
    }

    /// The stop's cause, if the stop abandons an attempt of this step in flight.
    pub(super) fn abandoned(&self, id: usize) -> Option<Why> {
        let drains = self.stop.is_some_and(|stop| stop.level == Level::Drain);
        if drains { None } else { self.forbidden(id) }
    }

    /// Whether an attempt of the step may start now, if no stop forbids it.
    pub(super) fn can_start(&self, id: usize) -> bool {
        self.lacks_no_step(id) && self.has_permit() && self.lacking(id).next().is_none()
    }

    /// Whether only attempts that were given up keep the step from starting: it lacks a resource, and nothing will
    /// happen by itself.
    pub(super) fn is_blocked(&self, id: usize) -> bool {
        let is_quiet = self.running().next().is_none() && (0..self.steps.len()).all(|id| self.timer(id).is_none());
        is_quiet && self.lacks_no_step(id) && self.lacking(id).next().is_some()
    }

    /// The first step whose given-up attempt holds a resource that this step lacks.
    pub(super) fn blocked_by(&self, id: usize) -> Option<usize> {
        (0..self.steps.len()).filter(|&other| self.was_given_up(other)).find(|&other| {
            let mut lacking = self.lacking(id);
            lacking.any(|resource| self.units(other, resource) > 0)
        })
    }

    /// Whether the step waits for no other step, only for a permit or resources.
    fn lacks_no_step(&self, id: usize) -> bool {
        matches!(self.steps[id].phase, Phase::Fresh | Phase::Again)
            && self.needs_accepted(id)
            && self.case.waits_for(id).all(|before| self.has_ended(before))
            && self.level_is_open(id)
    }

    /// Whether the step's attempt was given up and has not ended since.
    pub(super) fn was_given_up(&self, id: usize) -> bool {
        self.steps[id].given_up_until.is_some()
    }

    fn needs_accepted(&self, id: usize) -> bool {
        let needs = || self.case.needs(id);
        let all_ended = needs().all(|need| self.has_ended(need));
        match self.case.steps[id].rule {
            Rule::Default | Rule::SkipOnError => needs().all(|need| self.has_status(need, Status::Success)),
            Rule::AllDone => all_ended,
            Rule::AnyFailed => all_ended && needs().any(|need| self.went_wrong(need)),
            Rule::NoneFailed => all_ended && !needs().any(|need| self.went_wrong(need)) && !self.is_pruned(id),
        }
    }

    fn level_is_open(&self, id: usize) -> bool {
        let level = self.ranks[id].level;
        (0..self.steps.len()).all(|other| self.ranks[other].level >= level || self.has_ended(other))
    }

    fn has_permit(&self) -> bool {
        self.case.limit.is_none_or(|limit| self.running().count() < limit as usize)
    }

    /// The resources of which the step needs more units than are free. It acquires all its units at once or none: a step
    /// that waits holds nothing, so there is no deadlock.
    fn lacking(&self, id: usize) -> impl Iterator<Item = usize> {
        self.case.capacities.iter().enumerate().filter_map(move |(resource, &capacity)| {
            let given_up = (0..self.steps.len()).filter(|&other| self.was_given_up(other));
            let held: u64 = self.running().chain(given_up).map(|other| self.units(other, resource)).sum();
            let wanted = self.units(id, resource);
            (wanted > 0 && wanted + held > u64::from(capacity)).then_some(resource)
        })
    }

    fn units(&self, id: usize, resource: usize) -> u64 {
        let uses = &self.case.steps[id].uses;
        uses.iter().filter(|(used, _)| *used == resource).map(|(_, units)| u64::from(*units)).sum()
    }

    fn running(&self) -> impl Iterator<Item = usize> {
        (0..self.steps.len())
            .filter(|&id| matches!(self.steps[id].phase, Phase::Running { .. } | Phase::Lingering { .. }))
    }

    /// When the step's timer fires: at the limit of its attempt, at the end of its backoff, at its deadline while it
    /// waits to be retried, or at the end of the grace of an attempt that was told to end. (A backoff never
    /// reaches the deadline.)
    pub(super) fn timer(&self, id: usize) -> Option<u64> {
        match self.steps[id].phase {
            Phase::Running { since } => {
                let timeout = self.case.steps[id].timeout.map(|timeout| since.saturating_add(timeout));
                match self.steps[id].overdue {
                    None => timeout.into_iter().chain(self.deadline_point(id)).min(),
                    Some(Gone::TimedOut) => self.deadline_point(id),
                    Some(Gone::Deadline | Gone::Stop(_)) => None,
                }
            }
            Phase::Backoff { until } => Some(until),
            Phase::Again | Phase::PutOff { .. } => self.deadline_point(id),
            Phase::Lingering { asked_at, .. } => self.case.grace.map(|grace| asked_at.saturating_add(grace)),
            Phase::Fresh | Phase::Ended { .. } => None,
        }
    }

    /// The step's deadline, which runs from its first start. A clean-up step without a time limit has that of the case.
    pub(super) fn deadline_point(&self, id: usize) -> Option<u64> {
        let spec = &self.case.steps[id];
        let cleans_up = matches!(spec.rule, Rule::AllDone | Rule::AnyFailed);
        let has_no_limit = spec.timeout.is_none() && spec.deadline.is_none();
        let span = if cleans_up && has_no_limit { self.case.clean_up_deadline } else { spec.deadline };
        Some(self.steps[id].started_at?.saturating_add(span?))
    }

    /// 1 if a required step failed, 2 if one did not succeed because of a stop, else 0.
    pub(super) fn exit_code(&self) -> u8 {
        let required = || (0..self.steps.len()).filter(|&id| !self.case.steps[id].optional);
        if required().any(|id| self.has_status(id, Status::Failed)) {
            1
        } else if required().any(|id| self.ended_because_of_a_stop(id)) {
            2
        } else {
            0
        }
    }

    fn ended_because_of_a_stop(&self, id: usize) -> bool {
        let was_stopped = |end: &StepEnd| match end.status {
            Status::Success | Status::Failed => false,
            Status::Cancelled => true,
            Status::Skipped => matches!(end.why, Why::Stopped { .. } | Why::Drain | Why::Token | Why::RunDeadline),
        };
        self.end_of(id).is_some_and(|end| match (end.status, end.why) {
            (Status::Skipped, Why::Dependency { root, .. }) => self.end_of(root).is_some_and(was_stopped),
            _ => was_stopped(end),
        })
    }
}
