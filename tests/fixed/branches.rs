//! Steps that skip themselves, joins of branches, orders without needs, and steps after all others.

use crate::{Bad, Clock, Hand, Sim, line, ms, run};
use rungs::{Cause, NoClock, Status, StepId, Timer};
use std::{future::pending, pin::pin};

fn id(step: usize) -> StepId {
    StepId::new(step).unwrap()
}

/// A release is built where the sources have changed, and published whatever was built.
#[rungs::pipeline(error = Bad)]
mod release {
    use super::*;

    pub struct Tree {
        pub has_docs: bool,
        pub has_code: bool,
        pub tests: Result<(), Bad>,
    }

    #[step]
    async fn fetch() -> u32 {
        7
    }

    #[step(maybe)]
    async fn docs(has_docs: &bool, fetch: &u32) -> Option<u32> {
        has_docs.then_some(*fetch)
    }

    #[step(maybe, retries = 1)]
    async fn code(has_code: &bool, fetch: &u32, cx: &rungs::StepCx) -> Result<Option<u32>, Bad> {
        if cx.attempt() == 1 { Err(Bad("flaky")) } else { Ok(has_code.then_some(10 * fetch)) }
    }

    #[step]
    async fn test(code: &u32, tests: &Result<(), Bad>) -> Result<u32, Bad> {
        tests.map(|()| *code)
    }

    #[step(when_none_failed)]
    async fn publish(docs: Option<&u32>, test: Option<&u32>) -> (Option<u32>, Option<u32>) {
        (docs.copied(), test.copied())
    }

    #[step(when_any_failed)]
    async fn alarm(docs: Result<&u32, Cause>, test: Result<&u32, Cause>) -> [Option<Cause>; 2] {
        [docs.err(), test.err()]
    }
}

fn release(has_docs: bool, has_code: bool, tests: Result<(), Bad>) -> release::Report {
    let mut tree = release::Tree { has_docs, has_code, tests };
    run(&Sim::new(), release::run(&mut tree, &NoClock))
}

#[test]
fn a_branch_that_skips_itself_is_pruned_and_the_join_runs_with_the_other() {
    let both = release(true, true, Ok(()));
    assert_eq!((both.outputs.docs, both.outputs.code), (Some(7), Some(70)));
    assert_eq!(both.outputs.publish, Some((Some(7), Some(70))));

    let report = release(true, false, Ok(()));
    assert_eq!((report.exit_code(), report.outputs.publish), (0, Some((Some(7), None))));
    let code = report.get("code").unwrap();
    assert_eq!((code.status(), code.cause(), code.attempts()), (Status::Skipped, Some(Cause::SkippedItself), 2));
    assert!(code.error().is_none(), "what an earlier attempt returned is not why it was skipped");
    assert_eq!(code.reason().unwrap().to_string(), "by itself");
    let test = report.get("test").unwrap();
    assert_eq!(test.cause(), Some(Cause::Dependency { root: code.id(), via: code.id() }));
    assert_eq!((test.status(), test.attempts()), (Status::Skipped, 0));
    assert_eq!(report.get("alarm").unwrap().cause(), Some(Cause::NotNeeded));
    assert_eq!(report.outputs.code, None);
}

#[test]
fn a_join_of_branches_that_all_skip_themselves_is_skipped() {
    let report = release(false, false, Ok(()));
    let publish = report.get("publish").unwrap();
    assert_eq!((publish.status(), report.exit_code()), (Status::Skipped, 0));
    assert_eq!(publish.cause(), Some(Cause::Dependency { root: id(1), via: id(1) }));
}

#[test]
fn a_join_ends_as_others_do_when_a_branch_fails() {
    let report = release(false, true, Err(Bad("red")));
    let publish = report.get("publish").unwrap();
    assert_eq!((publish.status(), report.exit_code()), (Status::Failed, 1));
    assert_eq!(publish.cause(), Some(Cause::Dependency { root: id(3), via: id(3) }));
    // Nothing went wrong with the branch that skipped itself, but that is why there is no result.
    assert_eq!(report.outputs.alarm, Some([Some(Cause::SkippedItself), Some(Cause::Failed)]));
}

#[test]
fn observers_are_told_that_a_step_skipped_itself() {
    let mut lines = Vec::new();
    let mut tree = release::Tree { has_docs: false, has_code: false, tests: Ok(()) };
    let seen = |event: &rungs::Event<'_, Bad>| lines.push(line(event));
    let _ = run(&Sim::new(), release::runner().on_event(seen).run(&mut tree, &NoClock));
    let ended = |line: &str| lines.iter().any(|seen| seen == line);
    assert!(ended("0 docs: skipped: by itself"), "{lines:?}");
    assert!(ended("0 code: skipped after 2 attempts: by itself"), "without the error of the first: {lines:?}");
}

/// A join takes results as any step does: by reference, to change them, or altogether.
#[rungs::pipeline(error = Bad)]
mod joins {
    use super::*;

    #[step(maybe)]
    async fn left() -> Option<String> {
        Some("left".into())
    }

    #[step(maybe)]
    async fn right() -> Option<Vec<u8>> {
        None
    }

    #[step]
    async fn middle() -> Vec<u8> {
        vec![1]
    }

    #[step(when_none_failed, after(right))]
    async fn grow(middle: Option<&mut Vec<u8>>, left: Option<&String>) -> bool {
        let Some(middle) = middle else { return false };
        middle.push(2);
        left.is_some()
    }

    #[step(when_none_failed, follows(grow))]
    async fn take(left: Option<String>, right: Option<Vec<u8>>, middle: Option<&Vec<u8>>) -> usize {
        left.map_or(0, |left| left.len()) + right.map_or(0, |right| right.len()) + middle.map_or(0, Vec::len)
    }
}

#[test]
fn a_join_borrows_and_takes_what_there_is() {
    let report = run(&Sim::new(), joins::run(&NoClock));
    assert!(report.is_success(), "{report}");
    assert_eq!((report.outputs.grow, report.outputs.take), (Some(true), Some(6)));
    assert_eq!(report.outputs.left, None, "it was taken");
}

/// The second step follows the first, which fails after a retry; all that was declared before `report` has ended when it runs.
#[rungs::pipeline(error = Bad)]
mod orders {
    use super::*;

    pub struct Board {
        pub log: Vec<&'static str>,
        pub clock: Clock,
    }

    #[step(retries = 1, backoff = fixed(ms(10)))]
    async fn migrate() -> Result<(), Bad> {
        Err(Bad("locked"))
    }

    #[step(follows(migrate))]
    async fn serve(clock: &Clock) -> u64 {
        clock.now().as_nanos() / 1_000_000
    }

    #[step]
    async fn warm(clock: &Clock) {
        clock.sleep_until(clock.now() + ms(30)).await;
    }

    #[step(when_any_failed, follows(serve))]
    async fn page(migrate: Result<&(), Cause>, log: &mut Vec<&'static str>) -> bool {
        log.push("page");
        migrate.is_err()
    }

    #[step(when_all_done, after_all)]
    async fn report(log: &mut Vec<&'static str>, clock: &Clock, serve: Result<&u64, Cause>) -> (u64, bool) {
        log.push("report");
        (clock.now().as_nanos() / 1_000_000, serve.is_ok())
    }

    #[step]
    async fn apart() {}

    #[step(when_none_failed, after_all)]
    async fn celebrate() {}
}

#[test]
fn a_step_follows_others_whatever_their_outcome() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = orders::Board { log: Vec::new(), clock: clock.clone() };
    let report = run(&sim, orders::run(&mut board, &clock));
    assert_eq!(report.get("migrate").unwrap().status(), Status::Failed);
    assert_eq!(report.outputs.serve, Some(10), "after the last attempt, its backoff included");
    assert_eq!((report.outputs.page, report.outputs.report), (Some(true), Some((30, true))));
    assert_eq!(board.log, ["page", "report"]);
    let celebrate = report.get("celebrate").unwrap();
    assert_eq!(celebrate.cause(), Some(Cause::Dependency { root: id(0), via: id(0) }));
    let plan = &orders::STATIC_PLAN.plan;
    assert!(plan.waits_for_all(id(4)) && plan.waits_for_all(id(6)) && !plan.waits_for_all(id(3)));
    assert!(plan.needs(id(1)).iter().all(|need| need.is_order()));
}

/// What must not end half-way.
#[rungs::pipeline(error = Bad, on_failure = cancel)]
mod flash {
    use super::*;

    pub struct Board {
        pub clock: Clock,
        pub written: u32,
        pub fails: bool,
    }

    #[step(never_cancel, timeout = ms(5), retries = 3)]
    async fn write(written: &mut u32, clock: &Clock, fails: &bool) -> Result<(), Bad> {
        for _ in 0..3 {
            clock.sleep_until(clock.now() + ms(10)).await;
            *written += 1;
        }
        if *fails { Err(Bad("worn out")) } else { Ok(()) }
    }

    #[step]
    async fn watch(clock: &Clock) -> Result<(), Bad> {
        clock.sleep_until(clock.now() + ms(7)).await;
        Err(Bad("brown-out"))
    }

    #[step]
    async fn hang() {
        pending().await
    }
}

#[test]
fn neither_a_timeout_nor_a_stop_drops_an_attempt_that_is_never_cancelled() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = flash::Board { clock: clock.clone(), written: 0, fails: false };
    let report = run(&sim, flash::run(&mut board, &clock));
    let write = report.get("write").unwrap();
    assert_eq!((write.status(), write.attempts(), write.duration()), (Status::Success, 1, ms(30)));
    assert_eq!(report.get("hang").unwrap().cause(), Some(Cause::Stopped { by: id(1) }));
    assert_eq!(board.written, 3);
}

#[test]
fn its_error_is_final_after_a_stop() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut board = flash::Board { clock: clock.clone(), written: 0, fails: true };
    let report = run(&sim, flash::run(&mut board, &clock));
    let write = report.get("write").unwrap();
    assert_eq!((write.status(), write.attempts()), (Status::Failed, 1));
    assert_eq!(board.written, 3);
}

#[test]
fn a_second_cancel_lets_it_go_on_and_a_dropped_run_does_not() {
    let sim = Sim::new();
    let clock = sim.clock();
    let stop = rungs::fixed::StopSignal::new();
    for drops in [false, true] {
        let mut board = flash::Board { clock: clock.clone(), written: 0, fails: false };
        {
            let mut run = pin!(flash::runner().cancel(&stop).run(&mut board, &clock));
            let hand = Hand::new();
            assert!(hand.poll(run.as_mut()).is_pending());
            stop.cancel();
            assert!(hand.poll(run.as_mut()).is_pending());
            stop.cancel();
            assert!(hand.poll(run.as_mut()).is_pending());
            if !drops {
                let report = crate::run(&sim, run);
                assert_eq!(report.get("write").unwrap().status(), Status::Success);
            }
        }
        assert_eq!(board.written, if drops { 0 } else { 3 });
        stop.reset();
    }
}
