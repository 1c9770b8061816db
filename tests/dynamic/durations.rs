//! How long steps take: what a report tells of it, and what the next run does with it.

use std::time::Duration;

use rungs::{
    Backoff, Durations, Instant, LocalPipeline, NoClock, Order, Pipeline, Report, SharedResource, Status, dynamic::Cell,
};

use crate::support::{Clock, Sim, block, drive, ms};

/// The steps of a report in the order in which they started.
fn starts<E, C: Cell + ?Sized>(report: &Report<E, C>) -> String {
    let started = |step: &rungs::StepResult<'_, E>| step.started_at();
    let mut steps: Vec<_> = report.steps().filter(|step| step.started_at().is_some()).collect();
    steps.sort_by_key(started);
    steps.iter().map(|step| step.name()).collect::<Vec<_>>().join(" ")
}

fn known<const N: usize>(durations: [(&str, u64); N]) -> Durations {
    durations.map(|(step, millis)| (step, ms(millis))).into_iter().collect()
}

async fn sleep(clock: Clock, millis: u64) -> Result<(), rungs::BoxError> {
    Ok(clock.sleep(ms(millis)).await)
}

#[test]
fn known_durations_decide_which_ready_step_starts_first() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("order");
    // Without durations, the path of two steps goes first, then the order of declaration.
    for (name, millis) in [("short", 10), ("long", 30), ("head", 2)] {
        let clock = clock.clone();
        p.step(name).run(move || sleep(clock.clone(), millis));
    }
    p.step("tail").after_named(["head"]).run(|| sleep(clock.clone(), 3));
    let first = sim.run(p.runner().max_concurrent(1)).unwrap();
    assert_eq!(starts(&first), "head short long tail");
    let learnt = first.durations();
    assert_eq!(learnt, known([("short", 10), ("long", 30), ("head", 2), ("tail", 3)]));

    let second = sim.run(p.runner().max_concurrent(1).durations(&learnt)).unwrap();
    assert_eq!(starts(&second), "long short head tail");
    assert_eq!(second.durations(), learnt);
    // They are of one run, and of several calls the last counts.
    let third = sim.run(p.runner().max_concurrent(1)).unwrap();
    assert_eq!(starts(&third), starts(&first));
    let other = known([("short", 50), ("long", 1), ("head", 1), ("tail", 1)]);
    let fourth = sim.run(p.runner().durations(&learnt).max_concurrent(1).durations(&other)).unwrap();
    assert_eq!(starts(&fourth), "short head long tail");
    let fifth = sim.run(p.runner().durations(&learnt).max_concurrent(1).durations(&Durations::new())).unwrap();
    assert_eq!(starts(&fifth), starts(&first));
}

#[test]
fn a_run_without_a_limit_starts_all_that_is_ready() {
    let mut p: Pipeline<'_> = Pipeline::new("free");
    for name in ["a", "b"] {
        p.step(name).run(async || Ok(()));
    }
    let mut names = Vec::new();
    let run = p.runner().durations(&known([("b", 9)])).on_event(|event| names.push(event.to_string())).run(&NoClock);
    assert!(block(run).unwrap().is_success());
    assert_eq!(names[1..4], ["a: started", "a: success", "b: started"]);
}

#[test]
fn durations_come_before_what_steps_state_and_others_count_as_the_median() {
    let mut p: Pipeline<'_> = Pipeline::new("mixed");
    p.input::<u8>("input");
    p.step("unknown").run(async || Ok(()));
    for (name, stated) in [("both", 90), ("stated", 40)] {
        p.step(name).expected(ms(stated)).run(async || Ok(()));
    }
    for name in ["known", "quick"] {
        p.step(name).run(async || Ok(()));
    }
    let learnt = known([("both", 10), ("known", 30), ("quick", 1), ("of another pipeline", 1_000)]);
    // The median of 1, 10, 30 and 40 is the higher one in the middle. An input is there before the run.
    let run = p.runner().given_named("input", 1_u8).max_concurrent(1).durations(&learnt);
    assert_eq!(
        block(run.explain(&NoClock)).unwrap().to_string(),
        "Run: mixed\n\
         step        start  expected\n\
         stated          0   40.0 ms\n\
         unknown   40.0 ms   30.0 ms\n\
         known     70.0 ms   30.0 ms\n\
         both     100.0 ms   10.0 ms\n\
         quick    110.0 ms    1.0 ms\n\
         input    111.0 ms         0\n\
         6 of 6 steps in 111.0 ms"
    );
    // And without them as stated.
    let run = p.runner().given_named("input", 1_u8).max_concurrent(1);
    let explanation = block(run.explain(&NoClock)).unwrap();
    assert_eq!(explanation.duration(), ms(130));
    assert!(explanation.starts().map(|step| step.name()).eq(["both", "stated", "input", "unknown", "known", "quick"]));
}

#[test]
fn only_steps_that_have_succeeded_in_the_run_tell_a_duration() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_> = Pipeline::new("fates");
    let input = p.input::<u8>("input");
    let given = p.step("given").run(|| sleep(clock.clone(), 1));
    p.step("done").done_if(async || Ok(Some(()))).run(|| sleep(clock.clone(), 1));
    let failed = p.step("failed").run(|| {
        let clock = clock.clone();
        async move {
            sleep(clock, 5).await?;
            Err::<(), _>("no".into())
        }
    });
    p.step("dependent").after(failed).run(async || Ok(()));
    p.step("skipped itself").run_maybe(|| {
        let clock = clock.clone();
        async move { sleep(clock, 5).await.map(|()| None::<u8>) }
    });
    p.step("alarm").after(given).when_any_failed().run(async || Ok(()));
    p.step("clean-up").after(failed).when_all_done().run(|| sleep(clock.clone(), 7));
    p.step("late").timeout(ms(2)).never_cancel().run(|| sleep(clock.clone(), 9));
    p.step("hangs").timeout(ms(4)).run(std::future::pending::<Result<(), _>>);
    let report = sim.run(p.runner().given(input, 1).given(given, ())).unwrap();
    assert!(report.get("late").unwrap().is_late() && report.count(Status::Success) == 5);
    assert_eq!(report.durations(), known([("clean-up", 7), ("late", 9)]));

    // What is known of the others stays.
    let mut all = known([("given", 1), ("failed", 20), ("late", 1)]);
    all.learn(&report.durations());
    assert_eq!(all, known([("clean-up", 7), ("failed", 20), ("given", 1), ("late", 5)]));
}

#[test]
fn the_attempts_of_a_retried_step_count_and_what_lies_between_does_not() {
    let sim = Sim::new();
    let clock = sim.clock();
    let fetch = sim.script().fail_in(ms(3), "reset").hang().fail_in(ms(4), "reset").succeed_in(ms(5), ());
    let at_once = sim.script().fail_in(ms(1), "busy").succeed_in(ms(1), ());
    let mut p = Pipeline::with_error("retried");
    p.step("fetch").retries(3).backoff(Backoff::fixed(ms(100))).timeout(ms(10)).run(|| fetch.play());
    p.step("at once").retries(1).run(|| at_once.play());
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.get("fetch").unwrap().duration(), ms(322));
    assert_eq!(report.durations(), known([("fetch", 22), ("at once", 2)]));
    // Nothing of it is left to the next run, in which the last act repeats.
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.durations(), known([("fetch", 5), ("at once", 1)]));
}

#[test]
fn a_retry_that_waits_for_a_permit_or_a_resource_does_not_count_the_wait() {
    let sim = Sim::new();
    let clock = sim.clock();
    let token = SharedResource::new("token", 1);
    for is_shared in [false, true] {
        let flaky = sim.script().fail_in(ms(2), "busy").succeed_in(ms(3), ());
        let slow = sim.script().succeed_in(ms(50), ());
        let mut p = Pipeline::with_error("waits");
        p.resource("bus", 1);
        let (flaky_step, slow_step) = (|| flaky.play(), || slow.play());
        if is_shared {
            p.step("flaky").uses(&token, 1).retries(1).backoff(Backoff::fixed(ms(1))).run(flaky_step);
            p.step("slow").uses(&token, 1).run(slow_step);
        } else {
            p.step("flaky").uses("bus", 1).retries(1).backoff(Backoff::fixed(ms(1))).run(flaky_step);
            p.step("slow").uses("bus", 1).run(slow_step);
        }
        let began = sim.now();
        let report = drive(&sim, p.run(&clock)).unwrap();
        assert_eq!(report.get("flaky").unwrap().finished_at().unwrap() - began, ms(55));
        assert_eq!(report.durations(), known([("flaky", 5), ("slow", 50)]));
    }
}

#[test]
fn without_a_clock_the_number_of_steps_still_counts() {
    let mut p: Pipeline<'_> = Pipeline::new("clockless");
    p.step("alone").run(async || Ok(()));
    let head = p.step("head").run(async || Ok(()));
    p.step("tail").after(head).run(async || Ok(()));
    let report = block(p.run(&NoClock)).unwrap();
    let nothing = report.durations();
    assert!(nothing.iter().all(|(_, duration)| duration.is_zero()) && nothing.len() == 3);
    let mut names = Vec::new();
    let run = p.runner().max_concurrent(1).durations(&nothing).on_event(|event| names.push(event.to_string()));
    assert!(block(run.run(&NoClock)).unwrap().is_success());
    assert_eq!(names[1], "head: started");
}

#[test]
fn levels_and_resources_keep_their_rules() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = LocalPipeline::new("rules");
    p.resource("bus", 1);
    for (name, millis) in [("a", 1), ("b", 2), ("c", 3)] {
        let clock = clock.clone();
        p.step(name).uses("bus", 1).run(move || sleep(clock.clone(), millis));
    }
    p.step("last").after_named(["a"]).uses("bus", 1).run(|| sleep(clock.clone(), 100));
    let learnt = sim.run(p.runner()).unwrap().durations();
    let eager = sim.run(p.runner().durations(&learnt)).unwrap();
    assert_eq!(starts(&eager), "a last c b");
    let by_level = sim.run(p.runner().order(Order::Levels).durations(&learnt)).unwrap();
    assert_eq!(starts(&by_level), "a c b last");
}

#[test]
fn a_pipeline_may_grow_after_a_run_with_durations() {
    let mut p: Pipeline<'_> = Pipeline::new("grows");
    p.step("first").run(async || Ok(()));
    let learnt = known([("first", 2), ("second", 5)]);
    assert!(block(p.runner().max_concurrent(1).durations(&learnt).run(&NoClock)).unwrap().is_success());
    p.step("second").run(async || Ok(()));
    p.check().unwrap();
    assert_eq!(block(p.runner().max_concurrent(1).explain(&NoClock)).unwrap().duration(), Duration::ZERO);
    let explanation = block(p.runner().max_concurrent(1).durations(&learnt).explain(&NoClock)).unwrap();
    assert!(explanation.starts().map(|step| step.name()).eq(["second", "first"]));
    assert_eq!(explanation.duration(), ms(7));
}

#[test]
fn times_beyond_all_time_are_as_long_as_there_is() {
    let mut p: Pipeline<'_> = Pipeline::new("endless");
    let first = p.step("first").run(async || Ok(()));
    p.step("second").after(first).run(async || Ok(()));
    p.step("other").run(async || Ok(()));
    let mut endless: Durations = [("first", Duration::MAX), ("second", Duration::MAX)].into_iter().collect();
    endless.learn(&endless.clone());
    let run = p.runner().max_concurrent(1).durations(&endless);
    let explanation = block(run.explain(&NoClock)).unwrap();
    assert_eq!(explanation.duration(), Instant::NEVER - Instant::ZERO);
    assert_eq!(explanation.starts().count(), 3);
}

#[test]
fn durations_in_a_file_are_as_documented_and_come_back_to_the_nanosecond() {
    let example = r#"{ "durations_ms": { "backup": 3000.0, "index": 2000.0, "mail": 1000.0 } }"#;
    assert!(include_str!("../../core/src/report/durations.rs").contains(example));
    let read: Durations = serde_json::from_str(example).unwrap();
    assert_eq!(read, known([("mail", 1_000), ("index", 2_000), ("backup", 3_000)]));
    assert_eq!(serde_json::to_string(&read).unwrap(), example.replace([' ', '\n'], ""));

    let mut nanos = 1_u64;
    let odd = (0..50).map(|step| {
        nanos = nanos.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Up to twenty days.
        (format!("step \"{step}\"\n"), Duration::from_nanos((nanos >> 13).min(20 * 86_400 * 1_000_000_000)))
    });
    let odd: Durations = odd.chain([("nothing".to_owned(), Duration::ZERO)]).collect();
    let text = serde_json::to_string(&odd).unwrap();
    assert_eq!(serde_json::from_str::<Durations>(&text).unwrap(), odd);

    for wrong in ["-1", "\"1 s\"", "null", "1e999"] {
        let text = format!(r#"{{ "durations_ms": {{ "step": {wrong} }} }}"#);
        assert!(serde_json::from_str::<Durations>(&text).is_err(), "{wrong}");
    }
    // A whole number is one as well, and what a later version may add is of no concern.
    let read: Durations = serde_json::from_str(r#"{ "durations_ms": { "step": 7 }, "more": 1 }"#).unwrap();
    assert_eq!(read, known([("step", 7)]));
}
