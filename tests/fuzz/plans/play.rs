//! Builds a pipeline, checks it, and runs it in a simulation.

use crate::{
    case::{Act, Before, Case, Step},
    expected,
};
use rungs::{
    Config, Handle, Inputs, Order, Pipeline, PipelineError, PlanError, Report, Status, When,
    sim::{Clock, Sim, SimError},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// What steps saw that is not as it should be. A panic would not do: a run catches it.
type Violations = Arc<Mutex<Vec<String>>>;

pub(crate) fn check(case: &Case) {
    let (sim, violations) = (Sim::seeded(case.seed), Violations::default());
    let mut p = build(case, &sim, &violations);
    let _ = p.visualize().to_string();
    let checked = p.check();
    expected::check(case, checked.as_ref().map(|_| ()));
    check_plan(case, &mut p, checked.as_ref().err());
    let ran = sim.run(p.runner());
    let report = match (checked, ran) {
        (Err(checked), Err(SimError::Run(PipelineError::Plan(ran)))) => {
            return assert_eq!(checked, ran, "{case:#?}");
        }
        (Ok(_), Ok(report)) => report,
        (checked, ran) => panic!("{checked:?}, but {ran:?}: {case:#?}"),
    };
    check_report(case, &report);
    assert_eq!(*violations.lock().unwrap(), Vec::<String>::new(), "{case:#?}");
    check_again(case, &report);
}

/// A pipeline that is built anew does the same again, and once more in a second run.
fn check_again(case: &Case, first: &Report<String>) {
    let sim = Sim::seeded(case.seed);
    let mut p = build(case, &sim, &Violations::default());
    let again = sim.run(p.runner()).unwrap();
    assert_eq!(again.to_string(), first.to_string(), "{case:#?}");
    let third = sim.run(p.runner()).unwrap();
    check_report(case, &third);
}

fn build<'a>(case: &Case, sim: &Sim, violations: &Violations) -> Pipeline<'a, String> {
    let mut p = Pipeline::with_error("by name");
    let order = if case.levels { Order::Levels } else { Order::Eager };
    p.config(Config::DEFAULT.max_concurrent(case.max_concurrent).order(order));
    for (name, units) in &case.resources {
        p.resource(name, *units);
    }
    let mut handles = Vec::new();
    for (at, step) in case.steps.iter().enumerate() {
        match step.before {
            Before::Nothing => {}
            Before::Abandon => {
                let begun =
                    p.step("abandoned").retries(9).depends_on(["nobody"]).uses("nothing", 7).after(handles.clone());
                drop(begun.when_all_done());
            }
            Before::Check => _ = p.check(),
            Before::Visualize => _ = (p.visualize().mermaid().to_string(), p.visualize().dot().to_string()),
        }
        let after: Vec<Handle<usize>> = step.after.iter().map(|&before| handles[before]).collect();
        handles.push(add(&mut p, at, step, after, sim.clock(), violations.clone()));
    }
    p
}

fn add(
    p: &mut Pipeline<'_, String>,
    at: usize,
    step: &Step,
    after: Vec<Handle<usize>>,
    clock: Clock,
    violations: Violations,
) -> Handle<usize> {
    let mut builder = p.step(step.name).depends_on(&step.depends_on).after_named(&step.after_named).after(after);
    for (resource, units) in &step.uses {
        builder = builder.uses(resource, *units);
    }
    builder = builder.retries(step.retries);
    if step.optional {
        builder = builder.optional();
    }
    if step.act == Act::Hang {
        builder = builder.timeout(Duration::from_millis(3));
    }
    let (act, needs, all_succeeded) = (step.act, step.depends_on.clone(), !step.when.is_clean_up());
    let body = move |inputs: Inputs| {
        if !inputs.names().eq(needs.iter().copied()) {
            violations.lock().unwrap().push(format!("step {at} got {inputs:?}"));
        }
        for need in &needs {
            let result = inputs.get::<usize>(need);
            if result.is_err() && all_succeeded {
                violations.lock().unwrap().push(format!("step {at} has no result of {need:?}"));
            }
            if inputs.get::<String>(need).is_ok() || inputs.get::<usize>("nobody's name").is_ok() {
                violations.lock().unwrap().push(format!("step {at} has a result that does not exist"));
            }
        }
        act.act(at, clock.clone())
    };
    match step.when {
        When::AllDone => builder.when_all_done().run(body),
        When::AnyFailed => builder.when_any_failed().run(body),
        When::SkipOnError => builder.skip_on_error().run(body),
        _ => builder.run(body),
    }
}

impl Act {
    async fn act(self, at: usize, clock: Clock) -> Result<usize, String> {
        match self {
            Self::Succeed => Ok(at),
            Self::Sleep => {
                clock.sleep(Duration::from_millis(1 + at as u64 % 3)).await;
                Ok(at)
            }
            Self::Fail => Err(format!("no {at}")),
            Self::Hang => std::future::pending().await,
            Self::Panic => std::panic::resume_unwind(Box::new("on purpose")),
        }
    }
}

/// The plan tells what was built, or what is wrong with it.
fn check_plan(case: &Case, p: &mut Pipeline<'_, String>, wrong: Option<&PlanError>) {
    let plan = match p.plan() {
        Ok(plan) => plan,
        Err(error) => return assert_eq!(Some(&error), wrong, "{case:#?}"),
    };
    assert!(wrong.is_none() && plan.len() == case.steps.len(), "{case:#?}");
    for (at, step) in case.steps.iter().enumerate() {
        let planned = plan.get(step.name).unwrap();
        let mut needs: Vec<usize> = planned.needs().map(|need| need.step().id().index()).collect();
        let mut expected: Vec<usize> = expected::needs(case, at).collect();
        for list in [&mut needs, &mut expected] {
            list.sort_unstable();
            list.dedup();
        }
        assert_eq!((planned.name(), planned.id().index(), needs), (step.name, at, expected), "{case:#?}");
    }
}

/// Each step has ended, and as its needs allowed it.
fn check_report(case: &Case, report: &Report<String>) {
    assert_eq!(report.steps().len(), case.steps.len());
    for (at, step) in case.steps.iter().enumerate() {
        let result = report.get(step.name).unwrap();
        let said = format!("{result:?}, {case:#?}");
        assert_eq!(result.id().index(), at, "{said}");
        assert!(result.attempts() <= 1 + step.retries, "{said}");
        let succeeds = matches!(step.act, Act::Succeed | Act::Sleep);
        let value = report.output_named::<usize>(step.name).map(|value| *value).ok();
        match result.status() {
            Status::Success => assert!(succeeds && value == Some(at), "{said}"),
            Status::Failed | Status::Skipped => assert!(value.is_none() && result.cause().is_some(), "{said}"),
            // Nothing stops such a run.
            _ => panic!("{said}"),
        }
        let need_failed = expected::needs(case, at)
            .any(|need| report.get(case.steps[need].name).unwrap().status() != Status::Success);
        let starts = match step.when {
            When::AllDone => true,
            When::AnyFailed => return,
            _ => !need_failed,
        };
        assert_eq!(result.attempts() > 0, starts, "{said}");
    }
}
