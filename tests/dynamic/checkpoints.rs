//! Results that outlast their run.

use std::{
    collections::BTreeMap,
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use rungs::{
    BoxError, Cause, LocalPipeline, MemoryCheckpoints, NoClock, Pipeline, PlanErrorKind, Report, StepError,
    sim::explore,
};

use crate::support::{Count, Hand, Log, Sim, Slow, block, drive, fates, give_way, ms, poll_at_most};

#[test]
fn a_run_goes_on_where_an_earlier_one_ended() {
    let (checkpoints, bodies) = (MemoryCheckpoints::new(), Log::new());
    let run = |may_load: bool| {
        let mut p: Pipeline<'_> = Pipeline::new("etl");
        let raw = p.step("fetch").run(async || Ok(bodies.write("fetch")));
        let rows = p.step("parse").after(raw).checkpoint().run(async || {
            bodies.write("parse");
            Ok(vec![1_u64, 2, 3])
        });
        let sum = p.step("sum").checkpoint().needs(rows).run(async |rows| {
            bodies.write("sum");
            Ok(rows.iter().sum::<u64>())
        });
        p.step("load")
            .needs((rows, sum))
            .run(async |rows, sum| if may_load { Ok(rows.len() as u64 + *sum) } else { Err("locked".into()) });
        p.step("close").after_all().when_all_done().run(async || Ok(bodies.write("close")));
        let report = block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap();
        assert_eq!(*report.output(sum).unwrap(), 6);
        (fates(&report), report.exit_code())
    };
    let (first, exit_code) = run(false);
    assert_eq!(first[3..], ["load failed 0..0: locked", "close success 0..0"]);
    assert_eq!((bodies.lines().join(" "), exit_code), ("fetch parse sum close".into(), 1));
    let (second, exit_code) = run(true);
    let fetch = "fetch skipped: up to date";
    assert_eq!(second, [fetch, "parse success", "sum success", "load success 0..0", "close success 0..0"]);
    // The clean-up step runs again, and no body of a stored step.
    assert_eq!((bodies.lines()[4..].join(" "), exit_code), ("close".into(), 0));
    let list = checkpoints.list();
    let kept: Vec<_> = list.iter().map(|kept| (&*kept.step, kept.result.as_deref(), kept.attempts)).collect();
    assert_eq!(kept, [("parse", Some(&b"[1,2,3]"[..]), 1), ("sum", Some(&b"6"[..]), 1)]);
    assert!(list.iter().all(|kept| kept.started.is_some()));
}

#[test]
fn without_a_store_nothing_is_stored_and_the_next_run_of_a_pipeline_begins_without_it() {
    let (checkpoints, bodies) = (MemoryCheckpoints::new(), Count::new());
    let mut p: Pipeline<'_> = Pipeline::new("again");
    let one = p.step("one").checkpoint().run(async || Ok(bodies.raise()));
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    assert_eq!(checkpoints.list(), []);
    for _ in 0..2 {
        // The result of the run before is still alive.
        let report = block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap();
        assert_eq!((*report.output(one).unwrap(), bodies.get()), (2, 2));
    }
    assert!(block(p.run(&NoClock)).unwrap().is_success());
    assert_eq!(bodies.get(), 3);
}

#[test]
fn a_step_has_succeeded_when_its_result_is_stored() {
    let sim = Sim::new();
    let (clock, store) = (sim.clock(), Slow::new(&sim, ms(5)));
    let mut p: Pipeline<'_> = Pipeline::new("slow");
    let first = p.step("first").checkpoint().run(async || Ok(clock.sleep(ms(2)).await));
    p.step("next").needs(first).run(async |_| Ok(()));
    let events = Log::new();
    let runner = p.runner().checkpoints(store.open()).on_event(|event| events.write(format!("{event}")));
    let report = drive(&sim, runner.run(&clock)).unwrap();
    // It takes five to load, too, before the run starts.
    assert_eq!(fates(&report), ["first success 5..12", "next success 12..12"]);
    assert_eq!(events.lines()[1..3], ["first: started", "first: success"]);
    let ended = ["slow ended: 0", "first success 1 Some(0ns) 7ms", "next success 1 Some(7ms) 0ns"];
    assert_eq!(store.log.lines(), [&["store first"][..], &ended].concat());
    assert_eq!((store.steps(), store.alive.get()), (vec!["first".to_string()], 0));
}

#[test]
fn a_result_that_cannot_be_stored_fails_its_step_which_is_not_called_again() {
    let sim = Sim::new();
    let store = Slow::new(&sim, ms(1)).refusing("fetch");
    let bodies = Count::new();
    let mut p: Pipeline<'_> = Pipeline::new("full");
    let fetch = p.step("fetch").retries(9).checkpoint().run(async || match bodies.raise() {
        1 => Err("503".into()),
        _ => Ok(7),
    });
    p.step("sum").checkpoint().needs(fetch).run(async |n| Ok(*n));
    p.step("tell").after(fetch).when_any_failed().run_with(async |cx| {
        let unmet: Vec<_> = cx.unmet().map(ToString::to_string).collect();
        assert_eq!(unmet, ["`fetch` failed: its result was not stored: cannot write: no storage space"]);
        Ok(())
    });
    let mut last = None;
    let runner = p.runner().checkpoints(store.open()).on_event(|event| {
        last = Some(event.to_string()).filter(|_| event.name == "fetch").or(last.take());
    });
    let report = drive(&sim, runner.run(&sim.clock())).unwrap();
    let not_stored = "its result was not stored: cannot write: no storage space";
    assert_eq!(last.unwrap(), format!("fetch: failed after 2 attempts: {not_stored} (attempt 1: 503)"));
    let step = report.get("fetch").unwrap();
    assert!(matches!(step.error(), Some(StepError::NotStored(text)) if text == "cannot write: no storage space"));
    assert_eq!(step.reason().unwrap().to_string(), format!("{not_stored} (attempt 1: 503)"));
    assert_eq!((step.attempts(), step.cause(), bodies.get()), (2, Some(Cause::Failed), 2));
    assert_eq!(report.get("sum").unwrap().reason().unwrap().to_string(), "`fetch` failed");
    assert_eq!(
        report.output(fetch).unwrap_err().to_string(),
        format!("`fetch` has no result: {not_stored} (attempt 1: 503)")
    );
    assert_eq!(report.exit_code(), 1);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["steps"][0]["error"], serde_json::json!([not_stored]));
    let errors: Vec<_> = report.into_errors().map(|(_, error)| error.to_string()).collect();
    assert_eq!(errors, ["503", not_stored]);
    assert_eq!((store.steps(), store.alive.get()), (vec![], 0));
}

#[test]
fn a_result_that_cannot_be_written_is_not_stored() {
    let checkpoints = MemoryCheckpoints::new();
    let mut p: Pipeline<'_> = Pipeline::new("odd");
    // The keys of an object are texts.
    p.step("map").checkpoint().run(async || Ok(BTreeMap::from([((1, 2), 3)])));
    let report = block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["map failed 0..0: its result was not stored: key must be a string"]);
    assert_eq!(checkpoints.list(), []);
}

#[test]
fn a_panic_of_the_store_is_one_of_the_step_and_at_the_end_of_the_run_it_counts_for_nothing() {
    let sim = Sim::new();
    let store = Slow::new(&sim, ms(1));
    let mut p: Pipeline<'_> = Pipeline::new("odd");
    p.step("odd").checkpoint().run(async || Ok(()));
    p.step("even").checkpoint().run(async || Ok(()));
    let report = drive(&sim, p.runner().checkpoints(store.open()).run(&sim.clock())).unwrap();
    assert_eq!(fates(&report), ["odd failed 1..1: panicked: odd names are not for us", "even success 1..2"]);
    assert_eq!((store.steps(), store.alive.get()), (vec!["even".to_string()], 0));
}

#[test]
fn a_run_that_is_dropped_lets_go_of_its_store() {
    let sim = Sim::new();
    let (store, clock) = (Slow::new(&sim, ms(3)), sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("dropped");
    let first = p.step("first").checkpoint().run(async || Ok(1));
    p.step("second").needs(first).checkpoint().run(async |n| Ok(*n));
    for polls in 1..5 {
        let ran = poll_at_most(&sim, polls, pin!(p.runner().checkpoints(store.open()).run(&clock)));
        assert!(ran.is_none_or(|ran| ran.unwrap().is_success()));
        assert_eq!(store.alive.get(), 0, "{polls}");
    }
    assert_eq!(store.steps(), ["first", "second"]);
}

#[test]
fn a_step_that_skipped_itself_is_stored_as_well() {
    let (checkpoints, bodies) = (MemoryCheckpoints::new(), Count::new());
    let mut last = None;
    for _ in 0..2 {
        let mut p: Pipeline<'_> = Pipeline::new("maybe");
        let news = p.step("news").checkpoint().run_maybe(async || {
            bodies.raise();
            Ok(None::<u8>)
        });
        p.step("mail").needs(news).run(async |_| Ok(()));
        p.step("count").needs(news).when_none_failed().run(async |news| Ok(news.is_some()));
        let report = block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap();
        let fates: Vec<_> = report.steps().map(|step| (step.status(), step.cause().map(Cause::code))).collect();
        assert!(last.replace(fates.clone()).is_none_or(|last| last == fates), "{report}");
    }
    assert_eq!(bodies.get(), 1);
    assert_eq!(checkpoints.list().first().unwrap().result, None);
}

#[test]
fn what_is_given_goes_before_what_is_stored_and_that_before_a_check() {
    let checkpoints = MemoryCheckpoints::new();
    let asked = Count::new();
    let run = |given: Option<u8>| {
        let mut p: Pipeline<'_> = Pipeline::new("order");
        let check = || {
            asked.raise();
            async { Ok(None::<u8>) }
        };
        let one = p.step("one").checkpoint().done_if(check).run(async || Ok(1));
        let two = p.step("two").needs(one).run(async |one| Ok(*one));
        let mut runner = p.runner().checkpoints(checkpoints.clone());
        if let Some(given) = given {
            runner = runner.given(one, given);
        }
        *block(runner.run(&NoClock)).unwrap().output(two).unwrap()
    };
    assert_eq!((run(None), asked.get()), (1, 1));
    assert_eq!((run(None), asked.get()), (1, 1));
    assert_eq!((run(Some(9)), asked.get()), (9, 1));
    assert_eq!(checkpoints.list()[0].result.as_deref(), Some(&b"1"[..]));
}

#[test]
fn an_explanation_knows_what_is_stored_and_stores_nothing() {
    let checkpoints = MemoryCheckpoints::new();
    let mut p: Pipeline<'_> = Pipeline::new("explained");
    let one = p.step("one").checkpoint().run(async || Ok(1));
    p.step("two").checkpoint().needs(one).run(async |_| Err::<u8, BoxError>("no".into()));
    let starts = |p: &mut Pipeline<'_>| {
        let explanation = block(p.runner().checkpoints(checkpoints.clone()).explain(&NoClock)).unwrap();
        explanation.starts().map(|step| step.name().to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(starts(&mut p), "one two");
    assert_eq!(checkpoints.list(), []);
    let report = block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap();
    assert_eq!((report.exit_code(), starts(&mut p)), (1, "two".into()));
}

/// The types of a builder change with its rule.
#[test]
fn a_rule_that_is_written_after_checkpoint_leaves_it_one() {
    let checkpoints = MemoryCheckpoints::new();
    let mut p: Pipeline<'_> = Pipeline::new("join");
    let rows = p.step("rows").run(async || Ok(1));
    p.step("join").checkpoint().needs(rows).when_none_failed().run(async |rows| Ok(rows.map(|rows| *rows)));
    assert!(block(p.runner().checkpoints(checkpoints.clone()).run(&NoClock)).unwrap().is_success());
    assert_eq!(checkpoints.list().len(), 1);
    p.step("close").checkpoint().after(rows).when_all_done().run(async || Ok(()));
    p.step("alarm").checkpoint().after(rows).when_any_failed().run(async || Ok(()));
    assert_eq!(p.check().unwrap_err().mistakes().len(), 2, "neither can be a checkpoint");
}

#[test]
fn a_clean_up_step_is_no_checkpoint() {
    let mut p: Pipeline<'_> = Pipeline::new("clean");
    p.step("work").checkpoint().run(async || Ok(()));
    p.step("close").after_all().when_all_done().checkpoint().run(async || Ok(()));
    let kind = PlanErrorKind::CheckpointOfCleanUp { step: "close".into() };
    assert_eq!(kind.to_string(), "step `close` cleans up, so it runs in each run and is no checkpoint");
    assert_eq!(p.check().unwrap_err().mistakes(), std::slice::from_ref(&kind));
    assert_eq!(block(p.run(&NoClock)).unwrap_err().mistakes(), [kind]);
}

#[test]
fn a_builder_that_was_dropped_leaves_no_version_behind() {
    let checkpoints = MemoryCheckpoints::new();
    for drops in [false, true] {
        let mut p: Pipeline<'_> = Pipeline::new("dropped");
        if drops {
            drop(p.step("other").version(3));
        }
        p.step("one").checkpoint().run(async || Ok(1));
        let report = block(p.runner().checkpoints(checkpoints.clone()).strict().run(&NoClock)).unwrap();
        assert_eq!(report.get("one").unwrap().is_given(), drops);
    }
}

/// In a task, on threads, and for what stays on one.
#[test]
fn each_kind_of_pipeline_keeps_results() {
    let checkpoints = MemoryCheckpoints::new();
    for is_given in [false, true] {
        let mut p: Pipeline<'static> = Pipeline::new("task");
        p.step("one").checkpoint().spawn_on(rungs_smol::Smol).retries(1).run(async || Ok(String::from("one")));
        let checkpoints = checkpoints.clone();
        let run = smol::spawn(async move { p.runner().checkpoints(checkpoints).run(&rungs_smol::Smol).await });
        let report = futures_lite::future::block_on(run).unwrap();
        assert_eq!((report.get("one").unwrap().is_given(), report.exit_code()), (is_given, 0));
        let not_send = Rc::new(5);
        let mut p: LocalPipeline<'_> = LocalPipeline::new("local");
        let five = p.step("five").checkpoint().run(async || Ok(*not_send));
        let report = block(p.runner().checkpoints(MemoryCheckpoints::new()).run(&NoClock)).unwrap();
        assert_eq!(*report.output(five).unwrap(), 5);
    }
}

/// Random plans are dropped after random numbers of polls, and run again until they end: no stored step is called again, and all
/// results are those of a run that nobody disturbed.
#[test]
fn whenever_a_run_is_dropped_the_next_one_goes_on() {
    explore(0..300, |sim| {
        let mut seed = sim.seed().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut random = |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        let steps = 1 + random(12);
        let plan: Vec<(Vec<u64>, bool, u64)> =
            (0..steps).map(|step| ((0..step).filter(|_| random(3) == 0).collect(), random(3) > 0, random(4))).collect();
        let value = |needs: &[u64], step: u64| needs.iter().sum::<u64>() + step + 1;
        let mut expected: Vec<u64> = Vec::new();
        for (step, (needs, ..)) in plan.iter().enumerate() {
            expected.push(value(&needs.iter().map(|&need| expected[need as usize]).collect::<Vec<_>>(), step as u64));
        }
        let store = Slow::new(sim, ms(1));
        let calls_after_store = Arc::new(AtomicU32::new(0));
        let clock = sim.clock();
        let report: Report<BoxError> = loop {
            let mut p: Pipeline<'_> = Pipeline::new("random");
            let mut handles: Vec<rungs::Handle<u64>> = Vec::new();
            for (step, (needs, is_kept, takes)) in plan.iter().enumerate() {
                let name = format!("s{step}");
                let needs: Vec<_> = needs.iter().map(|&need| handles[need as usize]).collect();
                let (kept, late) = (store.kept.clone(), calls_after_store.clone());
                let (clock, own) = (clock.clone(), name.clone());
                let body = move |needs: Vec<rungs::Out<u64>>| {
                    if kept.list().iter().any(|kept| kept.step == own) {
                        late.fetch_add(1, Relaxed);
                    }
                    let clock = clock.clone();
                    async move {
                        give_way().await;
                        clock.sleep(ms(*takes)).await;
                        Ok(value(&needs.iter().map(|need| **need).collect::<Vec<_>>(), step as u64))
                    }
                };
                let builder = p.step(&name).needs(needs);
                handles.push(if *is_kept { builder.checkpoint().run(body) } else { builder.run(body) });
            }
            let polls = 1 + random(20) as usize;
            let ran = poll_at_most(
                sim,
                polls,
                pin!(p.runner().max_concurrent(3).checkpoints(store.open()).strict().run(&clock)),
            );
            assert_eq!(store.alive.get(), 0);
            if let Some(report) = ran {
                let report = report.unwrap();
                for (handle, expected) in handles.iter().zip(&expected) {
                    assert!(report.output(*handle).map_or(true, |result| *result == *expected), "{report}");
                }
                break report;
            }
        };
        assert_eq!((report.exit_code(), calls_after_store.load(Relaxed)), (0, 0), "{report}");
    });
}

#[test]
fn a_forgotten_run_keeps_the_store_until_the_next_one() {
    let sim = Sim::new();
    let (store, clock) = (Slow::new(&sim, ms(3)), sim.clock());
    let mut p: Pipeline<'_> = Pipeline::new("forgotten");
    p.step("one").checkpoint().run(async || Ok(1));
    let mut run = Box::pin(p.runner().run(&clock));
    assert!(Hand::new().poll(run.as_mut()).is_ready());
    drop(run);
    let mut run = Box::pin(p.runner().checkpoints(store.open()).run(&clock));
    assert!(poll_at_most(&sim, 2, run.as_mut()).is_none());
    std::mem::forget(run);
    assert_eq!((store.log.lines(), store.alive.get()), (vec!["store one".to_string()], 1));
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert!(report.is_success() && store.steps().is_empty());
    assert_eq!(store.alive.get(), 0);
}
