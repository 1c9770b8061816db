//! Attempts: how many, and exactly when.

use rungs::{Backoff, CancelToken, Jitter, Pipeline, Retry, Settings, Status};

use crate::support::{Log, Sim, drive, fates, ms};

/// When the attempts of a step that always fails after `each` ms were started.
fn attempts(retries: u32, each: u64, backoff: Backoff<'_>, seed: u64) -> Vec<u64> {
    let sim = Sim::new();
    let clock = sim.clock();
    let log = Log::new();
    let mut p = Pipeline::with_error::<&str>("attempts");
    p.defaults(Settings::DEFAULT.backoff(backoff));
    p.step("step").retries(retries).run(|| async {
        log.write((rungs::Timer::now(&clock).as_nanos() / 1_000_000).to_string());
        clock.sleep(ms(each)).await;
        Err::<(), _>("no")
    });
    let report = drive(&sim, p.runner().seed(seed).run(&clock)).unwrap();
    let step = report.get("step").unwrap();
    assert_eq!((step.status(), step.attempts(), step.retries()), (Status::Failed, retries + 1, retries));
    drop(p);
    log.lines().iter().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn without_a_backoff_at_once() {
    assert_eq!(attempts(3, 0, Backoff::NONE, 0), [0, 0, 0, 0]);
    assert_eq!(attempts(2, 5, Backoff::NONE, 0), [0, 5, 10]);
    assert_eq!(attempts(0, 5, Backoff::fixed(ms(9)), 0), [0]);
}

#[test]
fn delays_are_exact() {
    assert_eq!(attempts(3, 5, Backoff::fixed(ms(10)), 0), [0, 15, 30, 45]);
    assert_eq!(attempts(4, 0, Backoff::exponential(ms(10)), 0), [0, 10, 30, 70, 150]);
    assert_eq!(attempts(4, 1, Backoff::exponential(ms(10)).cap(ms(25)), 0), [0, 11, 32, 58, 84]);
    assert_eq!(attempts(3, 0, Backoff::exponential(ms(2)).factor(10), 0), [0, 2, 22, 222]);
    assert_eq!(attempts(3, 0, Backoff::exponential(ms(8)).factor_permille(1_500), 0), [0, 8, 20, 38]);
    assert_eq!(attempts(3, 1, Backoff::linear(ms(10)).cap(ms(25)), 0), [0, 11, 32, 58]);
    // A delay of zero among others: that retry starts at once.
    assert_eq!(attempts(3, 1, Backoff::custom(|retry| ms(10 * u64::from(retry % 2))), 0), [0, 11, 12, 23]);
}

#[test]
fn a_capped_delay_stays_the_same_for_a_hundred_retries() {
    let backoff = Backoff::exponential(ms(1_000)).cap(ms(10));
    assert_eq!(attempts(100, 0, backoff, 0), (0..=100).map(|retry| retry * 10).collect::<Vec<_>>());
}

#[test]
fn each_step_has_its_own_number_of_retries() {
    let mut p = Pipeline::with_error::<&str>("shared");
    for n in 0..50 {
        p.step(&n.to_string())
            .retries(4)
            .run_with(|cx| async move { if cx.attempt() < 5 { Err("once more") } else { Ok(()) } });
    }
    let run = p.runner().on_failure(rungs::OnFailure::Cancel);
    let report = crate::support::block(run.run(&rungs::NoClock)).unwrap();
    assert_eq!((report.exit_code(), report.count(Status::Success)), (0, 50));
    assert!(report.steps().all(|step| step.attempts() == 5), "{report}");
}

#[test]
fn retries_are_exact_up_to_the_most() {
    const MOST: u32 = Settings::MAX_RETRIES;
    for retries in [65_534, 65_535, 65_536, MOST] {
        assert_eq!(attempts_at_once(Settings::DEFAULT.retries(retries), u32::MAX), (retries + 1, retries + 1));
    }
}

#[test]
fn a_step_that_is_retried_forever_counts_to_the_last_number() {
    let last = 262_143;
    let forever = Settings::DEFAULT.retry_forever();
    assert_eq!(attempts_at_once(forever, last - 1), (last - 1, last - 1));
    assert_eq!(attempts_at_once(forever, last + 10), (last, last));
}

/// How many attempts of a step the report tells, and the number of the last one in its own context. The step fails
/// until its attempt number `succeeds_at`.
fn attempts_at_once(settings: Settings<'static>, succeeds_at: u32) -> (u32, u32) {
    let (mut tries, mut last) = (0, 0);
    let mut p = Pipeline::with_error::<&str>("patient");
    p.step("step").settings(settings).run_with(|cx| {
        tries += 1;
        last = cx.attempt();
        let succeeds = tries == succeeds_at;
        async move { if succeeds { Ok(()) } else { Err("not yet") } }
    });
    let report = futures_lite::future::block_on(p.run(&rungs::NoClock)).unwrap();
    let step = report.get("step").unwrap();
    assert_eq!(step.status() == Status::Success, succeeds_at < u32::MAX);
    let attempts = step.attempts();
    drop((report, p));
    (attempts, last)
}

#[test]
fn more_retries_than_are_counted_are_an_error_of_the_plan() {
    for retries in [Settings::MAX_RETRIES + 1, 262_143, u32::MAX] {
        let mut p: Pipeline<'_> = Pipeline::new("too patient");
        p.step("a").retries(retries).run(async || Ok(()));
        p.step("b").retry_forever().run(async || Ok(()));
        let told = p.check().unwrap_err().to_string();
        assert_eq!(
            told,
            "pipeline `too patient` cannot run, 1 mistake:\n\
             - step `a` has more than 200,000 retries: call `retry_forever()` instead",
        );
    }
}

#[test]
fn the_last_number_of_attempts_is_shown_as_one_of_many() {
    let token = CancelToken::new();
    let mut tries = 0_u32;
    let mut p = Pipeline::with_error::<&str>("many");
    p.step("endless").retry_forever().run(|| {
        tries += 1;
        if tries == 262_200 {
            token.cancel();
        }
        async { Err::<(), _>("no") }
    });
    let mut last = String::new();
    let run = p.runner().cancel(&token).on_event(|event| {
        if matches!(event.kind, rungs::EventKind::Started) {
            last = event.to_string();
        }
    });
    let report = futures_lite::future::block_on(run.run(&rungs::NoClock)).unwrap();
    assert_eq!(last, "endless: attempt 262,143+");
    let table = report.to_string();
    assert!(table.contains("endless  cancelled  262,143+ "), "{table}");
    assert_eq!(report.get("endless").unwrap().attempts(), 262_143);
}

#[test]
fn a_step_that_is_retried_forever_ends_by_a_stop() {
    let (sim, token) = (Sim::new(), CancelToken::new());
    let clock = sim.clock();
    let mut tries = 0_u32;
    let mut p = Pipeline::with_error::<&str>("forever");
    p.defaults(Settings::DEFAULT.retry_forever());
    p.step("once").retries(0).run(|| async { Err::<(), _>("no") });
    // It never waits, so the run looks for a stop between its attempts.
    p.step("endless").run(|| {
        tries += 1;
        if tries == 70_000 {
            token.cancel();
        }
        async { Err::<(), _>("no") }
    });
    let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        ["once failed 0..0: no", "endless cancelled x70000 0..0: the run was cancelled; last error: no"],
    );
    drop((report, p));
    assert_eq!(tries, 70_000);
}

#[test]
fn the_last_delay_of_a_list_repeats() {
    let delays = [ms(5), ms(1), ms(20)];
    assert_eq!(attempts(5, 0, Backoff::list(&delays), 0), [0, 5, 6, 26, 46, 66]);
    assert_eq!(attempts(2, 0, Backoff::list(&[]), 0), [0, 0, 0]);
}

#[test]
fn jitter_comes_from_the_seed_alone() {
    let backoff = Backoff::fixed(ms(1_000)).jitter(Jitter::Full);
    assert_eq!(attempts(5, 0, backoff, 1), attempts(5, 0, backoff, 1));
    assert_ne!(attempts(5, 0, backoff, 1), attempts(5, 0, backoff, 2));
}

#[test]
fn two_steps_of_one_run_do_not_share_their_jitter() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("twins");
    for name in ["a", "b"] {
        let backoff = Backoff::fixed(ms(1_000_000)).jitter(Jitter::Full);
        p.step(name).retries(1).backoff(backoff).run(|| async { Err::<(), _>("no") });
    }
    let report = drive(&sim, p.runner().seed(7).run(&clock)).unwrap();
    assert_ne!(report.get("a").unwrap().duration(), report.get("b").unwrap().duration());
}

#[test]
fn a_borrowed_list_of_delays() {
    let delays = vec![ms(3), ms(4)];
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("borrowed");
    let n = p
        .step("n")
        .retries(9)
        .backoff(Backoff::list(&delays))
        .run_with(|cx| async move { if cx.attempt() < 4 { Err("no") } else { Ok(cx.attempt()) } });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(*report.output(n).unwrap(), 4);
    assert_eq!(fates(&report), ["n success x4 0..11"]);
}

#[test]
fn retry_if_says_whether_and_when() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_code::<u64>("judged");
    let judge = |&error: &u64| match error {
        1 => Retry::Yes,
        2 => Retry::After(ms(100)),
        _ => Retry::No,
    };
    p.step("step")
        .retries(5)
        .backoff(Backoff::fixed(ms(10)))
        .retry_if(judge)
        .run_with(|cx| async move { Err::<(), _>(u64::from(cx.attempt())) });
    p.step("bool")
        .retries(5)
        .retry_if(|&error| error < 3)
        .run_with(|cx| async move { Err::<(), _>(cx.attempt().into()) });
    p.step("spent").retries(1).retry_if(|_| Retry::After(ms(7))).run(|| async { Err::<(), _>(9) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["step failed x3 0..110: 3", "bool failed x3 0..0: 3", "spent failed x2 0..7: 9"]);
}

#[test]
fn retry_after_without_a_clock_is_at_once() {
    let mut p = Pipeline::with_error::<&str>("no clock");
    p.step("step").retries(2).retry_if(|_| Retry::After(ms(7))).run(|| async { Err::<(), _>("no") });
    let report = crate::support::block(p.run(&rungs::NoClock)).unwrap();
    assert_eq!(report.get("step").unwrap().attempts(), 3);
}

#[test]
fn retry_if_is_not_asked_about_time_limits() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("slow");
    p.step("slow").retries(2).timeout(ms(5)).retry_if(|_| -> bool { panic!("asked") }).run(|| async {
        clock.sleep(ms(100)).await;
        Ok(())
    });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(fates(&report), ["slow failed x3 0..15: timed out"]);
}

#[test]
fn needs_are_kept_for_further_attempts() {
    let mut p = Pipeline::with_error::<&str>("again");
    let text = p.step("text").run(|| async { Ok("same".to_string()) });
    let got = p
        .step("got")
        .needs(text)
        .retries(3)
        .run_with(|cx, text| async move { if cx.attempt() < 4 { Err("no") } else { Ok(text) } });
    let report = crate::support::block(p.run(&rungs::NoClock)).unwrap();
    assert_eq!(**report.output(got).unwrap(), "same");
}

#[test]
fn a_step_knows_its_names() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p: Pipeline<'_, &str> = Pipeline::with_error("named");
    p.step("first").run(async || Ok(()));
    let second = p.step("second").run_with(async |cx| Ok((cx.pipeline().to_string(), cx.name().to_string(), cx.id())));
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(*report.output(second).unwrap(), ("named".into(), "second".into(), second.id()));
}
