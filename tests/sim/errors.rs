//! Runs that cannot come to their end.

use rungs::{
    BoxError, CancelToken, Pipeline,
    sim::{Sim, SimError},
};
use std::{
    future::{pending, poll_fn},
    task::Poll,
    thread,
    time::Duration,
};

#[test]
fn a_wrong_plan_is_an_error() {
    let sim = Sim::new();
    let mut p = Pipeline::new("twice");
    p.step("a").run(|| async { Ok(()) });
    p.step("a").run(|| async { Ok(()) });
    assert!(matches!(sim.run(p.runner()), Err(SimError::Run(_))));
}

#[test]
fn what_nothing_wakes_is_named() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::new("stuck");
    p.step("fine").run(|| async {
        clock.sleep(Duration::from_secs(3)).await;
        Ok(())
    });
    p.step("socket").run(pending::<Result<(), BoxError>>);
    p.step("pipe").run(pending::<Result<(), BoxError>>);
    let error = sim.run(p.runner()).unwrap_err();
    assert_eq!(error.to_string(), "stuck at 3s: no deadline is left, and nothing wakes `socket`, `pipe`");
}

/// The simulation does not wait for the thread: the timeout passes at once.
#[test]
fn real_time_under_a_timeout_times_out() {
    let sim = Sim::new();
    let mut p = Pipeline::new("real");
    p.step("io").timeout(Duration::from_secs(60)).run(pending::<Result<(), BoxError>>);
    let report = sim.run(p.runner()).unwrap();
    assert_eq!((report.exit_code(), report.duration()), (1, Duration::from_secs(60)));
}

#[test]
fn a_wake_from_another_thread_is_told() {
    let sim = Sim::new();
    let mut p = Pipeline::new("threads");
    p.step("foreign").run(|| {
        let mut has_waited = false;
        poll_fn(move |cx| {
            if has_waited {
                return Poll::Ready(Ok(()));
            }
            has_waited = true;
            let waker = cx.waker().clone();
            thread::spawn(move || waker.wake()).join().unwrap();
            Poll::Pending
        })
    });
    let error = sim.run(p.runner()).unwrap_err();
    assert_eq!(error.to_string(), "another thread woke the run, in which these were in flight: `foreign`");
}

#[test]
fn a_step_that_wakes_itself_for_ever_is_told() {
    let sim = Sim::new();
    let mut p = Pipeline::new("endless");
    p.step("busy").run(|| {
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<Result<(), BoxError>>::Pending
        })
    });
    assert!(matches!(sim.run(p.runner()), Err(SimError::Endless { steps, .. }) if steps == ["busy"]));
}

/// A pipeline can be run again, in the same simulation or in another.
#[test]
fn a_pipeline_survives_a_simulation_that_fails() {
    let token = CancelToken::new();
    let mut p = Pipeline::new("again");
    p.step("waits").run(pending::<Result<(), BoxError>>);
    assert!(Sim::new().run(p.runner()).is_err());
    token.cancel();
    let report = Sim::new().run(p.runner().cancel(&token)).unwrap();
    assert_eq!(report.exit_code(), 2);
}
