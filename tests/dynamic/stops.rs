//! What the failure of a required step and the run's deadline do to the others.

use rungs::{Backoff, Cause, OnFailure, Pipeline, Status, StepError};

use crate::support::{Clock, Count, Sim, drive, fates, ms};

/// One step in each state at 10 ms, when `bad` fails.
fn one_of_each<'c>(clock: &'c Clock, alive: &'c Count) -> Pipeline<'c, &'static str> {
    let mut p = Pipeline::with_error::<&str>("one of each");
    p.step("bad").retries(1).run(|| async {
        clock.sleep(ms(5)).await;
        Err::<(), _>("no")
    });
    let done = p.step("done").run(|| async { Ok(clock.sleep(ms(5)).await) });
    let running = p.step("running").needs(done).run(|_| async {
        let _alive = alive.guard();
        clock.sleep(ms(20)).await;
        Ok(())
    });
    p.step("will fail").retries(3).run(|| async {
        clock.sleep(ms(30)).await;
        Err::<(), _>("later")
    });
    p.step("in backoff").retries(3).backoff(Backoff::fixed(ms(20))).run(|| async { Err::<(), _>("its last") });
    p.step("waiting").needs(running).run(|_| async { Ok(()) });
    p
}

#[test]
fn without_a_word_the_others_go_on() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = one_of_each(&clock, &alive);
    let report = drive(&sim, p.run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad failed x2 0..10: no",
            "done success 0..5",
            "running success 5..25",
            "will fail failed x4 0..120: later",
            "in backoff failed x4 0..60: its last",
            "waiting success 25..25",
        ],
    );
}

#[test]
fn drain_lets_attempts_in_flight_end() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = one_of_each(&clock, &alive);
    let report = drive(&sim, p.runner().on_failure(OnFailure::Drain).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad failed x2 0..10: no",
            "done success 0..5",
            "running success 5..25",
            "will fail cancelled 0..30: stopped after `bad` failed; last error: later",
            "in backoff cancelled 0..10: stopped after `bad` failed; last error: its last",
            "waiting skipped: stopped after `bad` failed",
        ],
    );
    assert_eq!(report.get("in backoff").unwrap().error(), Some(StepError::Failed(&"its last")));
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn cancel_ends_them() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = one_of_each(&clock, &alive);
    let report = drive(&sim, p.runner().on_failure(OnFailure::Cancel).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad failed x2 0..10: no",
            "done success 0..5",
            "running cancelled 5..10: stopped after `bad` failed",
            "will fail cancelled 0..10: stopped after `bad` failed",
            "in backoff cancelled 0..10: stopped after `bad` failed; last error: its last",
            "waiting skipped: stopped after `bad` failed",
        ],
    );
    assert_eq!(alive.get(), 0);
    assert_eq!(report.duration(), ms(10));
}

#[test]
fn the_runs_deadline_cancels() {
    let (sim, alive) = (Sim::new(), Count::new());
    let clock = sim.clock();
    let mut p = one_of_each(&clock, &alive);
    let report = drive(&sim, p.runner().deadline(ms(7)).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        [
            "bad cancelled x2 0..7: the run's deadline passed; last error: no",
            "done success 0..5",
            "running cancelled 5..7: the run's deadline passed",
            "will fail cancelled 0..7: the run's deadline passed",
            "in backoff cancelled 0..7: the run's deadline passed; last error: its last",
            "waiting skipped: the run's deadline passed",
        ],
    );
    assert_eq!(report.get("running").unwrap().cause(), Some(Cause::RunDeadline));
    assert_eq!(report.exit_code(), 2);
}

#[test]
fn a_failure_through_a_need_or_of_an_optional_step_stops_nothing() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("no stop");
    let bad = p.step("bad").optional().run(|| async { Err::<(), _>("no") });
    p.step("behind").needs(bad).run(|_| async { Ok(()) });
    p.step("again").retries(1).run_with(|cx| async move { if cx.attempt() == 1 { Err("no") } else { Ok(()) } });
    let slow = p.step("slow").run(|| async { Ok(clock.sleep(ms(5)).await) });
    p.step("next").needs(slow).run(|_| async { Ok(()) });
    let report = drive(&sim, p.runner().on_failure(OnFailure::Cancel).run(&clock)).unwrap();
    assert_eq!(report.get("behind").unwrap().status(), Status::Failed);
    assert_eq!(report.count(Status::Success), 3);
}

#[test]
fn a_result_in_the_poll_of_the_stop_counts() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("ties");
    p.step("bad").run(|| async {
        clock.sleep(ms(10)).await;
        Err::<(), _>("no")
    });
    p.step("same moment").run(|| async { Ok(clock.sleep(ms(10)).await) });
    p.step("same deadline").timeout(ms(10)).run(|| async { Ok(clock.sleep(ms(11)).await) });
    let report = drive(&sim, p.runner().on_failure(OnFailure::Cancel).run(&clock)).unwrap();
    assert_eq!(
        fates(&report),
        ["bad failed 0..10: no", "same moment success 0..10", "same deadline failed 0..10: timed out"],
    );
}

#[test]
fn the_first_of_two_failures_is_the_cause() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("two");
    p.step("long").run(|| async { Ok(clock.sleep(ms(20)).await) });
    for (name, at) in [("second", 12), ("first", 10)] {
        let clock = &clock;
        p.step(name).run(move || async move {
            clock.sleep(ms(at)).await;
            Err::<(), _>("no")
        });
    }
    let last = p.step("last").after_named(["long"]).run(|| async { Ok(()) });
    let report = drive(&sim, p.runner().on_failure(OnFailure::Drain).run(&clock)).unwrap();
    assert_eq!(report.get("last").unwrap().cause(), Some(Cause::Stopped { by: rungs::StepId::new(2).unwrap() }));
    assert_eq!(report.output(last).unwrap_err().to_string(), "`last` has no result: stopped after `first` failed");
    assert_eq!(report.count(Status::Failed), 2);
}
