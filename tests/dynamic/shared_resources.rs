//! Resources of several runs: who waits, for how long, and what is free afterwards.

use std::{cell::Cell, pin::pin, task::Poll, time::Duration};

use futures_lite::future::zip;
use rungs::{
    CancelToken, NoClock, Pipeline, PlanErrorKind, Settings, SharedResource, Status,
    sim::{Sim, SimError},
};

use crate::support::{Hand, Log, block, fates, give_way, ms};

/// A pipeline of one step, which uses so many units and sleeps so long.
fn sleeper<'env>(
    sim: &'env Sim,
    name: &'env str,
    resource: &SharedResource,
    units: u32,
    millis: u64,
) -> Pipeline<'env> {
    let mut p = Pipeline::new(name);
    p.step(name).uses(resource, units).run(move || {
        let clock = sim.clock();
        async move { Ok(clock.sleep(ms(millis)).await) }
    });
    p
}

/// Runs all pipelines at the same time, and returns what became of their steps.
fn run_all(sim: &Sim, pipelines: &mut [Pipeline<'_>], log: &Log) -> Result<Vec<String>, SimError> {
    let clock = sim.clock();
    let mut runs: Vec<_> =
        pipelines.iter_mut().map(|p| Box::pin(p.runner().observe(log.clone()).run(&clock))).collect();
    let mut ended: Vec<Option<Vec<String>>> = runs.iter().map(|_| None).collect();
    sim.block_on(std::future::poll_fn(|cx| {
        for (run, ended) in runs.iter_mut().zip(&mut ended).filter(|(_, ended)| ended.is_none()) {
            if let Poll::Ready(report) = run.as_mut().poll(cx) {
                *ended = Some(fates(&report.unwrap()));
            }
        }
        if ended.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    }))?;
    Ok(ended.into_iter().flatten().flatten().collect())
}

#[test]
fn two_runs_share_one_unit_in_the_order_in_which_they_came() {
    let (sim, log) = (Sim::new(), Log::new());
    let db = SharedResource::new("db", 1);
    let mut all = ["a", "b", "c"].map(|name| sleeper(&sim, name, &db, 1, 10));
    assert_eq!(run_all(&sim, &mut all, &log).unwrap(), ["a success 0..10", "b success 10..20", "c success 20..30"]);
    let waits: Vec<_> = log.lines().into_iter().filter(|line| line.contains("waits")).collect();
    assert_eq!(waits, ["0 b: waits for `db`", "0 c: waits for `db`"]);
    assert_eq!((db.free(), db.waiting()), (1, 0));
    // And again: nothing is left of the first runs.
    assert_eq!(run_all(&sim, &mut all, &log).unwrap(), ["a success 30..40", "b success 40..50", "c success 50..60"]);
}

#[test]
fn a_later_step_passes_only_where_it_delays_nobody() {
    let (sim, log) = (Sim::new(), Log::new());
    let db = SharedResource::new("db", 4);
    let mut all = [
        sleeper(&sim, "long", &db, 2, 100),
        sleeper(&sim, "short", &db, 1, 10),
        sleeper(&sim, "wide", &db, 3, 10),
        sleeper(&sim, "late", &db, 1, 10),
    ];
    // One unit is free from the beginning, but `wide` came before `late`.
    assert_eq!(
        run_all(&sim, &mut all, &log).unwrap(),
        ["long success 0..100", "short success 0..10", "wide success 100..110", "late success 100..110"],
    );
    assert_eq!(db.free(), 4);
}

#[test]
fn a_step_takes_all_that_it_uses_at_once_or_nothing() {
    let (sim, log) = (Sim::new(), Log::new());
    let (a, b) = (SharedResource::new("a", 1), SharedResource::new("b", 1));
    let both = |name, first: &SharedResource, second: &SharedResource| {
        let (mut p, clock) = (Pipeline::new(name), sim.clock());
        p.step(name).uses(first, 1).uses(second, 1).run(move || {
            let clock = clock.clone();
            async move { Ok(clock.sleep(ms(10)).await) }
        });
        p
    };
    let mut all = [
        sleeper(&sim, "holds b", &b, 1, 50),
        both("ab", &a, &b),
        both("ba", &b, &a),
        sleeper(&sim, "only a", &a, 1, 10),
    ];
    let fates = run_all(&sim, &mut all, &log).unwrap();
    assert_eq!(fates, ["holds b success 0..50", "ab success 50..60", "ba success 60..70", "only a success 70..80"]);
    assert_eq!((a.free(), b.free(), a.waiting(), b.waiting()), (1, 1, 0, 0));
}

#[test]
fn a_step_that_waits_holds_no_permit_no_other_resource_and_no_time() {
    let (sim, log) = (Sim::new(), Log::new());
    let db = SharedResource::new("db", 1);
    let clock = sim.clock();
    let mut holder = sleeper(&sim, "holder", &db, 1, 100);
    let sleep = |millis| clock.sleep(ms(millis));
    let mut p: Pipeline<'_> = Pipeline::new("narrow");
    p.resource("disk", 1);
    p.step("db").uses(&db, 1).uses("disk", 1).timeout(ms(20)).deadline(ms(30)).run(|| async { Ok(sleep(10).await) });
    p.step("disk").uses("disk", 1).run(|| async { Ok(sleep(5).await) });
    p.step("other").run(|| async { Ok(sleep(5).await) });
    let run = p.runner().max_concurrent(1).observe(log.clone()).run(&clock);
    let (_, report) = sim.block_on(zip(holder.run(&clock), run)).unwrap();
    assert_eq!(fates(&report.unwrap()), ["db success 100..110", "disk success 0..5", "other success 5..10"],);
    assert_eq!(log.lines()[1], "0 db: waits for `db`");
}

#[test]
fn a_retry_waits_anew_and_within_its_deadline() {
    let (sim, log) = (Sim::new(), Log::new());
    let db = SharedResource::new("db", 1);
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("retried");
    p.defaults(Settings::DEFAULT.retries(5).retry_on_timeout(true));
    p.step("again").uses(&db, 1).backoff(rungs::Backoff::fixed(ms(1))).deadline(ms(40)).run(|| async {
        clock.sleep(ms(5)).await;
        Err::<(), _>("refused")
    });
    let mut holder = sleeper(&sim, "holder", &db, 1, 100);
    // The holder comes while the first attempt has the unit.
    let (report, _) = sim.block_on(zip(p.runner().observe(log.clone()).run(&clock), holder.run(&clock))).unwrap();
    let report = report.unwrap();
    assert_eq!(fates(&report), ["again failed 0..40: refused"]);
    assert_eq!(report.get("again").unwrap().attempts(), 1);
    assert_eq!(
        log.lines()[1..],
        [
            "0 again: started",
            "5 again: refused; again in 1ms",
            "6 again: attempt 2 waits for `db`",
            "40 again: failed: refused",
            "40 retried: run ended: 1 failed, exit code 1",
        ]
    );
    assert_eq!((db.free(), db.waiting()), (1, 0));
}

#[test]
fn a_stop_skips_a_step_that_waits_and_cancels_one_that_waits_to_retry() {
    let (sim, log) = (Sim::new(), Log::new());
    let db = SharedResource::new("db", 1);
    let clock = sim.clock();
    let token = CancelToken::new();
    let mut holder = sleeper(&sim, "holder", &db, 1, 100);
    let mut p = Pipeline::with_error::<&str>("stopped");
    p.step("first").uses(&db, 1).retries(1).run(|| async {
        clock.sleep(ms(5)).await;
        Err::<(), _>("refused")
    });
    p.step("second").uses(&db, 1).run(|| async { Ok(()) });
    p.step("stops").run(|| async {
        clock.sleep(ms(20)).await;
        Ok(token.drain())
    });
    let run = p.runner().cancel(&token).observe(log.clone()).run(&clock);
    let (report, holder) = sim.block_on(zip(run, holder.run(&clock))).unwrap();
    assert_eq!(
        fates(&report.unwrap()),
        [
            "first cancelled 0..20: the run was drained; last error: refused",
            "second success 5..5",
            "stops success 0..20"
        ],
    );
    assert_eq!(fates(&holder.unwrap()), ["holder success 5..105"]);
    assert_eq!((db.free(), db.waiting()), (1, 0));
}

#[test]
fn what_an_attempt_holds_is_free_when_its_end_is_confirmed() {
    let sim = Sim::new();
    let db = SharedResource::new("db", 1);
    let clock = sim.clock();
    let free_at = Cell::new(None);
    let mut p = Pipeline::new("late").spawn_on(sim.tasks());
    let lingers = {
        let clock = clock.clone();
        move || {
            let clock = clock.clone();
            async move { Ok(clock.sleep(ms(1_000)).await) }
        }
    };
    p.step("hangs").uses(&db, 1).timeout(ms(10)).run(lingers);
    p.step("next").uses(&db, 1).run(async || Ok(()));
    let run = p.runner().on_event(|event| {
        if event.name == "hangs" && db.free() == 1 && free_at.get().is_none() {
            free_at.set(Some(event.at));
        }
    });
    let report = sim.run(run).unwrap();
    assert_eq!(report.get("hangs").unwrap().status(), Status::Failed);
    assert_eq!(report.get("next").unwrap().started_at().map(|at| at.as_nanos() / 1_000_000), Some(10));
    assert_eq!(free_at.get(), report.get("hangs").unwrap().finished_at());
}

#[test]
fn a_run_that_is_dropped_or_forgotten_keeps_nothing_for_ever() {
    let db = SharedResource::new("db", 1);
    let hang = || std::future::pending::<Result<(), rungs::BoxError>>();
    let mut p: Pipeline<'_> = Pipeline::new("hangs");
    p.step("holds").uses(&db, 1).run(hang);
    p.step("waits").uses(&db, 1).run(hang);
    let hand = Hand::new();
    {
        let mut run = pin!(p.run(&NoClock));
        assert!(hand.poll(run.as_mut()).is_pending());
        assert_eq!((db.free(), db.waiting()), (0, 1));
    }
    assert_eq!((db.free(), db.waiting()), (1, 0), "the run was dropped");

    let mut run = Box::pin(p.run(&NoClock));
    assert!(hand.poll(run.as_mut()).is_pending());
    std::mem::forget(run);
    assert_eq!((db.free(), db.waiting()), (0, 1));
    drop(p);
    assert_eq!((db.free(), db.waiting()), (1, 0), "the pipeline of a forgotten run was dropped");
}

#[test]
fn a_pipeline_runs_again_after_a_forgotten_run() {
    let db = SharedResource::new("db", 1);
    let mut tries = 0;
    let mut p: Pipeline<'_> = Pipeline::new("again");
    p.step("holds").uses(&db, 1).run(|| {
        tries += 1;
        let hangs = tries == 1;
        async move { if hangs { std::future::pending().await } else { Ok(()) } }
    });
    let mut run = Box::pin(p.run(&NoClock));
    assert!(Hand::new().poll(run.as_mut()).is_pending());
    std::mem::forget(run);
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    assert_eq!((db.free(), db.waiting()), (1, 0));
}

/// Also if a step has all that it uses by then, and its attempt has not begun.
#[test]
fn a_run_that_ends_at_any_poll_keeps_nothing() {
    for at in 0..96 {
        let (polls, budget, forgets) = (1 + at / 6, 1 + at / 2 % 3, at % 2 == 1);
        let (db, hand) = (SharedResource::new("db", 1), Hand::new());
        let mut p: Pipeline<'_> = Pipeline::new("again");
        for name in ["first", "second", "third"] {
            p.step(name).uses(&db, 1).run(async || {
                for _ in 0..3 {
                    give_way().await;
                }
                Ok(())
            });
        }
        let mut run = Box::pin(p.runner().poll_budget(budget).run(&NoClock));
        let has_ended = (0..polls).any(|_| hand.poll(run.as_mut()).is_ready());
        if forgets && !has_ended {
            std::mem::forget(run);
        } else {
            drop(run);
            assert_eq!((db.free(), db.waiting()), (1, 0), "dropped after {polls} polls of {budget}");
        }
        let again = hand.poll_to_rest(pin!(p.run(&NoClock)));
        let Poll::Ready(report) = again else { panic!("stuck after {polls} polls of {budget}, forgotten: {forgets}") };
        assert!(report.unwrap().is_success());
        assert_eq!((db.free(), db.waiting()), (1, 0));
    }
}

#[test]
fn a_panic_gives_back_what_its_step_held() {
    let db = SharedResource::new("db", 1);
    let mut p: Pipeline<'_> = Pipeline::new("panics");
    p.step("bad").uses(&db, 1).run(async || if true { panic!("boom") } else { Ok(()) });
    p.step("good").uses(&db, 1).run(async || Ok(()));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["bad failed 0..0: panicked: boom", "good success 0..0"]);
    assert_eq!(db.free(), 1);
}

#[test]
fn starts_are_spread_over_the_runs_that_share_them() {
    let (sim, log) = (Sim::new(), Log::new());
    let api = SharedResource::starts_per("api", 2, Duration::from_millis(100));
    let mut all = ["a", "b", "c", "d", "e"].map(|name| sleeper(&sim, name, &api, 1, 1));
    assert_eq!(
        run_all(&sim, &mut all, &log).unwrap(),
        ["a success 0..1", "b success 0..1", "c success 50..51", "d success 100..101", "e success 150..151"],
    );
    let waits: Vec<_> = log.lines().into_iter().filter(|line| line.contains("waits")).collect();
    assert_eq!(
        waits,
        [
            "0 c: waits for `api`, at least 50ms",
            "0 d: waits for `api`, at least 100ms",
            "0 e: waits for `api`, at least 150ms",
        ]
    );
}

#[test]
fn a_retry_is_a_start_as_well_and_units_are_not_held_while_starts_lack() {
    let (sim, log) = (Sim::new(), Log::new());
    let db = SharedResource::new("db", 1);
    let api = SharedResource::starts_per("api", 1, Duration::from_millis(100));
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("both");
    p.step("again")
        .uses(&api, 1)
        .uses(&db, 1)
        .retries(2)
        .run_with(|cx| async move { if cx.attempt() < 3 { Err("not yet") } else { Ok(()) } });
    p.step("db").uses(&db, 1).run(|| async { Ok(clock.sleep(ms(10)).await) });
    let report = sim.run(p.runner().observe(log.clone())).unwrap();
    assert_eq!(fates(&report), ["again success x3 0..200", "db success 0..10"]);
    assert_eq!(db.free(), 1);
}

#[test]
fn mistakes_with_shared_resources_are_plan_errors() {
    let db = SharedResource::new("db", 2);
    let api = SharedResource::starts_per("api", 3, Duration::from_secs(1));
    let mut p: Pipeline<'_> = Pipeline::new("wrong");
    p.step("greedy").uses(&db, 1).uses(&db, 2).run(async || Ok(()));
    p.step("quick").uses(&api, 4).run(async || Ok(()));
    let over = |step: &str, resource: &str, units, capacity| PlanErrorKind::OverCapacity {
        step: step.into(),
        resource: resource.into(),
        units,
        capacity,
    };
    assert_eq!(p.check().unwrap_err().mistakes(), [over("greedy", "db", 3, 2), over("quick", "api", 4, 3)]);
    let mut p: Pipeline<'_> = Pipeline::new("clockless");
    let _dropped = p.step("dropped").uses(&api, 9);
    p.step("paced").uses(&api, 1).run(async || Ok(()));
    let error = block(p.run(&NoClock)).unwrap_err();
    assert_eq!(error.mistakes(), [PlanErrorKind::TimeWithoutClock { step: Some("paced".into()) }]);
}

#[test]
fn a_plan_shows_what_is_shared_beside_what_is_its_own() {
    let db = SharedResource::new("db", 4);
    let mut p: Pipeline<'_> = Pipeline::new("shown");
    p.resource("disk", 1);
    p.step("load").uses(&db, 2).uses("disk", 1).run(async || Ok(()));
    p.step("other").run(async || Ok(()));
    let plan = p.plan().unwrap();
    assert!(plan.get("load").unwrap().uses().eq([("disk", 1), ("db", 2)]));
    assert_eq!(plan.get("other").unwrap().uses().count(), 0);
    assert_eq!(format!("{db:?}"), "SharedResource { name: \"db\", units: 4, free: 4, waiting: 0 }");
}

#[test]
fn many_steps_wait_whatever_the_limit_of_their_run_is() {
    let (sim, log) = (Sim::new(), Log::new());
    let db = SharedResource::new("db", 1);
    let clock = sim.clock();
    let mut holder = sleeper(&sim, "holder", &db, 1, 100);
    let mut p: Pipeline<'_> = Pipeline::new("many");
    for step in 0..200 {
        p.step(&format!("step {step}")).uses(&db, 1).run(async || Ok(()));
    }
    let run = p.runner().max_concurrent(1).observe(log.clone()).run(&clock);
    let (_, report) = sim.block_on(zip(holder.run(&clock), run)).unwrap();
    let report = report.unwrap();
    assert_eq!(report.count(Status::Success), 200);
    assert!(report.steps().all(|step| step.started_at().map(|at| at.as_nanos()) == Some(100_000_000)));
    assert_eq!(log.lines().iter().filter(|line| line.contains("waits")).count(), 200);
    assert_eq!((db.free(), db.waiting()), (1, 0));
}
