//! From a draft to a plan: names become steps, what steps use becomes their classes, and all mistakes are told.

use super::{
    compiled::Compiled,
    cycles::follows,
    draft::{Draft, DraftError, DraftErrorKind, Reference},
    plan_error::{PlanError, PlanErrorKind},
};
use crate::{diagram::StepNames, steps::Suggestions};
use alloc::{collections::BTreeMap, string::String, sync::Arc, vec, vec::Vec};
use rungs_scheduler::{Edges, Need, Plan, Settings, StepId, Use};

impl Draft<'_> {
    /// Compiles the plan if that has not been done since the last change. O((V + E) log V) with names and resources.
    pub(super) fn compile(&mut self) -> Result<(), PlanError> {
        if self.compiled.is_some() {
            return Ok(());
        }
        self.forget_needs();
        self.forget();
        let mut mistakes = Vec::new();
        let Self { names, mistakes: noted, .. } = self;
        Arc::make_mut(names).index(|step| noted.push(DraftError { step, kind: DraftErrorKind::DuplicateName }));
        self.resolve_names(&mut mistakes);
        let unknown = self.unknown();
        self.resolve_uses(&mut mistakes);
        self.check_shared_uses(&mut mistakes);
        self.tell_noted(&mut mistakes);
        self.check_ownership(&mut mistakes);
        self.each_step_with(has_too_many_retries, |step| {
            mistakes.push(PlanErrorKind::TooManyRetries { step: self.name(step) });
        });
        if self.len() > Plan::MAX_STEPS {
            mistakes.push(PlanErrorKind::TooManySteps { steps: self.len() });
        }
        // Needs without a step are left out, so that cycles among the others are reported as well.
        let known = (!unknown.is_empty()).then(|| self.needs_without(&unknown));
        let edges = known
            .as_ref()
            .map_or_else(|| self.edges(), |(rows, list)| Edges::new(rows, list).with_after_all(&self.after_all));
        match Compiled::new(edges, &self.after_all) {
            Ok(compiled) => self.compiled = Some(compiled),
            Err(cycles) => mistakes.extend(cycles.into_iter().map(|cycle| PlanErrorKind::Cycle {
                follows: follows(edges, &cycle),
                path: cycle.into_iter().map(|step| self.name(step)).collect(),
            })),
        }
        if mistakes.is_empty() {
            return Ok(());
        }
        self.compiled = None;
        Err(PlanError::new(self.names.pipeline().into(), mistakes))
    }

    /// Fills in the steps of needs by name.
    fn resolve_names(&mut self, mistakes: &mut Vec<PlanErrorKind>) {
        let names = &self.names;
        let mut suggestions = Suggestions::new();
        for reference in &self.by_name {
            let step = || names.name(reference.step).into();
            match names.find(&reference.name) {
                Some(found) if found != reference.step => {
                    if let Some(need) = self.needs.get_mut(reference.index) {
                        *need = need.of(found);
                    }
                }
                Some(_) => mistakes.push(PlanErrorKind::SelfNeed { step: step() }),
                None => {
                    let suggestion = suggestions.find(&reference.name, || names.iter());
                    let suggestion = suggestion.filter(|other| *other != names.name(reference.step));
                    let need = reference.name.clone();
                    mistakes.push(PlanErrorKind::UnknownNeed { step: step(), need, suggestion });
                }
            }
        }
    }

    /// Sorts steps into classes by what they use.
    fn resolve_uses(&mut self, mistakes: &mut Vec<PlanErrorKind>) {
        self.merge_resources();
        self.classes.clear();
        self.resources.iter_mut().for_each(|resource| resource.is_used = false);
        if self.uses_by_name.is_empty() {
            return;
        }
        let Self { names, resources, classes, settings, which, uses_by_name, .. } = self;
        classes.push(Vec::new());
        if settings.is_empty() {
            settings.push(Settings::DEFAULT);
        }
        let known: BTreeMap<&str, u32> = resources.iter().map(|resource| &*resource.name).zip(0..).collect();
        let mut suggestions = Suggestions::new();
        let mut class_of: BTreeMap<Vec<Use>, u32> = BTreeMap::from([(Vec::new(), 0)]);
        let mut settings_of: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut used = vec![false; resources.len()];
        for (step, uses) in uses_by_name {
            let name = || String::from(names.name(*step));
            let mut class: Vec<Use> = Vec::with_capacity(uses.len());
            for (resource, units) in &*uses {
                match known.get(&**resource) {
                    Some(&resource) => class.push(Use { resource, units: *units }),
                    None => {
                        let suggestion = suggestions.find(resource, || resources.iter().map(|other| &*other.name));
                        let (step, resource) = (name(), resource.clone());
                        mistakes.push(PlanErrorKind::UnknownResource { step, resource, suggestion });
                    }
                }
            }
            merge_uses(&mut class);
            for wanted in &class {
                let index = wanted.resource as usize;
                let (Some(resource), Some(used)) = (resources.get(index), used.get_mut(index)) else { continue };
                *used = true;
                if wanted.units > resource.units {
                    mistakes.push(PlanErrorKind::OverCapacity {
                        step: name(),
                        resource: resource.name.clone(),
                        units: wanted.units,
                        capacity: resource.units,
                    });
                }
            }
            let number = *class_of.entry(class).or_insert_with_key(|class| {
                classes.push(class.clone());
                classes.len() as u32 - 1
            });
            // Settings are shared by steps that follow one another, so the step gets those of its class.
            which.resize(names.len(), 0);
            if let Some(which) = which.get_mut(step.index())
                && let Some(&shared) = settings.get(*which as usize)
                && shared.get_class() != number
            {
                *which = *settings_of.entry((*which, number)).or_insert_with(|| {
                    settings.push(shared.class(number));
                    settings.len() as u32 - 1
                });
            }
        }
        resources.iter_mut().zip(used).for_each(|(resource, used)| resource.is_used = used);
    }

    /// Keeps one resource of each name: where it was first declared, with the units that were declared last.
    fn merge_resources(&mut self) {
        if self.resources.is_empty() {
            return;
        }
        let declared = self.resources.iter().map(|resource| (resource.name.clone(), resource.units));
        let mut units: BTreeMap<String, u32> = declared.collect();
        if units.len() < self.resources.len() {
            self.resources.retain_mut(|resource| {
                let last = units.remove(&resource.name);
                resource.units = last.unwrap_or(resource.units);
                last.is_some()
            });
        }
        let names = self.resources.iter().map(|resource| resource.name.clone());
        Arc::make_mut(&mut self.names).set_resources(names);
    }

    /// Tells what was noted while steps were added; a name that several steps have is told once.
    fn tell_noted(&self, mistakes: &mut Vec<PlanErrorKind>) {
        if self.mistakes.is_empty() {
            return;
        }
        let mut counts: BTreeMap<Option<StepId>, usize> = BTreeMap::new();
        for duplicate in self.mistakes.iter().filter(|mistake| mistake.kind == DraftErrorKind::DuplicateName) {
            *counts.entry(self.names.find(self.names.name(duplicate.step))).or_insert(1) += 1;
        }
        for (first, count) in counts {
            mistakes.extend(first.map(|first| PlanErrorKind::DuplicateName { step: self.name(first), count }));
        }
        for mistake in &self.mistakes {
            let step = self.name(mistake.step);
            mistakes.push(match mistake.kind {
                DraftErrorKind::DuplicateName => continue,
                DraftErrorKind::ForeignHandle => PlanErrorKind::ForeignHandle { step },
                DraftErrorKind::RuleInSettings => PlanErrorKind::RuleInSettings { step: Some(step) },
                DraftErrorKind::RuleInDefaults => PlanErrorKind::RuleInSettings { step: None },
                DraftErrorKind::AfterAllWithoutRule => PlanErrorKind::AfterAllWithoutRule { step },
                DraftErrorKind::NoEffect { setting, without } => PlanErrorKind::NoEffect { step, setting, without },
            });
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
}

/// Sorts the uses of a step by their resource, and adds up those of the same one.
fn merge_uses(uses: &mut Vec<Use>) {
    uses.sort_by_key(|used| used.resource);
    uses.dedup_by(|later, first| {
        let is_same = later.resource == first.resource;
        if is_same {
            first.units = first.units.saturating_add(later.units);
        }
        is_same
    });
}

/// A function of its own, as a method does not fit all lifetimes.
fn has_too_many_retries(settings: &Settings<'_>) -> bool {
    settings.has_too_many_retries()
}
