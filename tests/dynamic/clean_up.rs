//! Steps that run whatever came of their needs.

use rungs::{CancelToken, Cause, OnFailure, Out, Pipeline, Status, Unmet};

use crate::support::{Clock, Log, Sim, drive, fate, fates, ms};

/// What came of a need, in a form to compare.
fn came<T: Copy, E>(need: Result<Out<T>, Unmet<E>>) -> Result<T, Cause> {
    need.map(|result| *result).map_err(|unmet| unmet.cause())
}

/// Waits in a way that the run cannot see, and then succeeds.
async fn takes(clock: &Clock, span: u64) -> Result<u64, &'static str> {
    clock.sleep(ms(span)).await;
    Ok(span)
}

#[test]
fn when_all_done_waits_for_all_and_learns_what_came_of_each() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("tidy");
    let good = p.step("good").run(|| takes(&clock, 30));
    let bad = p.step("bad").run(|| async { Err::<u64, _>("no") });
    let behind = p.step("behind").needs(bad).run(|n| async move { Ok(*n) });
    let told = p
        .step("tidy")
        .needs((good, bad, behind))
        .when_all_done()
        .run(|good, bad, behind| async move { Ok((came(good), came(bad), came(behind))) });
    p.step("next").needs(told).run(|_| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    let lost = Cause::Dependency { root: bad.id(), via: bad.id() };
    assert_eq!(*report.output(told).unwrap(), (Ok(30), Err(Cause::Failed), Err(lost)));
    assert_eq!(fate(report.get("tidy").unwrap()), "tidy success 30..30");
    assert_eq!(report.get("next").unwrap().status(), Status::Success);
    assert_eq!(report.exit_code(), 1, "tidying up does not undo a failure");
}

#[test]
fn a_fan_in_of_whatever_came() {
    let mut p = Pipeline::with_error::<&str>("tidy");
    let parts: Vec<_> = (0..10_u32)
        .map(|n| p.step(&n.to_string()).run(move || async move { if n % 3 == 0 { Err("third") } else { Ok(n) } }))
        .collect();
    let sum = p.step("sum").needs(parts).when_all_done().run(|parts: Vec<Result<Out<u32>, Unmet<_>>>| async move {
        Ok((parts.len(), parts.iter().flatten().map(|n| **n).sum::<u32>()))
    });
    let report = crate::support::block(p.run(&rungs::NoClock)).unwrap();
    assert_eq!(*report.output(sum).unwrap(), (10, 27));
}

#[test]
fn when_any_failed_runs_only_then() {
    for fails in [false, true] {
        let sim = Sim::new();
        let clock = sim.clock();
        let mut p = Pipeline::with_error::<&str>("alarm");
        let a = p.step("a").run(|| takes(&clock, 5));
        let b = p.step("b").run(move || async move { if fails { Err("no") } else { Ok(7) } });
        let alarm = p.step("alarm").needs((a, b)).when_any_failed().run(|a, b| async move { Ok((came(a), came(b))) });
        p.step("after the alarm").needs(alarm).run(|_| async { Ok(()) });
        let report = drive(&sim, p.run(&clock)).unwrap();
        if fails {
            assert_eq!(*report.output(alarm).unwrap(), (Ok(5), Err(Cause::Failed)));
            assert_eq!(fate(report.get("alarm").unwrap()), "alarm success 5..5");
        } else {
            let fates = fates(&report);
            assert_eq!(fates[2], "alarm skipped: not needed");
            assert_eq!(fates[3], "after the alarm skipped: `alarm` was skipped");
            assert_eq!(report.exit_code(), 0);
        }
    }
}

#[test]
fn any_failed_sees_skipped_and_cancelled_needs_but_not_needless_ones() {
    let sim = Sim::new();
    let clock = sim.clock();
    let log = Log::new();
    let mut p = Pipeline::with_error::<&str>("timers");
    let bad = p.step("bad").optional().run(|| async { Err::<u64, _>("no") });
    let skipped = p.step("skipped").needs(bad).skip_on_error().run(|_| async { Ok(()) });
    p.step("alarm").needs(skipped).when_any_failed().run(|_| async { Ok(log.write("alarm")) });
    let good = p.step("good").run(|| takes(&clock, 1));
    let needless = p.step("needless").needs(good).when_any_failed().run(|_| async { Ok(()) });
    p.step("quiet").needs(needless).when_any_failed().run(|_| async { Ok(log.write("quiet")) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.get("quiet").unwrap().cause(), Some(Cause::NotNeeded));
    drop(p);
    assert_eq!(log.lines(), ["alarm"]);
}

#[test]
fn clean_up_runs_though_all_that_it_is_for_was_skipped() {
    let mut p = Pipeline::with_error::<&str>("skipped");
    let bad = p.step("bad").optional().run(|| async { Err::<u64, _>("no") });
    let [a, b] = ["a", "b"].map(|name| p.step(name).needs(bad).skip_on_error().run(|_| async { Ok(1_u64) }));
    let c = p.step("c").needs(b).run(|_| async { Ok(1_u64) });
    let tidy = p
        .step("tidy")
        .needs((a, b, c))
        .when_all_done()
        .run(|a, b, c| async move { Ok([came(a), came(b), came(c)].iter().filter(|came| came.is_err()).count()) });
    let report = crate::support::block(p.run(&rungs::NoClock)).unwrap();
    assert_eq!((report.count(Status::Skipped), *report.output(tidy).unwrap(), report.exit_code()), (3, 3, 0));
}

/// A slow step, what waits for it, and clean-up steps of both kinds that take their time.
fn tidied<'c>(clock: &'c Clock) -> Pipeline<'c, &'static str> {
    let mut p = Pipeline::with_error::<&str>("tidied");
    p.step("bad").run(|| async {
        clock.sleep(ms(10)).await;
        Err::<(), _>("no")
    });
    let slow = p.step("slow").run(|| takes(clock, 50));
    let next = p.step("next").needs(slow).run(|_| takes(clock, 5));
    p.step("tidy").needs((slow, next)).when_all_done().timeout(ms(20)).retries(1).run_with(
        move |cx, slow, next| async move {
            clock.sleep(ms(5)).await;
            assert!(next.is_err());
            if cx.attempt() == 1 { Err("once more") } else { Ok(slow.is_ok()) }
        },
    );
    p.step("alarm").needs(next).when_any_failed().run(|_| takes(clock, 5));
    p
}

#[test]
fn clean_up_runs_after_a_drain_with_its_own_retries() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = tidied(&clock);
    let report = drive(&sim, p.runner().on_failure(OnFailure::Drain).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad failed 0..10: no",
            "slow success 0..50",
            "next skipped: stopped after `bad` failed",
            "tidy success x2 50..60",
            "alarm success 10..15",
        ],
    );
    assert!(*report.output_named::<bool>("tidy").unwrap());
}

#[test]
fn clean_up_runs_after_a_cancel_and_after_the_runs_deadline() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = tidied(&clock);
    let report = drive(&sim, p.runner().on_failure(OnFailure::Cancel).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad failed 0..10: no",
            "slow cancelled 0..10: stopped after `bad` failed",
            "next skipped: stopped after `bad` failed",
            "tidy success x2 10..20",
            "alarm success 10..15",
        ],
    );
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = tidied(&clock);
    let report = drive(&sim, p.runner().deadline(ms(4)).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad cancelled 0..4: the run's deadline passed",
            "slow cancelled 0..4: the run's deadline passed",
            "next skipped: the run's deadline passed",
            "tidy success x2 4..14",
            "alarm success 4..9",
        ],
    );
    assert_eq!(report.exit_code(), 2);
}

#[test]
fn clean_up_keeps_its_own_time_limits() {
    let sim = Sim::new();
    let clock = sim.clock();
    let token = CancelToken::new();
    let mut p = Pipeline::with_error::<&str>("slow tidying");
    let first = p.step("first").run(|| async { Ok(token.cancel()) });
    p.step("tidy").after(first).when_all_done().timeout(ms(10)).run(|| takes(&clock, 100));
    let report = drive(&sim, p.runner().cancel(&token).run(&clock)).unwrap();
    assert_eq!(fates(&report), ["first success 0..0", "tidy failed 0..10: timed out"]);
}

#[test]
fn the_run_gives_clean_up_steps_without_a_limit_a_deadline() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("tidy");
    let bad = p.step("bad").run(|| async { Err::<(), _>("no") });
    p.step("hangs").after(bad).when_all_done().run(|| takes(&clock, 1_000));
    p.step("alarm").after(bad).when_any_failed().run(|| takes(&clock, 1_000));
    p.step("slow").after(bad).when_all_done().deadline(ms(30)).run(|| takes(&clock, 20));
    p.step("retried").after(bad).when_all_done().timeout(ms(8)).retries(1).run(|| takes(&clock, 1_000));
    p.step("no clean-up").run(|| takes(&clock, 25));
    let report = drive(&sim, p.runner().clean_up_deadline(ms(10)).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad failed 0..0: no",
            "hangs failed 0..10: deadline exceeded",
            "alarm failed 0..10: deadline exceeded",
            "slow success 0..20",
            "retried failed x2 0..16: timed out",
            "no clean-up success 0..25",
        ],
    );
}
