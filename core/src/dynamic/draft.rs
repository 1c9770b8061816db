//! The plan of a pipeline while steps are added: everything but their closures.

use super::{
    compiled::Compiled,
    needs::{Handles, Needs},
    plan_error::{PlanError, PlanErrorKind},
};
use crate::{diagram::StepNames, steps::Names};
use alloc::{boxed::Box, string::String, sync::Arc, vec, vec::Vec};
use rungs_scheduler::{Edges, Need, Plan, Settings, StepId, Use, When};

/// A pipeline's plan while it is written.
pub(crate) struct Draft<'env> {
    pub(super) names: Arc<Names>,
    pub(super) need_rows: Vec<u32>,
    pub(super) needs: Vec<Need>,
    /// The settings of the next steps where they state none themselves.
    defaults: Option<Box<Settings<'env>>>,
    /// The settings of the next step. Its needs and uses are already in the lists below, under its number.
    next: Settings<'env>,
    /// Whether the next step has anything but needs by handle.
    is_set: bool,
    pub(super) settings: Vec<Settings<'env>>,
    /// The index of each step's settings; empty while all steps have the first.
    pub(super) which: Vec<u32>,
    pub(super) resources: Vec<(String, u32)>,
    /// What each class of steps uses; the first uses nothing.
    pub(super) classes: Vec<Vec<Use>>,
    /// Needs by name; their steps may not have been added yet.
    pub(super) by_name: Vec<Reference>,
    pub(super) uses_by_name: Vec<(StepId, Vec<(String, u32)>)>,
    pub(super) duplicates: Vec<StepId>,
    pub(super) foreign_handles: Vec<StepId>,
    /// Steps whose settings contain a rule that decides about arguments; `None` for the defaults.
    pub(super) rules_in_settings: Vec<Option<StepId>>,
    pub(super) compiled: Option<Compiled>,
}

/// A need by name, and its index among all needs.
pub(super) struct Reference {
    pub(super) step: StepId,
    pub(super) index: usize,
    pub(super) name: String,
}

impl<'env> Draft<'env> {
    pub(super) fn new(id: u32, name: &str) -> Self {
        Self {
            names: Arc::new(Names::new(id, name)),
            need_rows: vec![0],
            needs: Vec::new(),
            defaults: None,
            next: Settings::DEFAULT,
            is_set: false,
            settings: vec![Settings::DEFAULT],
            which: Vec::new(),
            resources: Vec::new(),
            classes: vec![Vec::new()],
            by_name: Vec::new(),
            uses_by_name: Vec::new(),
            duplicates: Vec::new(),
            foreign_handles: Vec::new(),
            rules_in_settings: Vec::new(),
            compiled: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn resource(&mut self, name: &str, capacity: u32) {
        self.compiled = None;
        match self.resources.iter_mut().find(|(other, _)| other == name) {
            Some(known) => known.1 = capacity,
            None => self.resources.push((name.into(), capacity)),
        }
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
    fn forget_needs(&mut self) {
        let last = self.need_rows.last().map_or(0, |&end| end as usize);
        self.needs.truncate(last);
    }

    #[cold]
    fn forget(&mut self) {
        let next = self.next_step();
        self.next = self.default_settings();
        self.by_name.retain(|reference| reference.step < next);
        self.uses_by_name.retain(|(step, _)| *step < next);
        self.foreign_handles.retain(|&step| step < next);
        self.rules_in_settings.retain(|step| step.is_none_or(|step| step < next));
    }

    /// Sets what steps have from now on where they state nothing themselves.
    pub(super) fn defaults(&mut self, defaults: Settings<'env>) {
        self.compiled = None;
        let mut defaults = defaults.class(0);
        self.rules_in_settings.retain(Option::is_some);
        if defaults.get_when().is_clean_up() {
            self.rules_in_settings.push(None);
            defaults = defaults.when(When::AllSucceeded);
        }
        self.defaults = (defaults != Settings::DEFAULT).then(|| Box::new(defaults));
        self.next = defaults;
    }

    fn default_settings(&self) -> Settings<'env> {
        self.defaults.as_deref().copied().unwrap_or(Settings::DEFAULT)
    }

    /// Changes the settings of the next step by the caller's function: all but its class and, where it decides about the
    /// arguments, its rule.
    pub(super) fn change(&mut self, change: impl FnOnce(Settings<'env>) -> Settings<'env>) {
        let next = self.next_step();
        let before = *self.next_settings();
        let mut after = change(before).class(before.get_class());
        if after.get_when() != before.get_when() && after.get_when().is_clean_up() {
            self.rules_in_settings.push(Some(next));
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

    /// Adds needs of the next step. A handle of another pipeline stands for no step of this one; it is noted as a mistake.
    #[inline]
    pub(super) fn need(&mut self, needs: &impl Needs) {
        needs.each(|of, step| self.need_by_handle(of, Need::result(step)));
    }

    /// As [`need`](Self::need), without results.
    #[inline]
    pub(super) fn after(&mut self, steps: &impl Handles) {
        steps.each(|of, step| self.need_by_handle(of, Need::after(step)));
    }

    #[inline]
    fn need_by_handle(&mut self, of: u32, need: Need) {
        if of == self.names.id() {
            self.needs.push(need);
        } else {
            self.note_foreign_handle();
        }
    }

    #[cold]
    fn note_foreign_handle(&mut self) {
        self.is_set = true;
        let next = self.next_step();
        if self.foreign_handles.last() != Some(&next) {
            self.foreign_handles.push(next);
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
        Arc::make_mut(&mut self.names).push(name);
        self.need_rows.push(self.needs.len() as u32);
        if self.is_set || self.defaults.is_some() || !self.which.is_empty() {
            self.set(step);
        }
        step
    }

    /// Equal settings are kept once when they follow one another, and default ones not at all.
    fn set(&mut self, step: StepId) {
        self.is_set = false;
        let defaults = self.default_settings();
        let settings = core::mem::replace(&mut self.next, defaults);
        if settings == Settings::DEFAULT {
            if !self.which.is_empty() {
                self.which.push(0);
            }
            return;
        }
        self.which.resize(step.index(), 0);
        if self.settings.last() != Some(&settings) {
            self.settings.push(settings);
        }
        self.which.push(self.settings.len() as u32 - 1);
    }

    pub(super) fn edges(&self) -> Edges<'_> {
        Edges::new(&self.need_rows, &self.needs)
    }

    /// The plan with its edges both ways.
    pub(super) fn plan<'p>(&'p self, compiled: &'p Compiled) -> Plan<'p> {
        Plan::new(self.edges(), compiled.dependents(), &self.settings, &self.which)
    }

    /// Compiles the plan if that has not been done since the last change.
    pub(super) fn compile(&mut self) -> Result<(), PlanError> {
        if self.compiled.is_some() {
            return Ok(());
        }
        self.forget_needs();
        self.forget();
        let mut mistakes = Vec::new();
        let Self { names, duplicates, .. } = self;
        Arc::make_mut(names).index(|step| duplicates.push(step));
        self.resolve_names(&mut mistakes);
        let unknown = self.unknown();
        self.resolve_uses(&mut mistakes);
        for &step in &self.duplicates {
            mistakes.push(PlanErrorKind::DuplicateName { step: self.name(step) });
        }
        for &step in &self.foreign_handles {
            mistakes.push(PlanErrorKind::ForeignHandle { step: self.name(step) });
        }
        for step in &self.rules_in_settings {
            mistakes.push(PlanErrorKind::RuleInSettings { step: step.map(|step| self.name(step)) });
        }
        self.each_step_with(
            |settings| settings.has_too_many_retries(),
            |step| {
                mistakes.push(PlanErrorKind::TooManyRetries { step });
            },
        );
        if self.len() > Plan::MAX_STEPS {
            mistakes.push(PlanErrorKind::TooManySteps { steps: self.len() });
        }
        // Needs without a step are left out, so that cycles among the others are reported as well.
        let known = (!unknown.is_empty()).then(|| self.needs_without(&unknown));
        let edges = known.as_ref().map_or_else(|| self.edges(), |(rows, list)| Edges::new(rows, list));
        match Compiled::new(edges) {
            Ok(compiled) => self.compiled = Some(compiled),
            Err(cycle) => {
                mistakes.push(PlanErrorKind::Cycle { path: cycle.into_iter().map(|s| self.name(s)).collect() })
            }
        }
        if mistakes.is_empty() {
            return Ok(());
        }
        self.compiled = None;
        Err(PlanError::new(self.names.pipeline().into(), mistakes))
    }

    pub(super) fn name(&self, step: StepId) -> String {
        self.names.name(step).into()
    }

    /// Fills in the steps of needs by name.
    fn resolve_names(&mut self, mistakes: &mut Vec<PlanErrorKind>) {
        for reference in &self.by_name {
            let step = || self.names.name(reference.step).into();
            match self.names.find(&reference.name) {
                Some(found) if found != reference.step => {
                    if let Some(need) = self.needs.get_mut(reference.index) {
                        *need = need.of(found);
                    }
                }
                Some(_) => mistakes.push(PlanErrorKind::SelfNeed { step: step() }),
                None => mistakes.push(PlanErrorKind::UnknownNeed { step: step(), need: reference.name.clone() }),
            }
        }
    }

    /// The indices of needs without a step, in order.
    pub(super) fn unknown(&self) -> Vec<usize> {
        let is_unknown = |need: &&Reference| self.names.find(&need.name).is_none_or(|found| found == need.step);
        self.by_name.iter().filter(is_unknown).map(|need| need.index).collect()
    }

    /// All needs but those at these indices.
    pub(super) fn needs_without(&self, indices: &[usize]) -> (Vec<u32>, Vec<Need>) {
        let (mut rows, mut list) = (vec![0], Vec::new());
        for row in self.need_rows.windows(2) {
            let &[from, to] = row else { continue };
            let kept = (from as usize..to as usize).filter(|index| indices.binary_search(index).is_err());
            list.extend(kept.filter_map(|index| self.needs.get(index)));
            rows.push(list.len() as u32);
        }
        (rows, list)
    }

    /// Sorts steps into classes by what they use.
    fn resolve_uses(&mut self, mistakes: &mut Vec<PlanErrorKind>) {
        self.classes.truncate(1);
        for (step, uses) in &self.uses_by_name {
            let mut class: Vec<Use> = Vec::new();
            for (name, units) in uses {
                let Some(resource) = self.resources.iter().position(|(other, _)| other == name) else {
                    let (step, resource) = (self.names.name(*step).into(), name.clone());
                    mistakes.push(PlanErrorKind::UnknownResource { step, resource });
                    continue;
                };
                let resource = resource as u32;
                match class.iter_mut().find(|used| used.resource == resource) {
                    Some(used) => used.units = used.units.saturating_add(*units),
                    None => class.push(Use { resource, units: *units }),
                }
            }
            class.sort_by_key(|used| used.resource);
            for used in &class {
                if let Some((name, capacity)) = self.resources.get(used.resource as usize)
                    && used.units > *capacity
                {
                    mistakes.push(PlanErrorKind::OverCapacity {
                        step: self.names.name(*step).into(),
                        resource: name.clone(),
                        units: used.units,
                        capacity: *capacity,
                    });
                }
            }
            let number = self.classes.iter().position(|other| *other == class).unwrap_or(self.classes.len());
            if number == self.classes.len() {
                self.classes.push(class);
            }
            // Settings are shared by steps that follow one another, so the step gets its own.
            self.which.resize(self.names.len(), 0);
            if let Some(which) = self.which.get_mut(step.index())
                && let Some(settings) = self.settings.get(*which as usize)
                && settings.get_class() != number as u32
            {
                let own = settings.class(number as u32);
                *which = self.settings.iter().position(|other| *other == own).unwrap_or(self.settings.len()) as u32;
                if *which as usize == self.settings.len() {
                    self.settings.push(own);
                }
            }
        }
    }
}
