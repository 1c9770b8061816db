//! What a need that did not succeed does to those that wait for it.

use rungs::{Cause, NoClock, Pipeline, Status, StepError};

use crate::support::{Clock, Count, Sim, block, drive, fates, give_way, ms};

async fn fails(clock: &Clock, at: u64) -> Result<u8, &'static str> {
    clock.sleep(ms(at)).await;
    Err("broken")
}

#[test]
fn a_failed_need_fails_with_root_and_way() {
    let sim = Sim::new();
    let clock = sim.clock();
    let calls = Count::new();
    let mut p = Pipeline::with_error::<&str>("chain");
    let a = p.step("a").run(|| fails(&clock, 10));
    let b = p.step("b").needs(a).run(|_| async { Ok(calls.raise()) });
    let c = p.step("c").after(b).run(|| async { Ok(calls.raise()) });
    p.step("d").needs((b, c)).retries(5).run(|_, _| async { Ok(calls.raise()) });
    p.step("apart").run(|| async { Ok(clock.sleep(ms(20)).await) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "a failed 0..10: broken",
            "b failed: `a` failed",
            "c failed: `a` failed, through `b`",
            "d failed: `a` failed, through `b`",
            "apart success 0..20",
        ],
    );
    let step = report.get("c").unwrap();
    let (root, via) = (a.id(), b.id());
    assert_eq!(step.error(), Some(StepError::Dependency { root, via }));
    assert_eq!(step.cause(), Some(Cause::Dependency { root, via }));
    assert_eq!((step.attempts(), step.started_at()), (0, None));
    assert_eq!(report.exit_code(), 1);
    drop(p);
    assert_eq!(calls.get(), 0);
}

#[test]
fn a_step_ends_with_its_first_failed_need() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("first");
    let slow = p.step("slow").run(|| async { Ok(clock.sleep(ms(100)).await) });
    let late = p.step("late").run(|| fails(&clock, 50));
    let early = p.step("early").run(|| fails(&clock, 10));
    p.step("next").needs((slow, late, early)).run(|_, _, _| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    let next = report.get("next").unwrap();
    assert_eq!(next.reason().unwrap().to_string(), "`early` failed");
    assert_eq!(next.finished_at(), Some(rungs::Instant::ZERO + ms(10)));
}

#[test]
fn of_needs_that_fail_together_the_first_named_is_the_cause() {
    // One poll of the run finds both woken.
    let fails = || async {
        give_way().await;
        Err::<(), _>("broken")
    };
    let mut p = Pipeline::with_error::<&str>("tie");
    let a = p.step("a").run(fails);
    let b = p.step("b").run(fails);
    p.step("next").needs((b, a)).run(|_, _| async { Ok(()) });
    let report = block(p.run(&NoClock)).unwrap();
    assert_eq!(report.get("next").unwrap().reason().unwrap().to_string(), "`b` failed");
}

#[test]
fn skip_on_error_skips_and_those_behind_it_are_skipped() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("skips");
    let bad = p.step("bad").run(|| fails(&clock, 1));
    let skipped = p.step("skipped").needs(bad).skip_on_error().run(|_| async { Ok(()) });
    p.step("behind").needs(skipped).run(|_| async { Ok(()) });
    p.step("far").after_named(["behind"]).skip_on_error().run(|| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad failed 0..1: broken",
            "skipped skipped: `bad` failed",
            "behind skipped: `bad` failed, through `skipped`",
            "far skipped: `bad` failed, through `behind`",
        ],
    );
    assert_eq!(report.get("skipped").unwrap().error(), None);
}

#[test]
fn an_optional_steps_failure_does_not_count() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("optional");
    let bad = p.step("bad").optional().run(|| fails(&clock, 1));
    p.step("skipped").needs(bad).skip_on_error().run(|_| async { Ok(()) });
    let report = drive(&sim, p.runner().on_failure(rungs::OnFailure::Cancel).run(&clock)).unwrap();
    assert_eq!(report.get("bad").unwrap().status(), Status::Failed);
    assert!(!report.get("bad").unwrap().is_required());
    assert_eq!((report.exit_code(), report.is_success()), (0, true));
    // A required step that needs it without a word fails with it.
    p.step("required").needs(bad).run(|_| async { Ok(()) });
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(report.exit_code(), 1);
}

/// Its needs end together: one was skipped for a failure, and the other failed for it.
#[test]
fn a_step_below_a_skipped_and_a_failed_one_ends_as_the_first_of_them_did() {
    for failed_first in [false, true] {
        let mut p = Pipeline::with_error::<&str>("diamond");
        let bad = p.step("bad").run(|| async { Err::<u8, _>("no") });
        let off = p.step("off").run(|| async { Err::<u8, _>("off") });
        let skipped = p.step("skipped").needs((bad, off)).skip_on_error().run(|_, _| async { Ok(()) });
        let failed = p.step("failed").needs(bad).run(|_| async { Ok(()) });
        let needs = if failed_first { (failed, skipped) } else { (skipped, failed) };
        p.step("last").needs(needs).run(|_, _| async { Ok(()) });
        let report = block(p.run(&NoClock)).unwrap();
        let last = report.get("last").unwrap();
        let expected = if failed_first { Status::Failed } else { Status::Skipped };
        assert_eq!((last.status(), report.exit_code()), (expected, 1), "{report}");
        assert_eq!(report.count(Status::Pending), 0);
    }
}
