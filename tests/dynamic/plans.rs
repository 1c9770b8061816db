//! A plan can be asked what it consists of.

use rungs::{Pipeline, PlannedNeed, PlannedStep, Settings, When};

use crate::support::ms;

fn names<'p>(steps: impl IntoIterator<Item = PlannedStep<'p>>) -> Vec<&'p str> {
    steps.into_iter().map(|step| step.name()).collect()
}

/// Each edge as its other end, and what it passes on.
fn edges<'p>(edges: impl IntoIterator<Item = PlannedNeed<'p>>) -> Vec<(&'p str, bool)> {
    edges.into_iter().map(|edge| (edge.step().name(), edge.has_result())).collect()
}

#[test]
fn a_plan_tells_names_needs_levels_settings_and_resources() {
    let mut p: Pipeline<'_> = Pipeline::new("etl");
    p.resource("bus", 2).resource("disk", 1);
    p.defaults(Settings::DEFAULT.timeout(ms(50)));
    let first = p.step("first").retries(3).run(async || Ok(1));
    let second = p.step("second").uses("disk", 1).uses("bus", 2).run(async || Ok(2));
    p.step("third").needs((second, first)).run(async |_, _| Ok(()));
    p.step("last").after_named(["third"]).after(first).skip_on_error().run(async || Ok(()));

    let plan = p.plan().unwrap();
    assert_eq!((plan.name(), plan.len(), plan.is_empty(), plan.depth()), ("etl", 4, false, 3));
    assert_eq!(names(plan.steps()), ["first", "second", "third", "last"]);
    assert_eq!(names(plan.level(0)), ["first", "second"]);
    assert_eq!(names(plan.level(2)), ["last"]);
    assert!(plan.resources().eq([("bus", 2), ("disk", 1)]));

    let [first, second] = [plan.get(first), plan.get(second)].map(Option::unwrap);
    assert_eq!(first.settings(), &Settings::DEFAULT.timeout(ms(50)).retries(3));
    assert_eq!(edges(first.dependents()), [("third", true), ("last", false)]);
    assert_eq!(first.uses().count(), 0);
    assert!(second.uses().eq([("bus", 2), ("disk", 1)]));
    assert_eq!(edges(plan.get("third").unwrap().needs()), [("second", true), ("first", true)]);
    let last = plan.get("last").unwrap();
    assert_eq!((last.level(), last.settings().get_when()), (2, When::SkipOnError));
    assert_eq!(edges(last.needs()), [("third", false), ("first", false)]);
    assert_eq!(plan.get(last.id()).unwrap().name(), "last");
    assert_eq!(format!("{last:?}"), "PlannedStep { name: \"last\", level: 2, .. }");
}

#[test]
fn what_is_not_in_the_plan_is_not_found() {
    let mut other: Pipeline<'_> = Pipeline::new("other");
    let mut p: Pipeline<'_> = Pipeline::new("small");
    let only = p.step("only").run(async || Ok(()));
    let stranger = other.step("only").run(async || Ok(()));
    let plan = p.plan().unwrap();
    assert!(plan.get(only).is_some());
    assert!(plan.get(stranger).is_none());
    assert!(plan.get("none").is_none());
    assert!(plan.get(rungs::StepId::new(1).unwrap()).is_none());
    // A step that is added later is in the next view.
    p.step("later").after(only).run(async || Ok(()));
    assert_eq!(p.plan().unwrap().get("later").unwrap().level(), 1);
}

#[test]
fn a_wrong_plan_is_told() {
    let mut p: Pipeline<'_> = Pipeline::new("wrong");
    p.step("only").after_named(["none"]).run(async || Ok(()));
    assert_eq!(p.plan().unwrap_err(), p.check().unwrap_err());
}
