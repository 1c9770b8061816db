//! What has been said of a pipeline so far: everything about it but its closures.

use super::{
    compiled::Compiled,
    needs::{Handles, Needs},
    plan_error::{PlanError, PlanErrorKind},
};
use crate::{diagram::StepNames, steps::Names};
use alloc::{string::String, sync::Arc, vec, vec::Vec};
use rungs_scheduler::{Edges, Need, Plan, Settings, StepId, Use, When};

/// A pipeline's plan while it is written.
pub(crate) struct Draft<'env> {
    pub(super) id: u32,
    pub(super) names: Arc<Names>,
    pub(super) need_rows: Vec<u32>,
    pub(super) needs: Vec<Need>,
    /// What the next steps have if they do not state it.
    defaults: Settings<'env>,
    has_defaults: bool,
    /// What has been said of the next step. All that is said of it beside is put where it belongs, under its number.
    next: Settings<'env>,
    /// Whether anything but needs by handle has been said of it.
    is_said: bool,
    pub(super) settings: Vec<Settings<'env>>,
    /// Which settings each step has; empty while all have the first.
    pub(super) which: Vec<u32>,
    pub(super) resources: Vec<(String, u32)>,
    /// What each class of steps uses; the first uses nothing.
    pub(super) classes: Vec<Vec<Use>>,
    /// Needs that were said by name, and may not have been declared yet.
    pub(super) by_name: Vec<Reference>,
    pub(super) uses_by_name: Vec<(StepId, Vec<(String, u32)>)>,
    pub(super) duplicates: Vec<StepId>,
    pub(super) strangers: Vec<StepId>,
    /// Steps whose settings came with a rule that decides about arguments; `None` for the defaults.
    pub(super) misruled: Vec<Option<StepId>>,
    pub(super) compiled: Option<Compiled>,
}

/// A need that was said by name: its place among all needs.
pub(super) struct Reference {
    pub(super) step: StepId,
    pub(super) place: usize,
    pub(super) name: String,
}

impl<'env> Draft<'env> {
    pub(super) fn new(id: u32, name: &str) -> Self {
        Self {
            id,
            names: Arc::new(Names::new(name)),
            need_rows: vec![0],
            needs: Vec::new(),
            defaults: Settings::DEFAULT,
            has_defaults: false,
            next: Settings::DEFAULT,
            is_said: false,
            settings: vec![Settings::DEFAULT],
            which: Vec::new(),
            resources: Vec::new(),
            classes: vec![Vec::new()],
            by_name: Vec::new(),
            uses_by_name: Vec::new(),
            duplicates: Vec::new(),
            strangers: Vec::new(),
            misruled: Vec::new(),
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

    /// Forgets what was said of a step that was never added; tells whether it was more than needs.
    #[inline]
    pub(super) fn begin(&mut self) -> bool {
        self.forget_needs();
        let is_said = self.is_said;
        if is_said {
            self.is_said = false;
            self.forget();
        }
        is_said
    }

    #[inline]
    fn forget_needs(&mut self) {
        let last = self.need_rows.last().map_or(0, |&end| end as usize);
        self.needs.truncate(last);
    }

    #[cold]
    fn forget(&mut self) {
        let next = self.next_step();
        self.next = self.defaults;
        self.by_name.retain(|reference| reference.step < next);
        self.uses_by_name.retain(|(step, _)| *step < next);
        self.strangers.retain(|&step| step < next);
        self.misruled.retain(|step| step.is_none_or(|step| step < next));
    }

    /// What steps have from now on, unless they state otherwise.
    pub(super) fn defaults(&mut self, defaults: Settings<'env>) {
        self.compiled = None;
        self.defaults = defaults.class(0);
        self.misruled.retain(Option::is_some);
        if defaults.get_when().is_clean_up() {
            self.misruled.push(None);
            self.defaults = self.defaults.when(When::AllSucceeded);
        }
        self.has_defaults = self.defaults != Settings::DEFAULT;
        self.next = self.defaults;
    }

    /// Changes the settings of the next step by a function of the caller's: all but its class and, if that decides about
    /// its arguments, its rule.
    pub(super) fn change(&mut self, change: impl FnOnce(Settings<'env>) -> Settings<'env>) {
        let next = self.next_step();
        let before = *self.say();
        let mut after = change(before).class(before.get_class());
        if after.get_when() != before.get_when() && after.get_when().is_clean_up() {
            self.misruled.push(Some(next));
            after = after.when(before.get_when());
        }
        self.next = after;
    }

    pub(super) fn next_step(&self) -> StepId {
        StepId::from_number(self.len() as u32)
    }

    /// The settings of the next step, to say something of it.
    #[inline]
    pub(super) fn say(&mut self) -> &mut Settings<'env> {
        self.is_said = true;
        &mut self.next
    }

    /// Needs of the next step: they lie where they belong from the start. A handle of another pipeline stands for no step
    /// of this one; that it was given is noted.
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
        if of == self.id {
            self.needs.push(need);
        } else {
            self.note_stranger();
        }
    }

    #[cold]
    fn note_stranger(&mut self) {
        self.is_said = true;
        let next = self.next_step();
        if self.strangers.last() != Some(&next) {
            self.strangers.push(next);
        }
    }

    pub(super) fn need_by_name(&mut self, name: &str, kind: fn(StepId) -> Need) {
        self.is_said = true;
        self.by_name.push(Reference { step: self.next_step(), place: self.needs.len(), name: name.into() });
        self.needs.push(kind(StepId::from_number(0)));
    }

    pub(super) fn use_by_name(&mut self, resource: &str, units: u32) {
        self.is_said = true;
        let next = self.next_step();
        let wanted = (resource.into(), units);
        match self.uses_by_name.last_mut() {
            Some((step, uses)) if *step == next => uses.push(wanted),
            _ => self.uses_by_name.push((next, vec![wanted])),
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
        if self.is_said || self.has_defaults || !self.which.is_empty() {
            self.set(step);
        }
        step
    }

    /// Equal settings are kept once when they follow one another, and default ones not at all.
    fn set(&mut self, step: StepId) {
        self.is_said = false;
        let settings = core::mem::replace(&mut self.next, self.defaults);
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
        for &step in &self.strangers {
            mistakes.push(PlanErrorKind::ForeignHandle { step: self.name(step) });
        }
        for step in &self.misruled {
            mistakes.push(PlanErrorKind::RuleInSettings { step: step.map(|step| self.name(step)) });
        }
        if self.len() > Plan::MAX_STEPS {
            mistakes.push(PlanErrorKind::TooManySteps { steps: self.len() });
        }
        // Needs that lead nowhere are left out, so that cycles among the others are told as well.
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

    /// Fills in needs that were said by name.
    fn resolve_names(&mut self, mistakes: &mut Vec<PlanErrorKind>) {
        for reference in &self.by_name {
            let step = || self.names.name(reference.step).into();
            match self.names.find(&reference.name) {
                Some(found) if found != reference.step => {
                    if let Some(need) = self.needs.get_mut(reference.place) {
                        *need = need.of(found);
                    }
                }
                Some(_) => mistakes.push(PlanErrorKind::SelfNeed { step: step() }),
                None => mistakes.push(PlanErrorKind::UnknownNeed { step: step(), need: reference.name.clone() }),
            }
        }
    }

    /// The places of needs that lead nowhere, in order.
    pub(super) fn unknown(&self) -> Vec<usize> {
        let is_unknown = |need: &&Reference| self.names.find(&need.name).is_none_or(|found| found == need.step);
        self.by_name.iter().filter(is_unknown).map(|need| need.place).collect()
    }

    /// All needs but those at these places.
    pub(super) fn needs_without(&self, places: &[usize]) -> (Vec<u32>, Vec<Need>) {
        let (mut rows, mut list) = (vec![0], Vec::new());
        for row in self.need_rows.windows(2) {
            let &[from, to] = row else { continue };
            let kept = (from as usize..to as usize).filter(|place| places.binary_search(place).is_err());
            list.extend(kept.filter_map(|place| self.needs.get(place)));
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
