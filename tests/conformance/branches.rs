//! The rules of branches and of order: steps that skip themselves, joins, orders without needs, steps after all others, and
//! attempts that are never cancelled.

use super::*;

const SKIPPED: Outcome = Outcome::SkippedItself;
const JOIN: Settings<'static> = ONCE.when(When::NoneFailed);

pub(crate) fn a_step_may_skip_itself() {
    let (a, b) = ([Need::result(id(0))], [Need::after(id(1))]);
    run(&[(&[], ONCE.retries(3)), (&a, ONCE), (&b, ONCE.when(When::AnyFailed))], GO, |run| {
        run.starts(&[0]).retries(0, AGAIN, 0).starts(&[0]).ends(0, SKIPPED).wants(&[ended(1), ended(2)]);
        run.is(0, Status::Skipped, Some(Cause::SkippedItself)).is(1, Status::Skipped, because_of(0, 0));
        run.is(2, Status::Skipped, Some(Cause::NotNeeded)).has_ended();
    });
}

pub(crate) fn a_join_runs_with_the_branches_that_were_taken() {
    let both = [Need::result(id(0)), Need::result(id(1))];
    let steps: [Step<'_>; 3] = [(&[], ONCE), (&[], ONCE), (&both, JOIN)];
    run(&steps, GO, |run| {
        // It waits for all branches.
        run.starts(&[0, 1]).ends(0, SKIPPED).wants(&[]).ends(1, GOOD).starts(&[2]).ends(2, GOOD).has_ended();
    });
    run(&steps, GO, |run| {
        run.starts(&[0, 1]).ends(0, SKIPPED).wants(&[]).ends(1, SKIPPED).wants(&[ended(2)]);
        run.is(2, Status::Skipped, because_of(0, 0)).has_ended();
    });
    run(&[(&[], JOIN)], GO, |run| run.starts(&[0]).ends(0, GOOD).has_ended());
}

pub(crate) fn a_join_ends_with_its_first_failed_branch() {
    let both = [Need::result(id(0)), Need::after(id(1))];
    run(&[(&[], ONCE), (&[], ONCE), (&both, JOIN)], GO, |run| {
        run.starts(&[0, 1]).ends(1, BAD).wants(&[ended(2)]).is(2, Status::Failed, because_of(1, 1));
        run.ends(0, GOOD).has_ended();
    });
    // It is no clean-up step.
    run(&[(&[], ONCE), (&[], ONCE), (&both, JOIN)], GO, |run| {
        run.starts(&[0, 1]).scheduler.handle_stop(Stop::Drain);
        run.wants(&[ended(2)]).is(2, Status::Skipped, Some(Cause::Drained)).ends(0, GOOD).ends(1, GOOD).has_ended();
    });
}

pub(crate) fn a_step_waits_for_all_before_it() {
    let (tidy, alarm) = (ONCE.when(When::AllDone), ONCE.when(When::AnyFailed));
    let steps: [Step<'_>; 6] = [(&[], ONCE), (&[], ONCE), (&[], tidy), (&[], alarm), (&[], JOIN), (&[], ONCE)];
    run_after_all(&steps, &[id(2), id(3), id(4)], GO, |run| {
        run.starts(&[0, 1, 5]).ends(0, BAD).wants(&[ended(4)]).is(4, Status::Failed, because_of(0, 0));
        run.ends(1, GOOD).starts(&[2]).ends(2, GOOD).starts(&[3]).ends(3, GOOD).ends(5, GOOD).has_ended();
    });
    run_after_all(&steps, &[id(2), id(3), id(4)], GO, |run| {
        run.starts(&[0, 1, 5]).ends(0, SKIPPED).ends(1, GOOD).starts(&[2]).ends(2, GOOD);
        run.wants(&[ended(3), Action::Start(id(4))]).is(3, Status::Skipped, Some(Cause::NotNeeded));
        run.ends(4, GOOD).ends(5, GOOD).has_ended();
    });
}

pub(crate) fn an_attempt_may_outlast_its_timeout() {
    let steps: [Step<'_>; 1] = [(&[], ONCE.never_cancel().timeout(ms(5)).retries(1))];
    run(&steps, GO, |run| {
        run.starts(&[0]).wakes_at(5).at(5).wants(&[]).at(8).ends(0, GOOD).is(0, Status::Success, None).is_late(0, true);
        run.has_ended();
    });
    // An error after a timeout is retried as any other.
    run(&steps, GO, |run| {
        run.starts(&[0]).at(5).wants(&[]).at(8).retries(0, AGAIN, 8).starts(&[0]).at(9).ends(0, GOOD).is_late(0, false);
        run.has_ended();
    });
}

pub(crate) fn an_attempt_may_outlast_a_stop() {
    let steps: [Step<'_>; 1] = [(&[], ONCE.never_cancel().retries(1))];
    for (outcome, status, cause) in [(GOOD, Status::Success, None), (AGAIN, Status::Failed, Some(Cause::Failed))] {
        run(&steps, GO, |run| {
            run.starts(&[0]).scheduler.handle_stop(Stop::Cancel);
            run.wants(&[]).ends(0, outcome).is(0, status, cause).has_ended();
        });
    }
    run(&steps, GO, |run| {
        run.starts(&[0]).scheduler.handle_stop(Stop::Cancel);
        run.wants(&[]).scheduler.handle_stop(Stop::Cancel);
        run.wants(&[abandon(0)]).ends(0, Outcome::GivenUp).is(0, Status::Cancelled, Some(Cause::Cancelled));
        run.is_still_running(0, true).has_ended();
    });
}
