//! The rules of stops: by a failure, by a token, by the deadline of the run; clean-up after them, and grace.

use super::*;

pub(crate) fn a_failure_may_drain() {
    let waits = ONCE.retries(1).backoff(Backoff::fixed(ms(5)));
    let tidy = ONCE.when(When::AllDone);
    let (a, b) = ([Need::after(id(2))], [Need::after(id(0))]);
    let steps: [Step<'_>; 5] = [(&[], ONCE), (&[], waits), (&[], ONCE), (&a, ONCE), (&b, tidy)];
    run(&steps, GO.on_failure(OnFailure::Drain), |run| {
        // One step is in its backoff, one is in flight, one has not started, one is a clean-up step.
        run.starts(&[0, 1, 2]).retries(1, AGAIN, 5).ends(0, BAD);
        let stopped = Some(Cause::Stopped { by: id(0) });
        run.wants(&[ended(1), ended(3), Action::Start(id(4))]);
        run.is(1, Status::Cancelled, stopped).is(3, Status::Skipped, stopped);
        run.ends(2, GOOD).is(2, Status::Success, None).ends(4, GOOD).has_ended();
    });
}

pub(crate) fn a_failure_may_cancel() {
    run(&[(&[], ONCE), (&[], ONCE)], GO.on_failure(OnFailure::Cancel), |run| {
        run.starts(&[0, 1]).ends(0, BAD).wants(&[abandon(1)]).ends(1, Outcome::Abandoned);
        run.is(1, Status::Cancelled, Some(Cause::Stopped { by: id(0) })).has_ended();
    });
}

pub(crate) fn a_drain_lets_attempts_end() {
    run(&[(&[], ONCE), (&[Need::result(id(0))], ONCE)], GO, |run| {
        run.starts(&[0]).scheduler.handle_stop(Stop::Drain);
        run.wants(&[ended(1)]).is(1, Status::Skipped, Some(Cause::Drained));
        run.ends(0, GOOD).is(0, Status::Success, None).has_ended();
    });
}

pub(crate) fn a_cancel_leaves_what_a_drain_has_ended() {
    let steps: [Step<'_>; 4] =
        [(&[], ONCE), (&[Need::result(id(0))], ONCE), (&[], ONCE), (&[Need::after(id(2))], ONCE)];
    run(&steps, GO, |run| {
        run.starts(&[0, 2]).scheduler.handle_stop(Stop::Drain);
        run.wants(&[ended(1), ended(3)]).scheduler.handle_stop(Stop::Cancel);
        run.wants(&[abandon(0), abandon(2)]).ends(0, Outcome::Abandoned).ends(2, Outcome::Abandoned);
        run.is(0, Status::Cancelled, Some(Cause::Cancelled)).is(1, Status::Skipped, Some(Cause::Drained));
        run.is(2, Status::Cancelled, Some(Cause::Cancelled)).is(3, Status::Skipped, Some(Cause::Drained)).has_ended();
    });
    // A cancel in the middle of a drain's pass takes over what the pass has not reached.
    run(&steps, GO, |run| {
        run.starts(&[0, 2]).scheduler.handle_stop(Stop::Drain);
        assert_eq!(run.scheduler.poll_action(Instant::ZERO), Some(ended(1)));
        run.scheduler.handle_stop(Stop::Cancel);
        run.wants(&[abandon(0), abandon(2), ended(3)]).ends(0, Outcome::Abandoned).ends(2, Outcome::Abandoned);
        run.is(1, Status::Skipped, Some(Cause::Drained)).is(3, Status::Skipped, Some(Cause::Cancelled)).has_ended();
    });
}

pub(crate) fn a_cancel_abandons_and_clean_up_runs() {
    run(&[(&[], ONCE), (&[Need::after(id(0))], ONCE.when(When::AllDone))], GO, |run| {
        run.starts(&[0]).scheduler.handle_stop(Stop::Cancel);
        run.wants(&[abandon(0)]).ends(0, Outcome::Abandoned);
        run.is(0, Status::Cancelled, Some(Cause::Cancelled)).starts(&[1]).ends(1, GOOD).has_ended();
    });
}

pub(crate) fn a_second_cancel_prevents_clean_up() {
    run(&[(&[], ONCE), (&[Need::after(id(0))], ONCE.when(When::AllDone))], GO, |run| {
        run.starts(&[0]).scheduler.handle_stop(Stop::Cancel);
        run.scheduler.handle_stop(Stop::Cancel);
        run.wants(&[abandon(0), ended(1)]).ends(0, Outcome::Abandoned);
        run.is(1, Status::Skipped, Some(Cause::Cancelled)).has_ended();
    });
}

pub(crate) fn the_runs_deadline_cancels() {
    run(&[(&[], ONCE), (&[Need::result(id(0))], ONCE)], GO.deadline(ms(10)), |run| {
        run.starts(&[0]).wakes_at(10).at(10).wants(&[abandon(0), ended(1)]).ends(0, Outcome::Abandoned);
        run.is(0, Status::Cancelled, Some(Cause::RunDeadline));
        run.is(1, Status::Skipped, Some(Cause::RunDeadline)).has_ended();
    });
}

pub(crate) fn clean_up_may_have_a_deadline_of_the_run() {
    let steps: [Step<'_>; 3] =
        [(&[], ONCE.when(When::AllDone)), (&[], ONCE.when(When::AllDone).deadline(ms(5))), (&[], ONCE)];
    run(&steps, GO.clean_up_deadline(ms(3)), |run| {
        run.starts(&[0, 1, 2]).wakes_at(3).at(3).wants(&[abandon(0)]).ends(0, Outcome::Abandoned);
        run.is(0, Status::Failed, Some(Cause::Deadline)).wakes_at(5).ends(1, GOOD).ends(2, GOOD).has_ended();
    });
}

pub(crate) fn an_attempt_is_given_up_after_its_grace() {
    let config = GO.max_concurrent(1).grace(ms(4));
    run(&[(&[], ONCE.timeout(ms(5)).retries(3)), (&[], ONCE)], config, |run| {
        run.starts(&[0]).wakes_at(5).at(5).wants(&[abandon(0)]).wakes_at(9);
        run.at(9).is_still_running(0, false).wants(&[ended(0), Action::Start(id(1))]);
        run.is(0, Status::Failed, Some(Cause::TimedOut)).is_still_running(0, true);
        run.ends_late(0).is_still_running(0, false).is(0, Status::Failed, Some(Cause::TimedOut));
        run.ends(1, GOOD).has_ended();
    });
}

pub(crate) fn what_only_given_up_attempts_hold_up_fails() {
    let steps: [Step<'_>; 3] = [(&[], ONCE.class(1).timeout(ms(5))), (&[], ONCE.class(1)), (&[], ONCE)];
    let uses = [Use { resource: 0, units: 1 }];
    // The step without resources is the first class.
    let numbering = Numbering {
        order: &[2, 0, 1],
        priorities: &[1, 2, 0],
        ranks: &[2, 0, 1],
        classes: &[0, 1, 3],
        use_rows: &[0, 0, 1],
        uses: &uses,
        capacities: &[1],
        ..Numbering::default()
    };
    for ends_late in [false, true] {
        run_in_order(&steps, GO.grace(ms(4)), numbering, |run| {
            run.starts(&[0, 2]).at(5).wants(&[abandon(0)]).at(9).wants(&[ended(0)]);
            // The step in flight keeps the run waiting for a late end.
            if ends_late {
                run.ends_late(0).starts(&[1]).ends(1, GOOD).ends(2, GOOD).has_ended();
            } else {
                run.ends(2, GOOD).wants(&[ended(1)]);
                run.is(1, Status::Failed, Some(Cause::Blocked { by: id(0) })).has_ended();
            }
        });
    }
}
