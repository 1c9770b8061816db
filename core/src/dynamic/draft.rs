//! The plan of a pipeline while steps are added: everything but their closures.

use super::{
    compiled::Compiled,
    input::DeclaredInputs,
    needs::{Handles, Needs, Passing},
    ownership::Ownership,
};
use crate::{
    diagram::StepNames,
    driver::Wants,
    steps::{Names, ValueType, short_list},
};
use alloc::{boxed::Box, string::String, sync::Arc, vec, vec::Vec};
use rungs_scheduler::{Edges, Need, Plan, Settings, StepId, Use, When};

/// A pipeline's plan while it is written.
pub(crate) struct Draft<'env> {
    pub(super) names: Arc<Names>,
    pub(super) need_rows: Vec<u32>,
    pub(super) needs: Vec<Need>,
    /// The steps that need all before them, in ascending order.
    pub(super) after_all: Vec<StepId>,
    /// The settings of the next steps where they state none themselves.
    defaults: Option<Box<Settings<'env>>>,
    /// The settings of the next step: with the values of the defaults, and as stated only what the step states itself. Its
    /// needs and uses are already in the lists below, under its number.
    next: Settings<'env>,
    /// Whether the next step has anything but needs by handle.
    pub(super) is_set: bool,
    /// Whether the next step has a retry predicate.
    has_retry_if: bool,
    /// Whether the next step states its backoff as `retry_delay`.
    has_retry_delay: bool,
    /// Whether the next step needs all before it.
    is_after_all: bool,
    /// Different settings, the default ones first; empty while no step has others.
    pub(super) settings: Vec<Settings<'env>>,
    /// The index of each step's settings; empty while all steps have the default ones.
    pub(super) which: Vec<u32>,
    /// In the order of declaration; of those of the same name, the last counts, until the plan is compiled.
    pub(super) resources: Vec<Resource>,
    /// What each class of steps uses; the first uses nothing. Empty while no step uses anything.
    pub(super) classes: Vec<Vec<Use>>,
    /// Needs by name; their steps may not have been added yet.
    pub(super) by_name: Vec<Reference>,
    pub(super) uses_by_name: Vec<(StepId, Vec<(String, u32)>)>,
    /// Owned results and released ones, if there are any.
    pub(super) ownership: Option<Box<Ownership>>,
    /// The steps whose results are given at the run, in the order of declaration.
    pub(super) inputs: Option<Box<DeclaredInputs>>,
    /// What steps use of shared resources.
    pub(super) shared_uses: Option<Arc<Wants>>,
    /// What was seen to be wrong while steps were added.
    pub(super) mistakes: Vec<DraftError>,
    pub(super) compiled: Option<Compiled>,
    /// How long each step is expected to take in the next run, in nanoseconds, where its runner has stated that.
    pub(super) expected: Option<Vec<u64>>,
    /// By what steps are sorted instead of the lengths of their paths, the longest first: in an undo.
    pub(super) lengths: Option<Box<[u64]>>,
}

/// A need by name, and its index among all needs.
pub(super) struct Reference {
    pub(super) step: StepId,
    pub(super) index: usize,
    pub(super) name: String,
}

/// A resource that was declared.
pub(super) struct Resource {
    pub(super) name: String,
    pub(super) units: u32,
    /// Whether a step uses it; known once the plan is compiled.
    pub(super) is_used: bool,
}

/// A mistake that shows when a step is added, and the step.
pub(super) struct DraftError {
    pub(super) step: StepId,
    pub(super) kind: DraftErrorKind,
}

/// What is wrong about a [`DraftError`]'s step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DraftErrorKind {
    /// An earlier step has its name.
    DuplicateName,
    /// It was given a handle of another pipeline.
    ForeignHandle,
    /// Its settings contain a rule that decides about arguments.
    RuleInSettings,
    /// The defaults contain such a rule, whatever the step.
    RuleInDefaults,
    /// It needs all steps before it, and has no rule with which it runs though some of them have no result.
    AfterAllWithoutRule,
    /// It states a setting that has no effect without another.
    NoEffect { setting: &'static str, without: &'static str },
}

impl<'env> Draft<'env> {
    pub(super) fn new(id: u32, name: &str) -> Self {
        Self {
            names: Arc::new(Names::new(id, name)),
            need_rows: short_list(0),
            needs: Vec::new(),
            after_all: Vec::new(),
            defaults: None,
            next: Settings::DEFAULT,
            is_set: false,
            has_retry_if: false,
            has_retry_delay: false,
            is_after_all: false,
            settings: Vec::new(),
            which: Vec::new(),
            resources: Vec::new(),
            classes: Vec::new(),
            by_name: Vec::new(),
            uses_by_name: Vec::new(),
            ownership: None,
            inputs: None,
            shared_uses: None,
            mistakes: Vec::new(),
            compiled: None,
            expected: None,
            lengths: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn resource(&mut self, name: &str, units: u32) {
        self.compiled = None;
        self.resources.push(Resource { name: name.into(), units, is_used: false });
    }

    /// Forgets the settings of a step that was never added, and returns whether there was more than needs by handle.
    #[inline]
    pub(super) fn begin(&mut self) -> bool {
        self.forget_needs();
        let is_set = self.is_set;
        if is_set {
            self.is_set = false;
            self.forget();
        }
        is_set
    }

    #[inline]
    pub(super) fn forget_needs(&mut self) {
        let last = self.need_rows.last().map_or(0, |&end| end as usize);
        self.needs.truncate(last);
    }

    #[cold]
    pub(super) fn forget(&mut self) {
        let next = self.next_step();
        self.forget_shared_uses();
        self.next = self.default_settings().unstated();
        self.has_retry_if = false;
        self.has_retry_delay = false;
        self.is_after_all = false;
        // All lists are in the order of the steps.
        self.by_name.truncate(self.by_name.partition_point(|reference| reference.step < next));
        self.uses_by_name.truncate(self.uses_by_name.partition_point(|(step, _)| *step < next));
        if let Some(ownership) = &mut self.ownership {
            ownership.forget(next);
        }
        while self.mistakes.last().is_some_and(|last| last.step >= next && last.kind != DraftErrorKind::RuleInDefaults)
        {
            self.mistakes.pop();
        }
    }

    /// Sets what steps have from now on where they state nothing themselves.
    pub(super) fn defaults(&mut self, defaults: Settings<'env>) {
        self.compiled = None;
        let mut defaults = defaults.class(0);
        self.mistakes.retain(|mistake| mistake.kind != DraftErrorKind::RuleInDefaults);
        if defaults.get_when().decides_arguments() {
            self.note(DraftErrorKind::RuleInDefaults);
            defaults = defaults.when(When::AllSucceeded);
        }
        self.defaults = (defaults != Settings::DEFAULT).then(|| Box::new(defaults));
        self.next = defaults.unstated();
    }

    fn default_settings(&self) -> Settings<'env> {
        self.defaults.as_deref().copied().unwrap_or(Settings::DEFAULT)
    }

    /// Changes the settings of the next step by the caller's function: all but its class and, where it decides about the
    /// arguments, its rule.
    pub(super) fn change(&mut self, change: impl FnOnce(Settings<'env>) -> Settings<'env>) {
        let before = *self.next_settings();
        let mut after = change(before).class(before.get_class());
        if after.get_when() != before.get_when() && after.get_when().decides_arguments() {
            self.note(DraftErrorKind::RuleInSettings);
            after = after.when(before.get_when());
        }
        self.next = after;
    }

    pub(super) fn next_step(&self) -> StepId {
        StepId::from_number(self.len() as u32)
    }

    /// The settings of the next step, to change them.
    #[inline]
    pub(super) fn next_settings(&mut self) -> &mut Settings<'env> {
        self.is_set = true;
        &mut self.next
    }

    /// Notes that the next step has a retry predicate.
    pub(super) fn note_retry_if(&mut self) {
        self.is_set = true;
        self.has_retry_if = true;
    }

    /// The next step states its backoff in this way; the last one counts.
    pub(super) fn set_retry_delay(&mut self, has: bool) {
        self.has_retry_delay = has;
    }

    /// Notes a mistake of the next step.
    fn note(&mut self, kind: DraftErrorKind) {
        self.mistakes.push(DraftError { step: self.next_step(), kind });
    }

    /// Adds needs of the next step. A handle of another pipeline stands for no step of this one; it is noted as a mistake.
    #[inline]
    pub(super) fn need(&mut self, needs: &impl Needs) {
        needs.each(|of, step, passing| {
            if self.need_by_handle(of, Need::result(step)) && passing == Passing::ByValue {
                self.take_result(step);
            }
        });
    }

    /// As [`need`](Self::need), without results.
    #[inline]
    pub(super) fn after(&mut self, steps: &impl Handles) {
        steps.each(|of, step| {
            self.need_by_handle(of, Need::after(step));
        });
    }

    /// As [`after`](Self::after), as an order alone.
    pub(super) fn follow(&mut self, steps: &impl Handles) {
        steps.each(|of, step| {
            self.need_by_handle(of, Need::order(step));
        });
    }

    /// The next step needs all before it.
    pub(super) fn after_all(&mut self) {
        self.is_set = true;
        self.is_after_all = true;
    }

    #[inline]
    fn need_by_handle(&mut self, of: u32, need: Need) -> bool {
        let is_own = of == self.names.id();
        if is_own {
            self.needs.push(need);
        } else {
            self.note_foreign_handle();
        }
        is_own
    }

    #[cold]
    fn note_foreign_handle(&mut self) {
        self.is_set = true;
        let next = self.next_step();
        let is_known = |last: &DraftError| last.step == next && last.kind == DraftErrorKind::ForeignHandle;
        if !self.mistakes.iter().rev().take_while(|last| last.step == next).any(is_known) {
            self.note(DraftErrorKind::ForeignHandle);
        }
    }

    pub(super) fn need_by_name(&mut self, name: &str, kind: fn(StepId) -> Need) {
        self.is_set = true;
        self.by_name.push(Reference { step: self.next_step(), index: self.needs.len(), name: name.into() });
        self.needs.push(kind(StepId::from_number(0)));
    }

    pub(super) fn use_by_name(&mut self, resource: &str, units: u32) {
        self.is_set = true;
        let next = self.next_step();
        let entry = (resource.into(), units);
        match self.uses_by_name.last_mut() {
            Some((step, uses)) if *step == next => uses.push(entry),
            _ => self.uses_by_name.push((next, vec![entry])),
        }
    }

    /// Adds the next step.
    #[inline]
    pub(super) fn add(&mut self, name: &str) -> StepId {
        let step = self.next_step();
        if self.compiled.is_some() {
            self.compiled = None;
        }
        if self.is_set || self.defaults.is_some() {
            self.set(step);
        } else if !self.which.is_empty() {
            self.which.push(0);
        }
        Arc::make_mut(&mut self.names).push(name);
        self.need_rows.push(self.needs.len() as u32);
        step
    }

    /// Adds an input as the next step. It has no settings, not even those of the defaults.
    pub(super) fn add_input(&mut self, name: &str, value_type: ValueType) -> StepId {
        let defaults = self.defaults.take();
        let step = self.add(name);
        self.defaults = defaults;
        self.next = self.default_settings().unstated();
        self.inputs.get_or_insert_default().push((step, value_type));
        Arc::make_mut(&mut self.names).mark_input(step);
        step
    }

    /// Equal settings are kept once when they follow one another, and default ones not at all.
    fn set(&mut self, step: StepId) {
        self.note_idle_settings();
        self.set_after_all(step);
        (self.is_set, self.has_retry_if, self.has_retry_delay) = (false, false, false);
        let defaults = self.default_settings();
        let settings = core::mem::replace(&mut self.next, defaults.unstated()).or(defaults);
        if settings == Settings::DEFAULT {
            if !self.which.is_empty() {
                self.which.push(0);
            }
            return;
        }
        self.which.resize(step.index(), 0);
        if self.settings.is_empty() {
            self.settings.push(Settings::DEFAULT);
        }
        if self.settings.last() != Some(&settings) {
            self.settings.push(settings);
        }
        self.which.push(self.settings.len() as u32 - 1);
    }

    /// Marks the step if it needs all before it. Without a rule for that it would fail with the first of them.
    fn set_after_all(&mut self, step: StepId) {
        if !core::mem::take(&mut self.is_after_all) {
            return;
        }
        if !self.next.get_when().decides_arguments() {
            self.note(DraftErrorKind::AfterAllWithoutRule);
        }
        self.after_all.push(step);
    }

    /// Notes what the next step states itself and what has no effect. A default may have none.
    fn note_idle_settings(&mut self) {
        let (can_retry, next) = (self.next.get_retries() > 0, self.next);
        let retry_settings = [
            (next.states_backoff(), if self.has_retry_delay { "retry_delay" } else { "backoff" }),
            (self.has_retry_if, "retry_if"),
            (next.states_retry_on_timeout(), "retry_on_timeout"),
        ];
        for (is_stated, setting) in retry_settings {
            if is_stated && !can_retry {
                self.note(DraftErrorKind::NoEffect { setting, without: "retries" });
            }
        }
        if next.states_retry_on_timeout() && next.get_timeout().is_none() {
            self.note(DraftErrorKind::NoEffect { setting: "retry_on_timeout", without: "timeout" });
        }
    }

    pub(super) fn edges(&self) -> Edges<'_> {
        Edges::new(&self.need_rows, &self.needs).with_after_all(&self.after_all)
    }

    /// The plan with its edges both ways.
    pub(super) fn plan<'p>(&'p self, compiled: &'p Compiled) -> Plan<'p> {
        Plan::new(self.edges(), compiled.dependents(), &self.settings, &self.which)
    }

    /// The settings of a step that was added.
    pub(super) fn settings_of(&self, step: StepId) -> &Settings<'env> {
        let which = self.which.get(step.index()).map_or(0, |&which| which as usize);
        self.settings.get(which).unwrap_or(&Settings::DEFAULT)
    }

    pub(super) fn name(&self, step: StepId) -> String {
        self.names.name(step).into()
    }
}
