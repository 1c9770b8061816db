//! The rules of branches and of order.

use super::*;
use crate::pipelines::{branches, protected, sequence};

pub(crate) fn a_step_may_skip_itself() {
    let record = branch([true, false], &[]);
    let itself = skipped_itself(Cause::SkippedItself, 0, 0);
    record.ended_with(0, [succeeded(1, 0, 0), itself, skipped(through(1, 1), 0), succeeded(1, 0, 0)]);
}

pub(crate) fn a_join_runs_with_the_branches_that_were_taken() {
    // It waits for all branches.
    let record = branch([false, true], &[&[Succeed(1)], &[Succeed(2)], &[Succeed(3)]]);
    let itself = skipped_itself(Cause::SkippedItself, 0, 1);
    record.ended_with(0, [itself, succeeded(1, 0, 2), succeeded(1, 2, 5), succeeded(1, 5, 5)]);
    let record = branch([false; 2], &[&[Succeed(1)], &[Succeed(2)]]);
    let other = skipped_itself(Cause::SkippedItself, 0, 2);
    record.ended_with(0, [itself, other, skipped(through(1, 1), 2), skipped(through(0, 0), 2)]);
}

pub(crate) fn a_join_ends_with_its_first_failed_branch() {
    let record = branch([true; 2], &[&[Succeed(5)], &[Succeed(1)], &[Fail(1)]]);
    let c = failed(Cause::Failed, 1, 1, 2);
    record.ended_with(1, [succeeded(1, 0, 5), succeeded(1, 0, 1), c, failed_by_need(through(2, 2), 2)]);
}

/// Runs two branches, of which these are taken. The second has two steps.
#[track_caller]
fn branch(taken: [bool; 2], does: &[&[Do]]) -> RunRecord<4> {
    let bench = Bench::new();
    let mut board = branches::Board { script: Script::new(&bench, does), taken };
    let report = bench.run_to_end(branches::run(&mut board, &&bench));
    if let Some(join) = report.outputs.d {
        assert_eq!(join, [taken[0].then_some(1), taken[1].then_some(20)]);
    }
    RunRecord::new(&report)
}

pub(crate) fn a_step_waits_for_all_before_it() {
    let record = run!(sequence, &[&[Fail(3)], &[Succeed(1)]]);
    let (a, b, c) = (failed(Cause::Failed, 1, 0, 3), succeeded(1, 3, 4), succeeded(1, 4, 4));
    record.ended_with(1, [a, b, c, failed_by_need(through(0, 0), 3)]);
    let record = run!(sequence, &[&[Succeed(3)], &[Succeed(1)]]);
    record.ended_with(0, [succeeded(1, 0, 3), succeeded(1, 3, 4), succeeded(1, 4, 4), succeeded(1, 4, 4)]);
}

pub(crate) fn an_attempt_may_outlast_its_timeout() {
    run!(protected, &[&[Succeed(9)]]).ended_with(0, [succeeded(1, 0, 9), succeeded(1, 0, 0)]);
    run!(protected, &[&[Fail(9), Succeed(1)]]).ended_with(0, [succeeded(2, 0, 10), succeeded(1, 0, 0)]);
}

pub(crate) fn an_attempt_may_outlast_a_stop() {
    let b = succeeded(1, 0, 2);
    for stop in [&[Cancel(2)], &[CancelTwice(2)]] {
        let does: [&[Do]; 2] = [&[Succeed(9)], stop];
        run!(protected, &does, bench => .cancel(&bench.stop)).ended_with(0, [succeeded(1, 0, 9), b]);
        let does: [&[Do]; 2] = [&[Fail(9)], stop];
        let a = failed(Cause::Failed, 1, 0, 9);
        run!(protected, &does, bench => .cancel(&bench.stop)).ended_with(1, [a, b]);
    }
}
