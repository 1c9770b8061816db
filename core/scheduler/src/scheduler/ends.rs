//! How steps end, and what that means for those that wait for them.

use super::{
    NONE_DOOMED, Scheduler, Setup, StepId,
    cause::Why,
    step_state::{Phase, STOPPED, StepState, WENT_WRONG},
};
use crate::{plan::Need, policy::When};

/// How a step ends without success.
struct End {
    phase: Phase,
    why: Why,
    /// Where it began, if not here.
    root: StepId,
    /// Through which need it came.
    via: StepId,
    /// Nothing went wrong, here or where it began.
    harmless: bool,
    stopped: bool,
    /// How deep below an outcome the step ends; 0 for one that ends by an outcome.
    depth: u32,
}

impl Default for End {
    fn default() -> Self {
        Self {
            phase: Phase::Failed,
            why: Why::None,
            root: StepId(0),
            via: StepId(0),
            harmless: false,
            stopped: false,
            depth: 0,
        }
    }
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// The step has failed for good by its own doing.
    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    pub(super) fn fail(&mut self, step: StepId, why: Why) {
        self.fail_because_of(step, why, StepId(0));
    }

    /// As [`fail`](Self::fail), for a cause that names another step.
    pub(super) fn fail_because_of(&mut self, step: StepId, why: Why, by: StepId) {
        self.end_as(step, &End { why, root: by, ..End::default() });
        if !self.setup.plan().settings(step).is_optional() {
            self.stop_after_failure(step);
        }
    }

    /// An attempt has found that the step has nothing to do.
    pub(super) fn skip_itself(&mut self, step: StepId) {
        self.skip_harmlessly(step, Why::SkippedItself);
    }

    /// The step does not run, or not to its end, though nothing went wrong.
    pub(super) fn skip_harmlessly(&mut self, step: StepId, why: Why) {
        self.end_as(step, &End { phase: Phase::Skipped, why, harmless: true, ..End::default() });
    }

    /// The step has a result.
    // Always inlined, into the path of each attempt: because of the other caller, that of given steps, it would not be.
    #[inline(always)]
    pub(super) fn succeed(&mut self, step: StepId) {
        if let Some(node) = self.states.get_mut(step.index()) {
            node.succeed(self.now);
        }
        self.count_end(step);
        for &waits in self.setup.plan().dependents(step) {
            self.need_ended(waits, false, 0);
        }
        if self.has_after_all() {
            self.note_end_to_marks(step, false, 0);
        }
    }

    #[inline]
    fn count_end(&mut self, step: StepId) {
        self.ended += 1;
        if S::REQUIREMENTS.levels && !self.is_plain {
            self.close_level(step);
        }
    }

    /// Ends a step because a stop reached it. Its dependents have not started either: the stop pass reaches them too,
    /// and they bear the stop's own cause.
    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    pub(super) fn end_stopped(&mut self, step: StepId, phase: Phase, why: Why, by: StepId) {
        self.end_as(step, &End { phase, why, root: by, stopped: true, ..End::default() });
    }

    /// A need has decided the fate of the step: it ends when the scheduler is next asked, so that of several needs that
    /// end in the meantime the first in the step's own order is the cause.
    ///
    /// Failures propagate breadth-first: steps doomed by an outcome end at depth 1, steps doomed by those at depth 2,
    /// and so on. A need counts for a step only if it ended at a lower depth; so the cause does not depend on
    /// declaration order.
    pub(super) fn doom(&mut self, step: StepId, depth: u32) {
        let Some(node) = self.states.get_mut(step.index()) else { return };
        node.set_phase(Phase::Doomed);
        node.set_depth(depth, StepId(0));
        if !self.has_doomed() {
            self.doomed_first = step.0;
        } else if let Some(last) = self.states.get_mut(self.doomed_last as usize) {
            last.link = step.0;
        }
        self.doomed_last = step.0;
    }

    #[inline]
    pub(super) fn has_doomed(&self) -> bool {
        self.doomed_first != NONE_DOOMED
    }

    /// Ends the step that was doomed first.
    pub(super) fn end_doomed(&mut self) -> Option<StepId> {
        let step = StepId(self.doomed_first);
        let node = self.states.get(step.index())?;
        let depth = node.depth();
        self.doomed_first = if step.0 == self.doomed_last { NONE_DOOMED } else { node.link };
        if S::REQUIREMENTS.given
            && let Some(given) = node.given()
        {
            self.end_given(step, given);
            return Some(step);
        }
        if self.is_clean_up(step) {
            self.end_as(
                step,
                &End { phase: Phase::Skipped, why: Why::NotNeeded, harmless: true, depth, ..End::default() },
            );
            return Some(step);
        }
        let (via, need) = self.cause_of_doom(step, depth)?;
        let skips_on_error = matches!(self.setup.plan().settings(step).when, When::SkipOnError);
        let fails = need.phase() == Phase::Failed && !skips_on_error;
        let end = End {
            phase: if fails { Phase::Failed } else { Phase::Skipped },
            why: Why::Dependency,
            root: if need.why() == Why::Dependency { StepId(need.link) } else { via },
            via,
            harmless: !need.has(WENT_WRONG),
            stopped: false,
            depth,
        };
        self.end_as(step, &end);
        Some(step)
    }

    /// Whether the step runs whatever its needs came to.
    #[inline]
    pub(super) fn is_clean_up(&self, step: StepId) -> bool {
        S::REQUIREMENTS.clean_up && self.setup.plan().settings(step).when.is_clean_up()
    }

    /// The need that has decided the fate of a doomed step: the first in the step's own order.
    fn cause_of_doom(&self, step: StepId, depth: u32) -> Option<(StepId, &StepState)> {
        let is_join = self.is_join(step);
        let decided = self.needs_of(step).find_map(|via| {
            let need = self.unsuccessful(via, depth)?;
            (!is_join || need.has(WENT_WRONG)).then_some((via, need))
        });
        if decided.is_some() || !is_join {
            return decided;
        }
        // Nothing went wrong, and no need succeeded: all have ended, and the first is as good as any other.
        let first = self.needs_of(step).next()?;
        Some((first, self.states.get(first.index())?))
    }

    /// Whether the step runs if one of its needs succeeded and in none of them something went wrong.
    #[inline]
    pub(super) fn is_join(&self, step: StepId) -> bool {
        S::REQUIREMENTS.none_failed && matches!(self.setup.plan().settings(step).when, When::NoneFailed)
    }

    /// Whether the step runs only if one of its needs failed.
    #[inline]
    fn is_failure_handler(&self, step: StepId) -> bool {
        S::REQUIREMENTS.any_failed && matches!(self.setup.plan().settings(step).when, When::AnyFailed)
    }

    /// Whether the step does not run though all that it waits for has ended and no need has doomed it: nothing that it watches
    /// went wrong, or all branches that it joins were skipped.
    #[cold]
    pub(super) fn is_refused(&self, step: StepId) -> bool {
        let is_join = self.is_join(step);
        if !is_join && !self.is_failure_handler(step) {
            return false;
        }
        // A join without needs runs.
        let mut is_refused = !is_join;
        for node in self.needs_of(step).filter_map(|need| self.state(need)) {
            let went_wrong = node.has(WENT_WRONG);
            if went_wrong || (is_join && node.phase() != Phase::Skipped) {
                return false;
            }
            is_refused = true;
        }
        is_refused
    }

    fn unsuccessful(&self, need: StepId, depth: u32) -> Option<&StepState> {
        let node = self.states.get(need.index())?;
        let ended = node.has_ended() && node.phase() != Phase::Success;
        // What a stop ended is no cause for others, even if it ended before they were doomed.
        (ended && !node.has(STOPPED) && node.depth() < depth).then_some(node)
    }

    fn end_as(&mut self, step: StepId, end: &End) {
        let Some(node) = self.states.get_mut(step.index()) else { return };
        node.end(end.phase, end.why, end.root, self.now);
        node.set_depth(end.depth, end.via);
        if end.stopped {
            node.set(STOPPED);
        }
        if !end.harmless {
            node.set(WENT_WRONG);
        }
        self.count_end(step);
        for &waits in self.setup.plan().dependents(step) {
            let spares = end.stopped || waits.is_order() || (end.harmless && self.is_join(waits.step()));
            self.need_ended(waits, !spares, end.depth);
        }
        if self.has_after_all() {
            self.note_end_to_marks(step, !end.stopped && !end.harmless, end.depth);
        }
    }

    // By itself, as several call it: a board has it in flash once.
    #[inline(never)]
    pub(super) fn need_ended(&mut self, waits: Need, dooms: bool, depth: u32) {
        let step = waits.step();
        let Some(node) = self.states.get_mut(step.index()) else { return };
        if node.phase() != Phase::Waiting {
            return;
        }
        node.link = node.link.saturating_sub(1);
        let waits_for_none = node.link == 0;
        if dooms && !self.is_clean_up(step) {
            self.doom(step, depth + 1);
        } else if waits_for_none {
            self.needs_are_met(step, depth);
        }
    }

    #[inline]
    fn close_level(&mut self, step: StepId) {
        let Some(&level) = self.setup.numbering().levels.get(step.index()) else { return };
        if let Some(open) = self.open.get_mut(level as usize) {
            *open = open.saturating_sub(1);
        }
        self.pass_closed_levels();
    }

    pub(super) fn pass_closed_levels(&mut self) {
        while self.open.get(self.level as usize) == Some(&0) {
            self.level += 1;
        }
    }
}
