//! The rules, as functions.

use rungs::scheduler::{Action, Need, Numbering, Outcome, Use, longest_remaining};
use rungs::{Backoff, Cause, Config, Instant, Jitter, OnFailure, Order, Retry, Settings, Status, Stop, When};

use super::run::{Step, id, ms, run, run_after_all, run_in_order};

// By its path, as the boards name this file by its own.
#[path = "stops.rs"]
mod stops;
pub(crate) use stops::*;
#[path = "branches.rs"]
mod branches;
pub(crate) use branches::*;

/// Passes the names of all rules to a macro, which makes tests of them. (A rule that is left out is dead code: a
/// warning.)
macro_rules! each_rule {
    ($make:ident) => {
        $make! {
            retries_without_a_backoff_start_at_once
            a_backoff_delays_each_further_attempt
            a_step_is_retried_forever_until_it_succeeds
            jitter_depends_on_seed_step_and_attempt
            retry_if_refuses_a_retry_or_sets_its_delay
            an_attempt_is_abandoned_at_its_timeout_and_retried
            a_timeout_need_not_be_retried
            a_deadline_runs_through_attempts_and_delays
            a_delay_that_would_reach_the_deadline_fails_at_once
            a_limit_on_concurrency_counts_attempts_in_flight
            under_a_limit_the_longest_path_goes_first
            how_long_a_step_is_expected_to_take_is_its_weight
            resources_are_held_while_an_attempt_is_in_flight
            a_step_starts_as_soon_as_its_own_needs_are_met
            levels_are_a_barrier
            a_failed_need_fails_with_its_root
            a_step_ends_with_its_first_need
            a_skipped_need_skips
            an_order_is_no_need
            skip_on_error_skips
            when_all_done_runs_whatever_the_outcome
            when_any_failed_runs_on_failure_only
            a_step_may_skip_itself
            a_join_runs_with_the_branches_that_were_taken
            a_join_ends_with_its_first_failed_branch
            a_step_waits_for_all_before_it
            an_attempt_may_outlast_its_timeout
            an_attempt_may_outlast_a_stop
            an_optional_failure_stops_nothing
            going_on_is_the_default
            a_failure_may_drain
            a_failure_may_cancel
            a_drain_lets_attempts_end
            a_cancel_leaves_what_a_drain_has_ended
            a_cancel_abandons_and_clean_up_runs
            a_second_cancel_prevents_clean_up
            the_runs_deadline_cancels
            clean_up_may_have_a_deadline_of_the_run
            an_attempt_is_given_up_after_its_grace
            what_only_given_up_attempts_hold_up_fails
            a_result_wins_a_tie
            an_abandoned_attempt_keeps_its_permit
            a_panic_is_never_retried
            an_empty_plan_has_ended
        }
    };
}

const ONCE: Settings<'static> = Settings::DEFAULT;
const GO: Config = Config::DEFAULT;

const AGAIN: Outcome = Outcome::Failed(Retry::Yes);
const BAD: Outcome = Outcome::Failed(Retry::No);
const GOOD: Outcome = Outcome::Success;

fn because_of(root: usize, via: usize) -> Option<Cause> {
    Some(Cause::Dependency { root: id(root), via: id(via) })
}

fn ended(step: usize) -> Action {
    Action::Ended(id(step))
}

fn abandon(step: usize) -> Action {
    Action::Abandon(id(step))
}

pub(crate) fn retries_without_a_backoff_start_at_once() {
    run(&[(&[], ONCE.retries(2))], GO, |run| {
        run.starts(&[0]).retries(0, AGAIN, 0).starts(&[0]).retries(0, AGAIN, 0).starts(&[0]);
        run.ends(0, AGAIN).is(0, Status::Failed, Some(Cause::Failed)).has_ended();
    });
}

pub(crate) fn a_backoff_delays_each_further_attempt() {
    let backoff = Backoff::exponential(ms(10)).cap(ms(30));
    run(&[(&[], ONCE.retries(3).backoff(backoff))], GO, |run| {
        run.starts(&[0]).retries(0, AGAIN, 10).starts_at(0, 10);
        run.retries(0, AGAIN, 30).starts_at(0, 30);
        run.retries(0, AGAIN, 60).starts_at(0, 60);
        run.ends(0, GOOD).is(0, Status::Success, None).has_ended();
    });
    let listed = [ms(1), ms(5)];
    let backoff = Backoff::list(&listed);
    assert_eq!([1, 2, 3].map(|retry| backoff.delay(retry, 0)), [ms(1), ms(5), ms(5)]);
}

pub(crate) fn a_step_is_retried_forever_until_it_succeeds() {
    run(&[(&[], ONCE.retry_forever())], GO, |run| {
        // Further than 16 bits count.
        for _ in 0..70_000 {
            run.starts(&[0]).retries(0, AGAIN, 0);
        }
        run.starts(&[0]).ends(0, GOOD).is(0, Status::Success, None).has_ended();
    });
    // What ends other retries ends these.
    let steps: [Step<'_>; 2] =
        [(&[], ONCE.retry_forever().deadline(ms(5)).backoff(Backoff::fixed(ms(3)))), (&[], ONCE.retry_forever())];
    run(&steps, GO, |run| {
        run.starts(&[0, 1]).ends(1, BAD).is(1, Status::Failed, Some(Cause::Failed));
        run.retries(0, AGAIN, 3).starts_at(0, 3).ends(0, AGAIN).is(0, Status::Failed, Some(Cause::Failed)).has_ended();
    });
}

pub(crate) fn jitter_depends_on_seed_step_and_attempt() {
    let backoff = Backoff::fixed(ms(64)).jitter(Jitter::Equal);
    let delays = [1, 2].map(|retry| backoff.delay(retry, 7));
    assert!(delays.iter().all(|delay| (ms(32)..=ms(64)).contains(delay)));
    assert_eq!(delays, [1, 2].map(|retry| backoff.delay(retry, 7)));
    assert_ne!(delays[0], delays[1]);
    assert_ne!(delays[0], backoff.delay(1, 8));
    // Only integers are used, so every machine draws the same delays.
    let kinds = [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated];
    let drawn = kinds.map(|jitter| Backoff::exponential(ms(10)).cap(ms(500)).jitter(jitter).delay(3, 7).as_nanos());
    assert_eq!(drawn, [40_000_000, 3_969_572, 21_984_786, 29_983_664]);
}

pub(crate) fn retry_if_refuses_a_retry_or_sets_its_delay() {
    let settings = ONCE.retries(2).backoff(Backoff::fixed(ms(10)));
    run(&[(&[], settings)], GO, |run| {
        run.starts(&[0]).retries(0, Outcome::Failed(Retry::After(ms(3))), 3).starts_at(0, 3);
        run.ends(0, BAD).is(0, Status::Failed, Some(Cause::Failed)).has_ended();
    });
}

pub(crate) fn an_attempt_is_abandoned_at_its_timeout_and_retried() {
    run(&[(&[], ONCE.retries(1).timeout(ms(5)))], GO, |run| {
        run.starts(&[0]).wakes_at(5).at(4).wants(&[]).at(5).wants(&[abandon(0)]);
        run.retries(0, Outcome::Abandoned, 5).starts(&[0]).wakes_at(10).at(10).wants(&[abandon(0)]);
        run.ends(0, Outcome::Abandoned).is(0, Status::Failed, Some(Cause::TimedOut)).has_ended();
    });
}

pub(crate) fn a_timeout_need_not_be_retried() {
    run(&[(&[], ONCE.retries(1).timeout(ms(5)).retry_on_timeout(false))], GO, |run| {
        run.starts(&[0]).at(5).wants(&[abandon(0)]);
        run.ends(0, Outcome::Abandoned).is(0, Status::Failed, Some(Cause::TimedOut)).has_ended();
    });
}

pub(crate) fn a_deadline_runs_through_attempts_and_delays() {
    let settings = ONCE.retries(9).backoff(Backoff::fixed(ms(4))).deadline(ms(10));
    run(&[(&[], settings)], GO, |run| {
        run.starts(&[0]).at(2).retries(0, AGAIN, 6).starts_at(0, 6).wakes_at(10);
        run.at(10).wants(&[abandon(0)]).ends(0, Outcome::Abandoned);
        run.is(0, Status::Failed, Some(Cause::Deadline)).has_ended();
    });
}

pub(crate) fn a_delay_that_would_reach_the_deadline_fails_at_once() {
    let settings = ONCE.retries(9).backoff(Backoff::fixed(ms(4))).deadline(ms(10));
    run(&[(&[], settings)], GO, |run| {
        run.starts(&[0]).at(6).ends(0, AGAIN);
        run.is(0, Status::Failed, Some(Cause::Failed)).has_ended();
    });
}

pub(crate) fn a_limit_on_concurrency_counts_attempts_in_flight() {
    let waits = ONCE.retries(1).backoff(Backoff::fixed(ms(5)));
    run(&[(&[], waits), (&[], ONCE), (&[], ONCE)], GO.max_concurrent(2), |run| {
        // A step between two attempts holds no permit, and it is running also while it waits for one.
        run.starts(&[0, 1]).retries(0, AGAIN, 5).is(0, Status::Running, None);
        run.starts(&[2]).at(5).wants(&[]).is(0, Status::Running, None);
        run.ends(1, GOOD).starts(&[0]).ends(0, GOOD).ends(2, GOOD).has_ended();
    });
}

pub(crate) fn under_a_limit_the_longest_path_goes_first() {
    // No step depends on 0; two depend on 1, directly or not.
    let (a, b) = ([Need::result(id(1))], [Need::result(id(2))]);
    let steps: [Step<'_>; 4] = [(&[], ONCE), (&[], ONCE), (&a, ONCE), (&b, ONCE)];
    let (order, priorities) = ([1, 2, 0, 3], [2, 0, 1, 3]);
    let numbering = Numbering { order: &order, priorities: &priorities, ..Numbering::default() };
    run_in_order(&steps, GO.max_concurrent(1), numbering, |run| {
        let mut lengths = [0; 4];
        let plan = run.scheduler.plan();
        longest_remaining(&plan, &[], &mut lengths);
        assert_eq!(lengths, [1, 3, 2, 1]);
        for step in [1, 2, 0, 3] {
            run.starts(&[step]).ends(step, GOOD);
        }
        run.has_ended();
    });
}

pub(crate) fn how_long_a_step_is_expected_to_take_is_its_weight() {
    // 0 alone takes longer than 1 and its dependent.
    let steps: [Step<'_>; 3] =
        [(&[], ONCE.expected(ms(9))), (&[], ONCE.expected(ms(4))), (&[Need::result(id(1))], ONCE.expected(ms(4)))];
    run(&steps, GO, |run| {
        let mut lengths = [0; 3];
        longest_remaining(&run.scheduler.plan(), &[], &mut lengths);
        assert_eq!(lengths, [9, 8, 4].map(|millis| millis * 1_000_000));
    });
}

pub(crate) fn resources_are_held_while_an_attempt_is_in_flight() {
    // Two steps use a bus, and one uses nothing: it overtakes the second.
    let (order, priorities) = ([0, 1, 2], [0, 1, 2]);
    let uses = [Use { resource: 0, units: 1 }];
    let numbering = Numbering {
        order: &order,
        priorities: &priorities,
        ranks: &order,
        classes: &[0, 2, 3],
        use_rows: &[0, 1, 1],
        uses: &uses,
        capacities: &[1],
        levels: &[],
        needs_first: true,
    };
    let on_bus = ONCE.class(0).retries(1).backoff(Backoff::fixed(ms(5)));
    run_in_order(&[(&[], on_bus), (&[], on_bus), (&[], ONCE.class(1))], GO, numbering, |run| {
        run.is(1, Status::Pending, None).starts(&[0, 2]).is(1, Status::Pending, None);
        run.retries(0, AGAIN, 5).starts(&[1]).at(5).wants(&[]).is(0, Status::Running, None);
        run.ends(1, GOOD).starts(&[0]).ends(0, GOOD).ends(2, GOOD).has_ended();
    });
}

pub(crate) fn a_step_starts_as_soon_as_its_own_needs_are_met() {
    run(&[(&[], ONCE), (&[], ONCE), (&[Need::result(id(0))], ONCE)], GO, |run| {
        run.starts(&[0, 1]).ends(0, GOOD).starts(&[2]).ends(2, GOOD).ends(1, GOOD).has_ended();
    });
}

pub(crate) fn levels_are_a_barrier() {
    let numbering = Numbering { levels: &[0, 0, 1], ..Numbering::default() };
    let steps: [Step<'_>; 3] = [(&[], ONCE), (&[], ONCE), (&[Need::result(id(0))], ONCE)];
    run_in_order(&steps, GO.order(Order::Levels), numbering, |run| {
        run.starts(&[0, 1]).ends(0, GOOD).wants(&[]).ends(1, GOOD).starts(&[2]).ends(2, GOOD).has_ended();
    });
}

pub(crate) fn a_failed_need_fails_with_its_root() {
    run(&[(&[], ONCE), (&[Need::result(id(0))], ONCE), (&[Need::after(id(1))], ONCE)], GO, |run| {
        run.starts(&[0]).ends(0, BAD).wants(&[ended(1), ended(2)]);
        run.is(1, Status::Failed, because_of(0, 0)).is(2, Status::Failed, because_of(0, 1)).has_ended();
    });
}

pub(crate) fn a_step_ends_with_its_first_need() {
    run(&[(&[], ONCE), (&[], ONCE), (&[Need::result(id(0)), Need::result(id(1))], ONCE)], GO, |run| {
        run.starts(&[0, 1]).ends(1, BAD).wants(&[ended(2)]);
        run.is(2, Status::Failed, because_of(1, 1)).ends(0, GOOD).has_ended();
    });
}

pub(crate) fn a_skipped_need_skips() {
    let skips = ONCE.when(When::SkipOnError);
    run(&[(&[], ONCE), (&[Need::result(id(0))], skips), (&[Need::result(id(1))], ONCE)], GO, |run| {
        run.starts(&[0]).ends(0, BAD).wants(&[ended(1), ended(2)]);
        run.is(1, Status::Skipped, because_of(0, 0)).is(2, Status::Skipped, because_of(0, 1)).has_ended();
    });
}

pub(crate) fn an_order_is_no_need() {
    run(&[(&[], ONCE), (&[Need::order(id(0))], ONCE)], GO, |run| {
        run.starts(&[0]).ends(0, BAD).starts(&[1]).ends(1, GOOD).has_ended();
    });
}

pub(crate) fn skip_on_error_skips() {
    run(&[(&[], ONCE), (&[Need::result(id(0))], ONCE.when(When::SkipOnError))], GO, |run| {
        run.starts(&[0]).ends(0, BAD).wants(&[ended(1)]).is(1, Status::Skipped, because_of(0, 0)).has_ended();
    });
}

pub(crate) fn when_all_done_runs_whatever_the_outcome() {
    let tidy = ONCE.when(When::AllDone);
    run(&[(&[], ONCE), (&[], ONCE), (&[Need::result(id(0)), Need::result(id(1))], tidy)], GO, |run| {
        // It waits for all its needs, not for the first failure.
        run.starts(&[0, 1]).ends(0, BAD).wants(&[]).ends(1, GOOD).starts(&[2]).ends(2, GOOD).has_ended();
    });
}

pub(crate) fn when_any_failed_runs_on_failure_only() {
    let steps: [Step<'_>; 2] = [(&[], ONCE), (&[Need::result(id(0))], ONCE.when(When::AnyFailed))];
    run(&steps, GO, |run| {
        run.starts(&[0]).ends(0, BAD).starts(&[1]).ends(1, GOOD).is(1, Status::Success, None).has_ended();
    });
    run(&steps, GO, |run| {
        run.starts(&[0]).ends(0, GOOD).wants(&[ended(1)]);
        run.is(1, Status::Skipped, Some(Cause::NotNeeded)).has_ended();
    });
}

pub(crate) fn an_optional_failure_stops_nothing() {
    run(&[(&[], ONCE.optional()), (&[], ONCE)], GO.max_concurrent(1).on_failure(OnFailure::Cancel), |run| {
        run.starts(&[0]).ends(0, BAD).is(0, Status::Failed, Some(Cause::Failed)).starts(&[1]).ends(1, GOOD).has_ended();
    });
}

pub(crate) fn going_on_is_the_default() {
    run(&[(&[], ONCE), (&[], ONCE)], GO.max_concurrent(1), |run| {
        run.starts(&[0]).ends(0, BAD).starts(&[1]).ends(1, GOOD).has_ended();
    });
}

pub(crate) fn a_result_wins_a_tie() {
    // Against a time limit: the result is reported before the scheduler is asked, as every driver must.
    run(&[(&[], ONCE.timeout(ms(5)))], GO, |run| {
        run.starts(&[0]).at(5).ends(0, GOOD).wants(&[]).is(0, Status::Success, None).has_ended();
    });
    // Against a stop, even after the attempt was told to end.
    run(&[(&[], ONCE)], GO, |run| {
        run.starts(&[0]).scheduler.handle_stop(Stop::Cancel);
        run.wants(&[abandon(0)]).ends(0, GOOD).is(0, Status::Success, None).has_ended();
    });
}

pub(crate) fn an_abandoned_attempt_keeps_its_permit() {
    run(&[(&[], ONCE.timeout(ms(5))), (&[], ONCE)], GO.max_concurrent(1), |run| {
        run.starts(&[0]).at(5).wants(&[abandon(0)]).at(6).wants(&[]);
        run.ends(0, Outcome::Abandoned).starts(&[1]).ends(1, GOOD).has_ended();
    });
}

pub(crate) fn a_panic_is_never_retried() {
    run(&[(&[], ONCE.retries(3))], GO, |run| {
        run.starts(&[0]).ends(0, Outcome::Panicked).is(0, Status::Failed, Some(Cause::Panicked)).has_ended();
    });
}

pub(crate) fn an_empty_plan_has_ended() {
    run(&[], GO, |run| run.wants(&[]).has_ended());
}
