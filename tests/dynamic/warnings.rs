//! What is hardly meant is told before a run and in its report, and keeps nothing from running.

use rungs::{Backoff, Config, Jitter, Pipeline, PlanWarning, Settings, When};

use crate::support::{Sim, drive, ms};

fn told<'w>(warnings: impl IntoIterator<Item = &'w PlanWarning>) -> Vec<String> {
    warnings.into_iter().map(ToString::to_string).collect()
}

#[test]
fn clean_up_without_a_limit_in_a_run_with_a_deadline() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("tidy");
    let work = p.step("work").run(|| async { Ok(()) });
    p.step("tidy").after(work).when_all_done().run(|| async { Ok(()) });
    p.step("alarm").after(work).when_any_failed().run(|| async { Ok(()) });
    p.step("limited").after(work).when_all_done().deadline(ms(1)).run(|| async { Ok(()) });
    p.step("timed").after(work).when_all_done().timeout(ms(1)).run(|| async { Ok(()) });
    assert!(p.check().unwrap().is_empty(), "the run has no deadline");

    let report = drive(&sim, p.runner().deadline(ms(9)).run(&clock)).unwrap();
    let expected = ["tidy", "alarm"].map(|step| PlanWarning::UnlimitedCleanUp { step: step.into() });
    assert_eq!(report.warnings().as_slice(), expected);
    let (text, last) = (report.to_string(), "warning: clean-up step `alarm` has no limit");
    assert_eq!(text.lines().filter(|line| line.starts_with("warning: ")).count(), 2, "{text}");
    assert!(text.lines().last().is_some_and(|line| line.starts_with(last)), "{text}");
    assert!(report.is_success());
    let again = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!((report.warnings().len(), again.warnings().len()), (2, 0), "each run has its own");

    p.config(Config::DEFAULT.deadline(ms(9)));
    let warnings = p.check().unwrap();
    assert_eq!(
        warnings.to_string(),
        "clean-up step `tidy` has no limit, so that the run may take longer than its deadline: give the step a timeout or a \
         deadline\n\
         clean-up step `alarm` has no limit, so that the run may take longer than its deadline: give the step a timeout or \
         a deadline",
    );
    assert!(warnings.into_iter().eq(expected));
}

#[test]
fn retries_that_the_deadline_never_allows() {
    let listed = [ms(9), ms(1)];
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("late");
    p.defaults(Settings::DEFAULT.deadline(ms(5)));
    p.step("late").retries(3).backoff(Backoff::fixed(ms(5))).run(|| async { Ok(()) });
    p.step("in time").retries(3).backoff(Backoff::fixed(ms(4))).run(|| async { Ok(()) });
    p.step("listed").retries(3).backoff(Backoff::list(&listed)).run(|| async { Ok(()) });
    let jittered = Backoff::fixed(ms(9)).jitter(Jitter::Full);
    p.step("jittered").retries(3).backoff(jittered).run(|| async { Ok(()) });
    p.step("told when").retries(3).retry_delay(ms(9)).retry_if(|_| true).run(|| async { Ok(()) });
    p.step("once").retries(0).run(|| async { Ok(()) });
    assert_eq!(
        told(&p.check().unwrap()),
        [
            "step `late` is never retried, because its first delay reaches its deadline",
            "step `listed` is never retried, because its first delay reaches its deadline",
        ],
    );
}

#[test]
fn resources_that_no_step_uses() {
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("idle");
    p.resource("bus", 1).resource("disk", 1).resource("bus", 2);
    assert_eq!(told(&p.check().unwrap()), ["no step uses resource `bus`", "no step uses resource `disk`"]);
    p.step("a").uses("bus", 2).run(|| async { Ok(()) });
    assert_eq!(told(p.check().unwrap().iter()), ["no step uses resource `disk`"]);
    p.step("b").uses("disk", 1).run(|| async { Ok(()) });
    assert!(p.check().unwrap().is_empty());
}

#[test]
fn a_value_that_cleans_up_by_default_is_a_mistake_and_no_warning() {
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("rules");
    p.config(Config::DEFAULT.deadline(ms(9)));
    p.step("tidy").settings(Settings::DEFAULT.when(When::AllDone)).run(|| async { Ok(()) });
    assert_eq!(p.check().unwrap_err().mistakes().len(), 1);
}
