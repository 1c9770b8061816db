//! Which steps a run consists of: those that its targets need, but for those that only given steps need.
//!
//! A clean-up step that no other step needs is attached: it belongs to the run if one of its needs does, and no step runs for
//! its sake alone. One that is a target, or that a step of the run needs, is a step like any other.

use alloc::{collections::VecDeque, vec, vec::Vec};
use rungs_scheduler::{Given, Plan, StepId};

/// The steps of a run, as far as they are known.
pub(super) struct Selection<'p> {
    plan: Plan<'p>,
    /// A topological order; empty if the order of declaration is one.
    order: &'p [u32],
    has_targets: bool,
    /// Indexed by step, as are those below: whether it is a target, or a step that a target needs, directly or not.
    inside: Vec<bool>,
    /// Whether it must have ended for a target, as far as that is known.
    needed: Vec<bool>,
    /// Whether it is needed and has to run.
    runs: Vec<bool>,
    given: Vec<Option<Given>>,
    /// Steps that have turned out to be needed, and have not been looked at.
    found: Vec<StepId>,
    /// All steps before this one have turned out to be needed.
    all_before: u32,
}

impl<'p> Selection<'p> {
    /// For these targets (without any, all steps are) and with these steps given. O(V + E), all its methods together.
    pub(super) fn new(plan: Plan<'p>, order: &'p [u32], targets: Option<&[StepId]>, given: &[StepId]) -> Self {
        let steps = plan.len();
        let mut selection = Self {
            plan,
            order,
            has_targets: targets.is_some(),
            inside: vec![false; steps],
            needed: vec![false; steps],
            runs: vec![false; steps],
            given: vec![None; steps],
            found: Vec::new(),
            all_before: 0,
        };
        given.iter().for_each(|&step| set(&mut selection.given, step, Some(Given::Success)));
        targets.into_iter().flatten().for_each(|&target| set(&mut selection.inside, target, true));
        selection.found.extend(targets.into_iter().flatten().rev());
        selection.look_inside();
        selection
    }

    /// These steps have ended before the run as well.
    #[cfg(feature = "checkpoints")]
    pub(super) fn with_ended(mut self, ended: impl Iterator<Item = (StepId, Given)>) -> Self {
        ended.for_each(|(step, given)| set(&mut self.given, step, Some(given)));
        self
    }

    /// Finds all that the targets need, from the last steps to the first.
    fn look_inside(&mut self) {
        // The last step inside that needs all before it.
        let mut after_all = 0;
        for nth in (0..self.plan.len()).rev() {
            let step = self.nth(nth);
            let dependents = self.plan.dependents(step).iter().filter(|waits| !waits.is_order());
            let is_needed = step.number() < after_all || { dependents }.any(|waits| has(&self.inside, waits.step()));
            if !is_needed && !self.has_targets && !self.cleans_up(step) {
                // The last steps are the targets of a run that states none.
                self.found.push(step);
                set(&mut self.inside, step, true);
            } else if is_needed {
                set(&mut self.inside, step, true);
            }
            if has(&self.inside, step) && self.plan.waits_for_all(step) {
                after_all = after_all.max(step.number());
            }
        }
    }

    /// Follows the needs of all steps that have to run. A step for which `has_check` holds is put into `asks` instead: its
    /// check tells whether it has to.
    pub(super) fn follow(&mut self, has_check: impl Fn(StepId) -> bool, asks: &mut VecDeque<StepId>) {
        while let Some(step) = self.found.pop() {
            let is_known = self.needed.get_mut(step.index()).is_none_or(|needed| core::mem::replace(needed, true));
            if is_known || self.given(step).is_some() {
                continue;
            }
            if has_check(step) {
                asks.push_back(step);
            } else {
                self.run(step);
            }
        }
    }

    /// The answer to the check of a step: it is given, it has failed, or it has to run.
    pub(super) fn answer(&mut self, step: StepId, answer: Option<Given>) {
        set(&mut self.given, step, answer);
        // A check that has failed says nothing of what the step needs.
        if answer != Some(Given::Success) {
            self.run(step);
        }
    }

    fn run(&mut self, step: StepId) {
        set(&mut self.runs, step, true);
        self.found.extend(self.plan.needs(step).iter().rev().filter(|need| !need.is_order()).map(|need| need.step()));
        if self.plan.waits_for_all(step) && step.number() > self.all_before {
            self.found.extend((self.all_before..step.number()).map(StepId::from_number));
            self.all_before = step.number();
        }
    }

    /// How the steps have ended that do not run, in the order of declaration.
    pub(super) fn ended(&mut self) -> Vec<(StepId, Given)> {
        for nth in 0..self.plan.len() {
            let step = self.nth(nth);
            if !has(&self.inside, step) && self.given(step).is_none() && self.is_attached_to_the_run(step) {
                set(&mut self.runs, step, true);
            }
        }
        self.plan.steps().filter_map(|step| Some((step, self.end(step)?))).collect()
    }

    fn end(&self, step: StepId) -> Option<Given> {
        if let Some(given) = self.given(step) {
            return Some(given);
        }
        if has(&self.runs, step) {
            return None;
        }
        let belongs = has(&self.inside, step)
            || !self.has_targets
            || self.cleans_up(step) && self.needs(step).any(|need| has(&self.inside, need));
        Some(if belongs { Given::UpToDate } else { Given::NotSelected })
    }

    /// Whether the step cleans up after something that runs or that is given.
    fn is_attached_to_the_run(&self, step: StepId) -> bool {
        let is_there = |need| has(&self.runs, need) || (has(&self.inside, need) && self.given(need).is_some());
        let mut needs = self.needs(step).peekable();
        let has_none = needs.peek().is_none();
        self.cleans_up(step) && if has_none { !self.has_targets } else { needs.any(is_there) }
    }

    /// The needs of a step, but for those that are orders only.
    fn needs(&self, step: StepId) -> impl Iterator<Item = StepId> + use<'p> {
        let before = if self.plan.waits_for_all(step) { step.number() } else { 0 };
        let named = self.plan.needs(step).iter().filter(|need| !need.is_order()).map(|need| need.step());
        named.chain((0..before).map(StepId::from_number))
    }

    fn cleans_up(&self, step: StepId) -> bool {
        self.plan.settings(step).get_when().is_clean_up()
    }

    fn given(&self, step: StepId) -> Option<Given> {
        self.given.get(step.index()).copied().flatten()
    }

    /// The step at this place of a topological order.
    fn nth(&self, nth: usize) -> StepId {
        StepId::from_number(self.order.get(nth).copied().unwrap_or(nth as u32))
    }
}

fn has(list: &[bool], step: StepId) -> bool {
    list.get(step.index()).is_some_and(|&has| has)
}

fn set<T>(list: &mut [T], step: StepId, value: T) {
    if let Some(entry) = list.get_mut(step.index()) {
        *entry = value;
    }
}
