//! The rules, as functions.

use core::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};
use rungs::{Cause, Config, NoClock, StepError, fixed::StopSignal};

use super::bench::{
    Bad, Bench, Do, RunRecord, Script, cancelled, failed, failed_by_need, id, ms, skipped, skipped_itself, succeeded,
};
use super::pipelines::{
    at_once, bounded, cancels, clean_up, drains, eager, empty, forever, jittered, levels, limited, on_bus, one_at_once,
    ordered, retried, stopped, two_at_once,
};
use Do::{Cancel, CancelTwice, Drain, Fail, Hang, Succeed};

/// Passes the names of all rules to a macro, which makes tests of them. (A rule that is left out is dead code: a
/// warning.)
macro_rules! each_rule {
    ($make:ident) => {
        $make! {
            retries_without_a_backoff_start_at_once
            a_backoff_delays_each_further_attempt
            a_step_is_retried_forever_until_it_succeeds
            jitter_depends_on_the_seed
            retry_if_refuses_a_retry_or_sets_its_delay
            an_attempt_is_abandoned_at_its_timeout_and_retried
            a_timeout_need_not_be_retried
            a_deadline_runs_through_attempts_and_delays
            a_delay_that_would_reach_the_deadline_fails_at_once
            a_limit_on_concurrency_counts_attempts_in_flight
            under_a_limit_the_longest_path_goes_first
            resources_are_held_while_an_attempt_is_in_flight
            a_step_starts_as_soon_as_its_own_needs_are_met
            levels_are_a_barrier
            a_failed_need_fails_with_its_root
            a_step_ends_with_its_first_need
            skip_on_error_skips
            a_skipped_need_skips
            an_order_is_no_need
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
            a_stop_may_come_while_all_wait
            clean_up_keeps_its_own_limits_after_a_stop
            a_second_cancel_prevents_clean_up
            the_runs_deadline_cancels
            clean_up_may_have_a_deadline_of_the_run
            a_result_wins_a_tie
            an_abandoned_attempt_is_over_before_another_starts
            a_dropped_run_drops_its_steps
            each_run_starts_fresh
            an_empty_pipeline_has_ended
        }
    };
}

/// Runs a pipeline with a script, and with further options of the run.
macro_rules! run {
    ($pipeline:ident, $does:expr) => {
        run!($pipeline, $does, bench =>)
    };
    ($pipeline:ident, $does:expr, $bench:ident => $($option:tt)*) => {{
        let $bench = Bench::new();
        let mut board = $pipeline::Board { script: Script::new(&$bench, $does) };
        let runner = $pipeline::runner()$($option)*;
        RunRecord::new(&$bench.run_to_end(runner.run(&mut board, &&$bench)))
    }};
}

// By its path, as the boards name this file by its own; and after the macro that it uses.
#[path = "branches.rs"]
mod branches;
pub(crate) use branches::*;

fn through(root: usize, via: usize) -> Cause {
    Cause::Dependency { root: id(root), via: id(via) }
}

pub(crate) fn retries_without_a_backoff_start_at_once() {
    let (bench, script) = (Bench::new(), [&[Fail(0), Fail(0), Succeed(0)][..]]);
    let mut board = at_once::Board { script: Script::new(&bench, &script) };
    let report = bench.run_to_end(at_once::run(&mut board, &NoClock));
    RunRecord::new(&report).ended_with(0, [succeeded(3, 0, 0)]);
    // The second retry is the last.
    let mut board = at_once::Board { script: Script::new(&bench, &[&[Fail(0)]]) };
    let report = bench.run_to_end(at_once::run(&mut board, &NoClock));
    RunRecord::new(&report).ended_with(1, [failed(Cause::Failed, 3, 0, 0)]);
}

pub(crate) fn a_backoff_delays_each_further_attempt() {
    let [a, b, c, d, ..] = run!(retried, &[&[Fail(0)], &[Fail(0)], &[Fail(0)], &[Fail(0)]]).steps;
    assert_eq!(a, failed(Cause::Failed, 3, 0, 5 + 5));
    assert_eq!(b, failed(Cause::Failed, 4, 0, 1 + 5 + 5));
    assert_eq!(c, failed(Cause::Failed, 4, 0, 10 + 20 + 30));
    assert_eq!(d, failed(Cause::Failed, 3, 0, 10 + 20));
}

pub(crate) fn a_step_is_retried_forever_until_it_succeeds() {
    // The tenth attempt succeeds; the last of the second step would begin at its deadline.
    let mut tenth_succeeds = [Fail(0); 10];
    tenth_succeeds[9] = Succeed(1);
    let does = [&tenth_succeeds[..], &[Fail(0)], &[Hang]];
    let record = run!(forever, &does, bench => .deadline(ms(55)));
    let c = cancelled(Cause::RunDeadline, 4, 0, 55);
    record.ended_with(1, [succeeded(10, 0, 46), failed(Cause::Failed, 4, 0, 30), c]);
}

pub(crate) fn jitter_depends_on_the_seed() {
    let delays =
        [1, 1, 2].map(|seed| run!(jittered, &[&[Fail(0), Succeed(0)]], bench => .seed(seed)).steps[0].finished);
    assert!(delays.iter().all(|delay| (32..=64).contains(delay)), "{delays:?}");
    assert!(delays[0] == delays[1] && delays[1] != delays[2], "{delays:?}");
}

pub(crate) fn retry_if_refuses_a_retry_or_sets_its_delay() {
    let [.., e, f] = run!(retried, &[&[], &[], &[], &[], &[Fail(0)], &[Fail(0)]]).steps;
    // The predicate of the first sets a delay and then refuses; that of the second refuses at once.
    assert_eq!(e, failed(Cause::Failed, 2, 0, 3));
    assert_eq!(f, failed(Cause::Failed, 1, 0, 0));
}

pub(crate) fn an_attempt_is_abandoned_at_its_timeout_and_retried() {
    let others = [succeeded(1, 0, 0); 2];
    run!(limited, &[&[Hang, Succeed(1)]]).ended_with(0, [succeeded(2, 0, 6), others[0], others[1]]);
    run!(limited, &[&[Hang]]).ended_with(1, [failed(Cause::TimedOut, 2, 0, 10), others[0], others[1]]);
}

pub(crate) fn a_timeout_need_not_be_retried() {
    let at_once = succeeded(1, 0, 0);
    run!(limited, &[&[], &[Hang]]).ended_with(1, [at_once, failed(Cause::TimedOut, 1, 0, 5), at_once]);
}

pub(crate) fn a_deadline_runs_through_attempts_and_delays() {
    let at_once = succeeded(1, 0, 0);
    let record = run!(limited, &[&[], &[], &[Fail(2), Hang]]);
    record.ended_with(1, [at_once, at_once, failed(Cause::Deadline, 2, 0, 10)]);
}

pub(crate) fn a_delay_that_would_reach_the_deadline_fails_at_once() {
    let at_once = succeeded(1, 0, 0);
    run!(limited, &[&[], &[], &[Fail(6)]]).ended_with(1, [at_once, at_once, failed(Cause::Failed, 1, 0, 6)]);
}

pub(crate) fn a_limit_on_concurrency_counts_attempts_in_flight() {
    // Between its attempts the first step holds no permit, so the third starts; the retry waits until the third ends.
    let record = run!(two_at_once, &[&[Fail(0), Succeed(0)], &[Succeed(10)], &[Succeed(7)]]);
    record.ended_with(0, [succeeded(2, 0, 7), succeeded(1, 0, 10), succeeded(1, 0, 7)]);
}

pub(crate) fn under_a_limit_the_longest_path_goes_first() {
    // No step depends on the first; two depend on the second, directly or not.
    let record = run!(one_at_once, &[&[Succeed(1)], &[Succeed(1)], &[Succeed(1)], &[Succeed(1)]]);
    record.ended_with(0, [succeeded(1, 2, 3), succeeded(1, 0, 1), succeeded(1, 1, 2), succeeded(1, 3, 4)]);
}

pub(crate) fn resources_are_held_while_an_attempt_is_in_flight() {
    // The second needs all units of the bus and waits, and the third overtakes it.
    let record = run!(on_bus, &[&[Fail(1), Succeed(1)], &[Succeed(9)], &[Succeed(2)]]);
    record.ended_with(0, [succeeded(2, 0, 11), succeeded(1, 1, 10), succeeded(1, 0, 2)]);
}

pub(crate) fn a_step_starts_as_soon_as_its_own_needs_are_met() {
    let [a, b, c, d, ..] = run!(eager, &[&[Succeed(1)], &[Succeed(9)], &[Succeed(1)]]).steps;
    assert_eq!([a, b], [succeeded(1, 0, 1), succeeded(1, 0, 9)]);
    assert_eq!([c, d], [succeeded(1, 1, 2), succeeded(1, 9, 9)]);
}

pub(crate) fn levels_are_a_barrier() {
    let record = run!(levels, &[&[Succeed(1)], &[Succeed(9)], &[Succeed(1)]]);
    record.ended_with(0, [succeeded(1, 0, 1), succeeded(1, 0, 9), succeeded(1, 9, 10)]);
}

pub(crate) fn a_failed_need_fails_with_its_root() {
    let [a, _, c, d, e, ..] = run!(eager, &[&[Fail(1)]]).steps;
    assert_eq!(a, failed(Cause::Failed, 1, 0, 1));
    assert_eq!([c, d], [failed_by_need(through(0, 0), 1); 2]);
    assert_eq!(e, failed_by_need(through(0, 3), 1));
}

pub(crate) fn a_step_ends_with_its_first_need() {
    let [a, b, _, d, ..] = run!(eager, &[&[Succeed(9)], &[Fail(1)]]).steps;
    assert_eq!([a, b], [succeeded(1, 0, 9), failed(Cause::Failed, 1, 0, 1)]);
    assert_eq!(d, failed_by_need(through(1, 1), 1));
}

pub(crate) fn skip_on_error_skips() {
    let [.., f, _] = run!(eager, &[&[Fail(1)]]).steps;
    assert_eq!(f, skipped(through(0, 3), 1));
}

pub(crate) fn a_skipped_need_skips() {
    let [.., g] = run!(eager, &[&[Fail(1)]]).steps;
    assert_eq!(g, skipped(through(0, 5), 1));
}

pub(crate) fn an_order_is_no_need() {
    let (bench, script) = (Bench::new(), [&[Fail(3)][..], &[Succeed(1)]]);
    let mut board = ordered::Board { script: Script::new(&bench, &script), users: 0 };
    let report = bench.run_to_end(ordered::run(&mut board, &&bench));
    RunRecord::new(&report).ended_with(1, [failed(Cause::Failed, 1, 0, 3), succeeded(1, 3, 4)]);
    assert_eq!(board.users, 2);
}

pub(crate) fn when_all_done_runs_whatever_the_outcome() {
    let (bench, script) = (Bench::new(), [&[Fail(1)][..], &[Succeed(5)]]);
    let mut board = clean_up::Board { script: Script::new(&bench, &script) };
    let report = bench.run_to_end(clean_up::run(&mut board, &&bench));
    // It waits for all its needs, not for the first failure.
    let (a, b) = (failed(Cause::Failed, 1, 0, 1), succeeded(1, 0, 5));
    RunRecord::new(&report).ended_with(1, [a, b, succeeded(1, 5, 5), succeeded(1, 1, 1)]);
    assert_eq!(report.outputs.c, Some([Some(Cause::Failed), None]));
    assert_eq!(report.outputs.d, Some(Some(Cause::Failed)));
}

pub(crate) fn when_any_failed_runs_on_failure_only() {
    let [.., d] = run!(clean_up, &[&[Fail(1)]]).steps;
    assert_eq!(d, succeeded(1, 1, 1));
    let at_once = succeeded(1, 0, 0);
    run!(clean_up, &[&[Succeed(1)]])
        .ended_with(0, [succeeded(1, 0, 1), at_once, succeeded(1, 1, 1), skipped(Cause::NotNeeded, 1)]);
}

pub(crate) fn an_optional_failure_stops_nothing() {
    let at_once = succeeded(1, 0, 0);
    let record = run!(cancels, &[&[Fail(1)], &[Succeed(2)]]);
    record.ended_with(0, [failed(Cause::Failed, 1, 0, 1), succeeded(1, 0, 2), at_once, at_once]);
}

pub(crate) fn going_on_is_the_default() {
    let record = run!(eager, &[&[Succeed(2)], &[Fail(1)], &[Succeed(1)]]);
    let (a, b, c) = (succeeded(1, 0, 2), failed(Cause::Failed, 1, 0, 1), succeeded(1, 2, 3));
    let (d, e) = (failed_by_need(through(1, 1), 1), failed_by_need(through(1, 3), 1));
    let (f, g) = (skipped(through(1, 3), 1), skipped(through(1, 5), 1));
    record.ended_with(1, [a, b, c, d, e, f, g]);
}

pub(crate) fn a_failure_may_drain() {
    // One step is in its backoff, one is in flight, one has not started, one is a clean-up step.
    let (bench, script) = (Bench::new(), [&[Fail(2)][..], &[Fail(0)], &[Succeed(4)], &[], &[Succeed(1)]]);
    let mut board = drains::Board { script: Script::new(&bench, &script) };
    let report = bench.run_to_end(drains::run(&mut board, &&bench));
    let stopped = Cause::Stopped { by: id(0) };
    let (a, b) = (failed(Cause::Failed, 1, 0, 2), cancelled(stopped, 1, 0, 2));
    RunRecord::new(&report).ended_with(1, [a, b, succeeded(1, 0, 4), skipped(stopped, 2), succeeded(1, 2, 3)]);
    let last = report.step(id(1)).and_then(|step| step.error());
    assert!(matches!(last, Some(StepError::Failed(Bad(1)))), "it keeps its last error");
}

pub(crate) fn a_failure_may_cancel() {
    let record = run!(cancels, &[&[], &[Fail(2)], &[Hang], &[Succeed(1)]]);
    let (b, c) = (failed(Cause::Failed, 1, 0, 2), cancelled(Cause::Stopped { by: id(1) }, 1, 0, 2));
    record.ended_with(1, [succeeded(1, 0, 0), b, c, succeeded(1, 2, 3)]);
}

pub(crate) fn a_drain_lets_attempts_end() {
    let record = run!(stopped, &[&[Drain(2)], &[Succeed(4)]], bench => .cancel(&bench.stop));
    let (c, d, e) = (skipped(Cause::Drained, 2), succeeded(1, 4, 4), succeeded(1, 2, 2));
    record.ended_with(2, [succeeded(1, 0, 2), succeeded(1, 0, 4), c, d, e]);
}

pub(crate) fn a_cancel_leaves_what_a_drain_has_ended() {
    let (bench, script) = (Bench::new(), [&[][..], &[Hang]]);
    let (mut board, timer) = (stopped::Board { script: Script::new(&bench, &script) }, &bench);
    let mut run = pin!(stopped::runner().cancel(&bench.stop).run(&mut board, &timer));
    for stop in [StopSignal::drain, StopSignal::cancel] {
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        stop(&bench.stop);
    }
    let (at_once, b) = (succeeded(1, 0, 0), cancelled(Cause::Cancelled, 1, 0, 0));
    RunRecord::new(&bench.run_to_end(run)).ended_with(2, [at_once, b, skipped(Cause::Drained, 0), at_once, at_once]);
}

pub(crate) fn a_cancel_abandons_and_clean_up_runs() {
    let record = run!(stopped, &[&[Cancel(2)], &[Hang], &[], &[Succeed(1)]], bench => .cancel(&bench.stop));
    let (b, c) = (cancelled(Cause::Cancelled, 1, 0, 2), skipped(Cause::Cancelled, 2));
    record.ended_with(2, [succeeded(1, 0, 2), b, c, succeeded(1, 2, 3), succeeded(1, 2, 2)]);
}

pub(crate) fn a_stop_may_come_while_all_wait() {
    let (bench, script) = (Bench::new(), [&[][..], &[Hang]]);
    let (mut board, timer) = (stopped::Board { script: Script::new(&bench, &script) }, &bench);
    let mut run = pin!(stopped::runner().cancel(&bench.stop).run(&mut board, &timer));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    bench.stop.cancel();
    let (at_once, b) = (succeeded(1, 0, 0), cancelled(Cause::Cancelled, 1, 0, 0));
    RunRecord::new(&bench.run_to_end(run)).ended_with(2, [at_once, b, skipped(Cause::Cancelled, 0), at_once, at_once]);
}

pub(crate) fn clean_up_keeps_its_own_limits_after_a_stop() {
    let record = run!(stopped, &[&[Cancel(2)], &[Hang], &[], &[Hang]], bench => .cancel(&bench.stop));
    let (b, c) = (cancelled(Cause::Cancelled, 1, 0, 2), skipped(Cause::Cancelled, 2));
    record.ended_with(1, [succeeded(1, 0, 2), b, c, failed(Cause::TimedOut, 1, 2, 7), succeeded(1, 2, 2)]);
}

pub(crate) fn a_second_cancel_prevents_clean_up() {
    let record = run!(stopped, &[&[CancelTwice(2)], &[Hang]], bench => .cancel(&bench.stop));
    let (b, skipped) = (cancelled(Cause::Cancelled, 1, 0, 2), skipped(Cause::Cancelled, 2));
    record.ended_with(2, [succeeded(1, 0, 2), b, skipped, skipped, skipped]);
}

pub(crate) fn the_runs_deadline_cancels() {
    let record = run!(stopped, &[&[], &[Hang], &[], &[Succeed(1)]], bench => .deadline(ms(10)));
    let (b, c) = (cancelled(Cause::RunDeadline, 1, 0, 10), skipped(Cause::RunDeadline, 10));
    record.ended_with(2, [succeeded(1, 0, 0), b, c, succeeded(1, 10, 11), succeeded(1, 10, 10)]);
}

pub(crate) fn clean_up_may_have_a_deadline_of_the_run() {
    let (a, b) = (failed(Cause::Deadline, 1, 0, 3), failed(Cause::TimedOut, 1, 0, 5));
    let does: [&[Do]; 3] = [&[Hang], &[Hang], &[Succeed(9)]];
    run!(bounded, &does).ended_with(1, [a, b, succeeded(1, 0, 9)]);
    // Options of the run leave it as it is.
    let ends = [a, b, succeeded(1, 0, 9)];
    run!(bounded, &does, bench => .config(Config::DEFAULT.clean_up_deadline(ms(1)).grace(ms(1)))).ended_with(1, ends);
    run!(bounded, &does, bench => .max_concurrent(9)).ended_with(1, ends);
}

pub(crate) fn a_result_wins_a_tie() {
    // Against a time limit.
    let [a, ..] = run!(limited, &[&[Succeed(5)]]).steps;
    assert_eq!(a, succeeded(1, 0, 5));
    // Against a stop, though the step that requested it was polled before.
    let record = run!(stopped, &[&[Cancel(2)], &[Succeed(2)]], bench => .cancel(&bench.stop));
    let (c, after) = (skipped(Cause::Cancelled, 2), succeeded(1, 2, 2));
    record.ended_with(2, [succeeded(1, 0, 2), succeeded(1, 0, 2), c, after, after]);
}

pub(crate) fn an_abandoned_attempt_is_over_before_another_starts() {
    let (bench, script) = (Bench::new(), [&[Hang][..], &[Succeed(1)], &[Succeed(1)], &[Succeed(1)]]);
    let mut board = one_at_once::Board { script: Script::new(&bench, &script) };
    let report = bench.run_to_end(one_at_once::run(&mut board, &&bench));
    let (a, b) = (failed(Cause::TimedOut, 1, 2, 7), succeeded(1, 0, 1));
    RunRecord::new(&report).ended_with(1, [a, b, succeeded(1, 1, 2), succeeded(1, 7, 8)]);
    assert_eq!(board.script.most_in_flight(), 1);
}

pub(crate) fn a_dropped_run_drops_its_steps() {
    let (bench, script) = (Bench::new(), [&[Hang][..], &[Succeed(1)]]);
    let (mut board, timer) = (eager::Board { script: Script::new(&bench, &script) }, &bench);
    {
        let mut run = pin!(eager::run(&mut board, &timer));
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!((board.script.in_flight(), board.script.most_in_flight()), (0, 2));
}

pub(crate) fn each_run_starts_fresh() {
    let mut storage = eager::Storage::new();
    for does in [&[][..], &[&[Fail(0)][..]], &[]] {
        let bench = Bench::new();
        let mut board = eager::Board { script: Script::new(&bench, does) };
        let report = bench.run_to_end(eager::runner().run_in(&mut storage, &mut board, &&bench));
        assert_eq!(report.is_success(), does.is_empty());
        assert_eq!(report.outputs.a.is_some(), does.is_empty());
    }
}

pub(crate) fn an_empty_pipeline_has_ended() {
    let bench = Bench::new();
    let report = bench.run_to_end(empty::run(&&bench));
    assert!(report.is_success() && report.steps().next().is_none());
}
