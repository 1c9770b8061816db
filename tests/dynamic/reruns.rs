//! Two runs of one pipeline: each starts fresh, and what a run gave away stays as it was.

use std::sync::atomic::{AtomicU32, Ordering};

use rungs::{NoClock, OnFailure, Pipeline, Status};

use crate::support::{Count, Sim, block, drive, fates, ms};

#[test]
fn each_run_starts_fresh() {
    let runs = AtomicU32::new(0);
    let mut p = Pipeline::with_error::<String>("fresh");
    let n = p.step("n").retries(1).run(|| async {
        match runs.fetch_add(1, Ordering::Relaxed) {
            2 | 3 => Err("the second run".to_string()),
            n => Ok(n),
        }
    });
    let next = p.step("next").needs(n).run(|n| async move { Ok(*n * 10) });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(next).unwrap(), 0);
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(next).unwrap(), 10);

    let failed = block(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&failed), ["n failed x2 0..0: the second run", "next failed: `n` failed"]);
    assert!(failed.output(n).is_err(), "no result of an earlier run");

    let good = block(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&good), ["n success 0..0", "next success 0..0"]);
    assert_eq!(good.get("n").unwrap().error(), None);
    assert_eq!(*good.output(next).unwrap(), 40);
}

#[test]
fn results_and_reports_that_are_held_stay_as_they_were() {
    let runs = AtomicU32::new(0);
    let mut p = Pipeline::new("held");
    let n = p.step("n").run(|| async { Ok(runs.fetch_add(1, Ordering::Relaxed)) });
    let next = p.step("next").needs(n).run(|n| async move { Ok(n) });
    let first = block(p.run(&NoClock)).unwrap();
    let held = first.output(n).unwrap();
    let second = block(p.run(&NoClock)).unwrap();
    drop(first);
    let third = block(p.run(&NoClock)).unwrap();
    assert_eq!(*held, 0);
    assert_eq!((*second.output(n).unwrap(), **second.output(next).unwrap()), (1, 1));
    assert_eq!((*third.output(n).unwrap(), **third.output(next).unwrap()), (2, 2));
    drop((second, third));
    let fourth = block(p.run(&NoClock)).unwrap();
    assert_eq!((*held, *fourth.output(n).unwrap()), (0, 3));
}

#[test]
fn a_report_outlives_its_pipeline() {
    let mut p = Pipeline::new("short-lived");
    let n = p.step("n").run(|| async { Ok(vec![1, 2, 3]) });
    p.step("bad").run(|| async { Err::<(), _>("out of paper".into()) });
    let report = block(p.run(&NoClock)).unwrap();
    drop(p);
    assert_eq!(report.pipeline(), "short-lived");
    assert_eq!(*report.output(n).unwrap(), [1, 2, 3]);
    assert_eq!(fates(&report), ["n success 0..0", "bad failed 0..0: out of paper"]);
    let out = report.output(n).unwrap();
    drop(report);
    assert_eq!(out.len(), 3);
}

#[test]
fn a_result_lives_as_long_as_somebody_holds_it() {
    let alive = Count::new();
    let mut p = Pipeline::new("owned");
    let guard = p.step("guard").run(|| async { Ok(alive.guard()) });
    let report = block(p.run(&NoClock)).unwrap();
    let out = report.output(guard).unwrap();
    drop(report);
    assert_eq!(alive.get(), 1);
    drop(block(p.run(&NoClock)).unwrap());
    assert_eq!(alive.get(), 2, "one of each run");
    drop(p);
    assert_eq!(alive.get(), 1);
    drop(out);
    assert_eq!(alive.get(), 0);
}

#[test]
fn steps_can_be_added_after_a_run() {
    let mut p = Pipeline::new("growing");
    let mut last = p.step("0").run(|| async { Ok(0_u32) });
    let first = block(p.run(&NoClock)).unwrap();
    for n in 1..=200_u32 {
        last = p.step(&n.to_string()).needs(last).run(|n| async move { Ok(*n + 1) });
        let report = block(p.run(&NoClock)).unwrap();
        assert_eq!(*report.output(last).unwrap(), n);
    }
    assert_eq!(first.steps().len(), 1, "a report is of its own run");
    assert!(first.get("1").is_none());
    assert!(first.output(last).is_err());
}

#[test]
fn resources_and_steps_can_be_added_after_a_run() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::new("growing");
    p.resource("bus", 1);
    for name in ["a", "b"] {
        p.step(name).uses("bus", 1).run(|| async { Ok(clock.sleep(ms(10)).await) });
    }
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a success 0..10", "b success 10..20"]);
    p.resource("bus", 2).resource("pool", 1);
    p.step("c").uses("pool", 1).run(|| async { Ok(clock.sleep(ms(10)).await) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["a success 20..30", "b success 20..30", "c success 20..30"]);
}

#[test]
fn settings_of_one_run_do_not_reach_the_next() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("settings");
    p.step("bad").run(|| async { Err::<(), _>("no") });
    for name in ["a", "b"] {
        p.step(name).run(|| async { Ok(clock.sleep(ms(10)).await) });
    }
    let narrow = p.runner().max_concurrent(1).on_failure(OnFailure::Drain).deadline(ms(5));
    let report = drive(&sim, narrow.run(&clock)).unwrap();
    assert_eq!(report.count(Status::Skipped), 2);
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["bad failed 0..0: no", "a success 0..10", "b success 0..10"]);
    let report = drive(&sim, p.runner().max_concurrent(1).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["bad failed 10..10: no", "a success 10..20", "b success 20..30"]);
}

#[test]
fn a_plan_error_leaves_the_pipeline_usable() {
    let mut p = Pipeline::new("repaired");
    let sum = p.step("sum").depends_on(["n"]).run(|inputs| async move { Ok(*inputs.get::<u32>("n")? + 1) });
    assert!(block(p.run(&NoClock)).is_err());
    p.step("n").run(|| async { Ok(41_u32) });
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(sum).unwrap(), 42);
}
