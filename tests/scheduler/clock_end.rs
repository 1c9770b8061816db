//! The end of the clock: `Instant::NEVER` is later than all that happens, and so no limit ever lies there.

use std::time::Duration;

use rungs::scheduler::{Action, Outcome, Scheduler, Verdict};
use rungs::{Cause, Instant, Retry, Status, Stop};

use crate::layout::{Buffers, Layout, id};
use crate::oracle::Case;
use crate::oracle::build::{case, never, ok, step};

const AGAIN: Outcome = Outcome::Failed(Retry::Yes);

/// Runs a case by hand from this time on.
fn run(case: &Case, start: Instant, play: impl FnOnce(&mut Scheduler<'_>)) {
    let layout = Layout::new(case);
    play(&mut layout.run(&mut Buffers::default(), start));
}

#[test]
fn a_clock_at_its_end_stops_no_run_without_a_deadline() {
    let retried = step([ok(1)]).retries(1).delay(5);
    run(&case([retried, step([never()]).timeout(5), step([ok(1)])]), Instant::ZERO, |run| {
        for started in 0..3 {
            assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Start(id(started))));
        }
        assert_eq!(run.handle_outcome(id(0), AGAIN, Instant::ZERO), Verdict::Retry(Instant::from_nanos(5)));
        // The delay and the timeout have passed, and nothing else has.
        assert_eq!(run.poll_action(Instant::NEVER), Some(Action::Abandon(id(1))));
        assert_eq!(run.poll_action(Instant::NEVER), Some(Action::Start(id(0))));
        assert_eq!((run.poll_action(Instant::NEVER), run.poll_deadline()), (None, None));
        assert_eq!(run.handle_outcome(id(1), Outcome::Abandoned, Instant::NEVER), Verdict::Ended);
        assert_eq!(run.handle_outcome(id(2), Outcome::Success, Instant::NEVER), Verdict::Ended);
    });
}

#[test]
fn a_delay_that_is_over_at_the_end_of_the_clock_stops_no_run() {
    run(&case([step([ok(1)]).retries(1).delay(5), step([ok(1)])]), Instant::ZERO, |run| {
        run.poll_action(Instant::ZERO);
        run.poll_action(Instant::ZERO);
        run.handle_outcome(id(0), AGAIN, Instant::ZERO);
        assert_eq!(run.poll_action(Instant::NEVER), Some(Action::Start(id(0))));
        assert_eq!(run.poll_action(Instant::NEVER), None, "the other attempt goes on");
    });
}

#[test]
fn a_run_that_begins_at_the_end_of_the_clock_goes_its_ordinary_way() {
    let limits = step([never()]).timeout(5).deadline(9).retries(2);
    run(&case([step([ok(1)]).retries(1), limits]).run_deadline(7), Instant::NEVER, |run| {
        let now = Instant::NEVER;
        assert_eq!(run.poll_action(now), Some(Action::Start(id(0))));
        assert_eq!(run.poll_action(now), Some(Action::Start(id(1))));
        assert_eq!((run.poll_action(now), run.poll_deadline()), (None, None));
        assert_eq!(run.attempt_limit(id(1), now), None);
        assert_eq!(run.handle_outcome(id(0), AGAIN, now), Verdict::Retry(now), "a retry at once is due at once");
        assert_eq!(run.handle_outcome(id(1), AGAIN, now), Verdict::Retry(now));
        assert_eq!(run.poll_action(now), Some(Action::Start(id(0))));
        assert_eq!(run.poll_action(now), Some(Action::Start(id(1))));
    });
}

#[test]
fn a_delay_beyond_the_end_of_the_clock_fails_the_step_at_once() {
    let after = |delay| Outcome::Failed(Retry::After(delay));
    let cases = [(Instant::ZERO, Duration::MAX), (Instant::from_nanos(u64::MAX - 3), Duration::from_nanos(3))];
    for (now, delay) in cases {
        run(&case([step([ok(1)]).retries(1)]), now, |run| {
            assert_eq!(run.poll_action(now), Some(Action::Start(id(0))));
            assert_eq!(run.handle_outcome(id(0), after(delay), now), Verdict::Ended);
            let state = run.state(id(0)).unwrap();
            assert_eq!((state.status(), state.cause()), (Status::Failed, Some(Cause::Failed)));
        });
    }
    // A deadline that has passed is one at any time.
    run(&case([step([ok(1)]).retries(1).deadline(5)]), Instant::ZERO, |run| {
        run.poll_action(Instant::ZERO);
        assert_eq!(run.handle_outcome(id(0), AGAIN, Instant::NEVER), Verdict::Ended);
    });
    let last = Instant::from_nanos(u64::MAX - 1);
    run(&case([step([ok(1)]).retries(1)]), last, |run| {
        run.poll_action(last);
        assert_eq!(run.handle_outcome(id(0), after(Duration::ZERO), last), Verdict::Retry(last));
    });
}

#[test]
fn an_attempt_told_to_end_for_a_stop_has_no_limit_any_more() {
    let limited = step([never()]).timeout(5).deadline(9);
    run(&case([limited.clone()]), Instant::ZERO, |run| {
        run.poll_action(Instant::ZERO);
        assert_eq!(run.poll_deadline(), Some(Instant::from_nanos(5)));
        run.handle_stop(Stop::Cancel);
        assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Abandon(id(0))));
        assert_eq!(run.poll_deadline(), None);
        assert_eq!(run.poll_action(Instant::from_nanos(20)), None);
    });
    // With a grace, that is all it has.
    run(&case([limited]).grace(7), Instant::ZERO, |run| {
        run.poll_action(Instant::ZERO);
        run.handle_stop(Stop::Cancel);
        run.poll_action(Instant::from_nanos(1));
        assert_eq!(run.poll_deadline(), Some(Instant::from_nanos(8)));
    });
}
