//! What is wrong with a plan, worked out by looking at all of it for each question.

use crate::case::{Case, Step};
use rungs::{PlanError, PlanErrorKind};
use std::collections::BTreeSet;

/// Checks an error, or its absence, against what is wrong with the plan.
pub(crate) fn check(case: &Case, found: Result<(), &PlanError>) {
    let duplicates: BTreeSet<_> = case.steps.iter().filter(|step| named(case, step.name).count() > 1).collect_names();
    let mistakes = found.err().map_or(&[][..], PlanError::mistakes);
    if !duplicates.is_empty() {
        // Which of the steps a need by this name means is open, so nothing more is said of such plans.
        let told = mistakes.iter().filter_map(|mistake| match mistake {
            PlanErrorKind::DuplicateName { step, .. } => Some(step.as_str()),
            _ => None,
        });
        assert_eq!(told.collect::<BTreeSet<_>>(), duplicates, "{case:#?}");
        return;
    }
    let (cycles, others): (Vec<_>, Vec<_>) =
        mistakes.iter().partition(|mistake| matches!(mistake, PlanErrorKind::Cycle { .. }));
    let told: BTreeSet<_> = others.into_iter().map(|mistake| format!("{:?}", plain(mistake))).collect();
    assert_eq!(told, wrong(case), "{case:#?}");
    assert_eq!(!cycles.is_empty(), has_cycle(case), "{case:#?}");
    for cycle in cycles {
        let PlanErrorKind::Cycle { path, .. } = cycle else { continue };
        for (at, step) in path.iter().enumerate() {
            let next = &path[(at + 1) % path.len()];
            let step = case.steps.iter().position(|other| other.name == step).unwrap();
            assert!(needs(case, step).any(|need| case.steps[need].name == next), "{path:?} is no cycle of {case:#?}");
        }
    }
}

/// A mistake without the suggestion of another name, which is the library's own.
fn plain(mistake: &PlanErrorKind) -> PlanErrorKind {
    let mut mistake = mistake.clone();
    if let PlanErrorKind::UnknownNeed { suggestion, .. } | PlanErrorKind::UnknownResource { suggestion, .. } =
        &mut mistake
    {
        *suggestion = None;
    }
    mistake
}

trait CollectNames<'c> {
    fn collect_names(self) -> BTreeSet<&'c str>;
}

impl<'c, I: Iterator<Item = &'c Step>> CollectNames<'c> for I {
    fn collect_names(self) -> BTreeSet<&'c str> {
        self.map(|step| step.name).collect()
    }
}

fn named<'c>(case: &'c Case, name: &str) -> impl Iterator<Item = usize> + use<'c> {
    let name = name.to_string();
    case.steps.iter().enumerate().filter(move |(_, step)| step.name == name).map(|(at, _)| at)
}

/// All that is wrong but cycles.
fn wrong(case: &Case) -> BTreeSet<String> {
    let mut wrong = Vec::new();
    for step in &case.steps {
        let own = || step.name.to_string();
        for need in step.depends_on.iter().chain(&step.after_named) {
            if *need == step.name {
                wrong.push(PlanErrorKind::SelfNeed { step: own() });
            } else if named(case, need).next().is_none() {
                wrong.push(PlanErrorKind::UnknownNeed { step: own(), need: need.to_string(), suggestion: None });
            }
        }
        for (resource, _) in &step.uses {
            // Declared again, a resource has the last number of units.
            let declared = case.resources.iter().rfind(|(name, _)| name == resource);
            let units = step.uses.iter().filter(|(name, _)| name == resource).map(|(_, units)| units).sum();
            let resource = resource.to_string();
            match declared {
                None => wrong.push(PlanErrorKind::UnknownResource { step: own(), resource, suggestion: None }),
                Some(&(_, capacity)) if capacity < units => {
                    wrong.push(PlanErrorKind::OverCapacity { step: own(), resource, units, capacity });
                }
                Some(_) => {}
            }
        }
    }
    wrong.iter().map(|mistake| format!("{mistake:?}")).collect()
}

/// The steps that a step needs, where they exist and are others.
pub(crate) fn needs(case: &Case, step: usize) -> impl Iterator<Item = usize> {
    let by_name = case.steps[step].depends_on.iter().chain(&case.steps[step].after_named);
    let by_name = by_name.flat_map(|name| named(case, name)).filter(move |need| *need != step);
    by_name.chain(case.steps[step].after.iter().copied())
}

/// Whether some steps wait for one another: whether some are left if those that wait for nobody are taken away again and again.
fn has_cycle(case: &Case) -> bool {
    let mut left: BTreeSet<usize> = (0..case.steps.len()).collect();
    while let Some(free) = left.iter().copied().find(|&step| !needs(case, step).any(|need| left.contains(&need))) {
        left.remove(&free);
    }
    !left.is_empty()
}
