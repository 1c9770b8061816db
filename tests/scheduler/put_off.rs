//! Starts that a driver puts off.

use rungs::scheduler::{Action, Outcome, Scheduler, Verdict};
use rungs::{Cause, Instant, Retry, Status, Stop};

use crate::layout::{Buffers, Layout, id};
use crate::oracle::Case;
use crate::oracle::build::{case, never, ok, step};

const fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

/// Runs a case by hand.
fn run(case: &Case, play: impl FnOnce(&mut Scheduler<'_>)) {
    let layout = Layout::new(case);
    play(&mut layout.run(&mut Buffers::default(), at(0)));
}

/// What is known of a step: its status, its attempts, and when it started.
fn known(run: &Scheduler<'_>, step: usize) -> (Status, u32, Option<Instant>) {
    run.state(id(step)).map(|state| (state.status(), state.attempts(), state.started_at())).unwrap()
}

#[test]
fn a_start_that_is_put_off_was_none() {
    run(&case([step([ok(1)]).timeout(5), step([ok(1)])]).limit(1), |run| {
        assert_eq!(run.poll_action(at(0)), Some(Action::Start(id(0))));
        run.put_off(id(0), at(0));
        assert_eq!((known(run, 0), run.in_flight()), ((Status::Pending, 0, None), 0));
        // Its permit is free, and its timeout does not run.
        assert_eq!(run.poll_action(at(0)), Some(Action::Start(id(1))));
        assert_eq!((run.poll_action(at(50)), run.poll_deadline()), (None, None));
        run.put_on(id(0));
        assert_eq!(run.poll_action(at(60)), None, "it waits for the permit, as any other");
        run.handle_outcome(id(1), Outcome::Success, at(70));
        assert_eq!(run.poll_action(at(70)), Some(Action::Start(id(0))));
        assert_eq!(known(run, 0), (Status::Running, 1, Some(at(70))));
        assert_eq!(run.poll_deadline(), Some(at(75)));
        run.handle_outcome(id(0), Outcome::Success, at(71));
        assert!(run.has_ended());
    });
}

#[test]
fn a_retry_that_is_put_off_has_its_deadline() {
    run(&case([step([never()]).retries(3).deadline(10)]), |run| {
        assert_eq!(run.poll_action(at(0)), Some(Action::Start(id(0))));
        assert_eq!(run.handle_outcome(id(0), Outcome::Failed(Retry::Yes), at(2)), Verdict::Retry(at(2)));
        assert_eq!(run.poll_action(at(2)), Some(Action::Start(id(0))));
        run.put_off(id(0), at(2));
        assert_eq!(known(run, 0), (Status::Running, 1, Some(at(0))));
        assert_eq!((run.poll_action(at(2)), run.poll_deadline()), (None, Some(at(10))));
        assert_eq!(run.poll_action(at(10)), Some(Action::Ended(id(0))));
        assert_eq!(run.state(id(0)).and_then(|state| state.cause()), Some(Cause::Failed));
        assert!(run.has_ended());
    });
}

#[test]
fn a_step_that_is_put_off_keeps_the_start_of_its_first_attempt() {
    run(&case([step([never()]).retries(1)]), |run| {
        assert_eq!(run.poll_action(at(5)), Some(Action::Start(id(0))));
        run.put_off(id(0), at(5));
        assert_eq!(known(run, 0), (Status::Pending, 0, None));
        run.put_on(id(0));
        assert_eq!(run.poll_action(at(7)), Some(Action::Start(id(0))));
        run.handle_outcome(id(0), Outcome::Failed(Retry::Yes), at(8));
        assert_eq!(run.poll_action(at(9)), Some(Action::Start(id(0))));
        run.put_off(id(0), at(9));
        assert_eq!(known(run, 0), (Status::Running, 1, Some(at(7))));
    });
}

#[test]
fn a_stop_ends_what_is_put_off() {
    run(&case([step([ok(1)]), step([never()]).retries(1)]), |run| {
        assert_eq!(run.poll_action(at(0)), Some(Action::Start(id(0))));
        run.put_off(id(0), at(0));
        assert_eq!(run.poll_action(at(0)), Some(Action::Start(id(1))));
        run.handle_outcome(id(1), Outcome::Failed(Retry::Yes), at(1));
        assert_eq!(run.poll_action(at(1)), Some(Action::Start(id(1))));
        run.put_off(id(1), at(1));
        run.handle_stop(Stop::Drain);
        assert_eq!(run.poll_action(at(3)), Some(Action::Ended(id(0))));
        assert_eq!(run.poll_action(at(3)), Some(Action::Ended(id(1))));
        assert_eq!((known(run, 0), known(run, 1)), ((Status::Skipped, 0, None), (Status::Cancelled, 1, Some(at(0)))));
        assert!(run.has_ended());
        // Too late for either.
        run.put_on(id(0));
        run.put_off(id(1), at(4));
        assert_eq!(known(run, 0).0, Status::Skipped);
    });
}

#[test]
fn only_an_attempt_in_flight_can_be_put_off() {
    run(&case([step([ok(1)]), step([ok(1)]).needs([0])]), |run| {
        run.put_off(id(1), at(0));
        run.put_on(id(1));
        run.put_on(id(7));
        assert_eq!(run.poll_action(at(0)), Some(Action::Start(id(0))));
        assert_eq!(run.poll_action(at(0)), None);
        run.handle_outcome(id(0), Outcome::Success, at(1));
        assert_eq!(run.poll_action(at(1)), Some(Action::Start(id(1))));
    });
}
