//! Checks before a run: whether the result of a step is there already.

use std::{future::pending, rc::Rc, sync::Arc};

use rungs::{CancelToken, LocalPipeline, NoClock, Pipeline, PlanErrorKind, Status, StepError};

use crate::support::{Hand, Log, Sim, block, drive, fates, ms};

#[test]
fn a_step_whose_result_is_there_does_not_run_nor_what_only_it_needs() {
    let log = Log::new();
    let asked = |name: &str, found: Option<u8>| {
        let (log, name) = (log.clone(), name.to_string());
        move || {
            log.write(name.clone());
            async move { Ok(found) }
        }
    };
    let mut p: Pipeline<'_> = Pipeline::new("checked");
    let raw = p.step("raw").done_if(asked("raw", None)).run(async || Ok(1_u8));
    let clean = p.step("clean").done_if(asked("clean", Some(20))).needs(raw).run(async |_| Ok(2_u8));
    let other = p.step("other").done_if(asked("other", None)).run(async || Ok(3_u8));
    let page = p.step("page").done_if(asked("page", None)).needs((clean, other)).run(async |a, b| Ok(*a + *b));
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(fates(&report), ["raw skipped: up to date", "clean success", "other success 0..0", "page success 0..0"]);
    assert_eq!(*report.output(page).unwrap(), 23);
    assert!(report.get("clean").unwrap().is_given());
    // From the last step to the first, and none of which nothing is needed.
    assert_eq!(log.lines(), ["page", "clean", "other"]);
    // Each run asks anew, and what is given is not asked.
    let report = block(p.runner().given(clean, 9).run(&NoClock)).unwrap();
    assert_eq!(*report.output(page).unwrap(), 12);
    assert_eq!(log.lines()[3..], ["page", "other"]);
    // Only what the targets need is asked.
    let report = block(p.runner().only(other).run(&NoClock)).unwrap();
    assert_eq!(report.count(Status::Success), 1);
    assert_eq!(log.lines()[5..], ["other"]);
}

#[test]
fn an_error_a_panic_and_a_check_that_takes_too_long_fail_the_step_without_an_attempt() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("failing");
    let source = p.step("source").run(async || Ok(1));
    let error = p.step("error").done_if(async || Err::<Option<u8>, _>("no disk")).needs(source).run(async |_| Ok(1_u8));
    p.step("panic")
        .retries(3)
        .done_if(|| async { panic!("at the disco") as Result<Option<u8>, _> })
        .run(async || Ok(1_u8));
    p.step("slow").timeout(ms(3)).done_if(pending::<Result<Option<u8>, _>>).run(async || Ok(1_u8));
    p.step("dependent").needs(error).run(async |_| Ok(clock.sleep(ms(1)).await));
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "source success 3..3",
            "error failed: no disk",
            "panic failed: panicked: at the disco",
            "slow failed: timed out",
            "dependent failed: `error` failed",
        ]
    );
    let failed = report.get("error").unwrap();
    assert_eq!((failed.error(), failed.attempts()), (Some(StepError::Failed(&"no disk")), 0));
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn checks_run_together_up_to_the_limit_of_attempts() {
    for (limit, took) in [(None, 5), (Some(2), 15), (Some(1), 25)] {
        let sim = Sim::new();
        let clock = sim.clock();
        let mut p: Pipeline<'_> = Pipeline::new("wide");
        for name in ["a", "b", "c", "d", "e"] {
            let clock = clock.clone();
            let check = move || {
                let clock = clock.clone();
                async move { Ok(Some(clock.sleep(ms(5)).await)) }
            };
            p.step(name).done_if(check).run(async || Ok(()));
        }
        let runner = p.runner();
        let runner = match limit {
            Some(limit) => runner.max_concurrent(limit),
            None => runner,
        };
        let report = drive(&sim, runner.run(&clock)).unwrap();
        assert_eq!(report.count(Status::Success), 5);
        assert_eq!(sim.now().as_nanos() / 1_000_000, took, "{limit:?}");
    }
}

#[test]
fn a_stop_ends_the_checks_and_then_the_run() {
    let sim = Sim::new();
    let clock = sim.clock();
    let (token, guarded) = (CancelToken::new(), Arc::new(()));
    let mut p: Pipeline<'_> = Pipeline::new("stopped");
    let check = || {
        let held = guarded.clone();
        async move {
            let _held = held;
            pending::<Result<Option<u8>, _>>().await
        }
    };
    let slow = p.step("slow").done_if(check).run(async || Ok(1_u8));
    p.step("next").needs(slow).run(async |_| Ok(()));
    p.step("close").after(slow).when_all_done().run(async || Ok(()));
    let stop = async {
        clock.sleep(ms(4)).await;
        assert_eq!(Arc::strong_count(&guarded), 2);
        token.cancel();
    };
    let (report, ()) = drive(&sim, futures_lite::future::zip(p.runner().cancel(&token).run(&clock), stop));
    let report = report.unwrap();
    let cancelled = "skipped: the run was cancelled";
    assert_eq!(fates(&report), [&format!("slow {cancelled}"), &format!("next {cancelled}"), "close success 4..4"]);
    assert_eq!(Arc::strong_count(&guarded), 1);
}

#[test]
fn a_run_that_is_dropped_drops_its_checks() {
    let guarded = Arc::new(());
    let mut p: Pipeline<'_> = Pipeline::new("dropped");
    let check = || {
        let held = guarded.clone();
        async move {
            let _held = held;
            pending::<Result<Option<u8>, _>>().await
        }
    };
    p.step("slow").done_if(check).run(async || Ok(1_u8));
    {
        let mut run = std::pin::pin!(p.run(&NoClock));
        assert!(Hand::new().poll(run.as_mut()).is_pending());
        assert_eq!(Arc::strong_count(&guarded), 2);
    }
    assert_eq!(Arc::strong_count(&guarded), 1);
}

#[test]
fn a_chain_of_many_checks_is_not_one_poll() {
    let mut p: Pipeline<'_> = Pipeline::new("many");
    let mut last = p.step("0").done_if(async || Ok(None::<u32>)).run(async || Ok(0_u32));
    for n in 1..1_000_u32 {
        last = p.step(&n.to_string()).done_if(async || Ok(None::<u32>)).needs(last).run(async |n| Ok(*n + 1));
    }
    let sim = Sim::new();
    let mut run = std::pin::pin!(p.run(&NoClock));
    assert!(crate::support::poll_at_most(&sim, 7, run.as_mut()).is_none());
    assert_eq!(*block(run).unwrap().output(last).unwrap(), 999);
}

#[test]
fn a_check_finds_what_its_step_makes() {
    let mut p: Pipeline<'_> = Pipeline::new("typed");
    p.step("rows").done_if(async || Ok(Some(1_u8))).run(async || Ok(1_u64));
    let error = p.check().unwrap_err();
    let mistake = PlanErrorKind::CheckOfOtherType { step: "rows".into(), expected: "u64", found: "u8" };
    assert_eq!(error.mistakes(), [mistake]);
    assert!(error.to_string().ends_with("step `rows` is of type `u64`, and its `done_if` finds a value of type `u8`"));
    assert_eq!(block(p.run(&NoClock)).unwrap_err().mistakes().len(), 1);
}

#[test]
fn a_step_that_was_never_added_leaves_no_check() {
    let mut p: Pipeline<'_> = Pipeline::new("forgotten");
    drop(p.step("never").done_if(async || Ok(Some(1_u8))));
    let text = p.step("text").run(async || Ok(String::from("made")));
    assert_eq!(*block(p.run(&NoClock)).unwrap().output(text).unwrap(), "made");
}

#[test]
fn checks_and_given_results_may_stay_on_one_thread() {
    let mut p: LocalPipeline<'_> = LocalPipeline::new("local");
    let one = p.step("one").done_if(async || Ok(Some(Rc::new(1)))).run(async || Ok(Rc::new(0)));
    let two = p.step("two").run(async || Ok(Rc::new(0)));
    let sum = p.step("sum").needs((one, two)).run(async |one, two| Ok(**one + **two));
    assert_eq!(*block(p.runner().given(two, Rc::new(2)).run(&NoClock)).unwrap().output(sum).unwrap(), 3);
}

#[test]
fn a_run_with_checks_is_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut p: Pipeline<'_> = Pipeline::new("sent");
    p.step("one").done_if(async || Ok(Some(1))).run(async || Ok(0));
    assert!(block(is_send(p.run(&NoClock))).unwrap().is_success());
    assert_eq!(block(is_send(p.runner().explain(&NoClock))).unwrap().starts().count(), 0);
}
