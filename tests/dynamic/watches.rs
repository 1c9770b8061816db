//! Watches: other tasks await the end of one step while the run goes on.

use std::{cell::Cell, pin::pin, task::Poll};

use futures_lite::future::zip;
use rungs::{CancelToken, Cause, LocalPipeline, NoClock, Pipeline, Status, StepWatch, WatchError};
use rungs_tokio::Tokio;

use crate::support::{Hand, Sim, block, drive, ms};

#[test]
fn a_watch_ends_with_its_step_and_not_with_the_run() {
    let sim = Sim::new();
    let clock = sim.clock();
    let mut p = Pipeline::with_error::<&str>("watched");
    let early = p.step("early").run(|| async {
        clock.sleep(ms(10)).await;
        Ok(7)
    });
    p.step("late").after(early).run(|| async { Ok(clock.sleep(ms(90)).await) });
    let mut runner = p.runner();
    let (first, second) = (runner.watch(early), runner.watch(early));
    let seen = Cell::new(None);
    let watching = async {
        let value = *first.await.unwrap();
        seen.set(Some((value, rungs::Timer::now(&clock))));
        assert_eq!(*second.await.unwrap(), 7, "one that has ended already");
    };
    let (report, ()) = drive(&sim, zip(runner.run(&clock), watching));
    assert_eq!(report.unwrap().duration(), ms(100));
    assert_eq!(seen.get(), Some((7, rungs::Instant::ZERO + ms(10))));
}

#[test]
fn a_watch_tells_why_there_is_no_result() {
    let token = CancelToken::new();
    let mut p = Pipeline::with_error::<&str>("watched");
    let bad = p.step("bad").retries(1).run(|| async { Err::<u8, _>("no") });
    let behind = p.step("behind").needs(bad).run(async |_| Ok(()));
    let stops = p.step("stops").run(|| async { Ok(token.drain()) });
    let stopped = p.step("stopped").after(stops).run(|| async { Ok(()) });
    let mut other = Pipeline::with_error::<&str>("other");
    let foreign = other.step("foreign").run(|| async { Ok(1) });

    let mut runner = p.runner().cancel(&token);
    let bad = runner.watch(bad);
    let (behind, stopped, foreign) = (runner.watch(behind), runner.watch(stopped), runner.watch(foreign));
    let report = block(runner.run(&NoClock)).unwrap();
    assert_eq!(report.exit_code(), 2);
    let bad = block(bad).unwrap_err();
    assert!(matches!(bad, WatchError::NoSuccess { status: Status::Cancelled, cause: Cause::Drained, .. }), "{bad:?}");
    assert_eq!(bad.to_string(), "the step ended as cancelled: the run was drained");
    assert!(matches!(block(behind), Err(WatchError::NoSuccess { status: Status::Skipped, .. })));
    assert!(matches!(
        block(stopped),
        Err(WatchError::NoSuccess { status: Status::Skipped, cause: Cause::Drained, .. })
    ));
    assert_eq!(block(foreign).unwrap_err(), WatchError::NoSuchStep);
}

#[test]
fn a_watch_ends_with_a_run_that_is_dropped() {
    let mut p = Pipeline::with_error::<&str>("dropped");
    let hangs = p.step("hangs").run(std::future::pending::<Result<u8, &str>>);
    let hand = Hand::new();
    let mut runner = p.runner();
    let mut watch = pin!(runner.watch(hangs));
    {
        let mut run = pin!(runner.run(&NoClock));
        assert!(hand.poll(run.as_mut()).is_pending());
        assert!(hand.poll(watch.as_mut()).is_pending());
        hand.flag.take();
    }
    assert!(hand.flag.take(), "it was woken");
    assert!(matches!(hand.poll(watch.as_mut()), Poll::Ready(Err(WatchError::RunDropped))));
}

#[test]
fn what_is_watched_need_not_be_send_on_one_thread() {
    let mut p = LocalPipeline::new("local");
    let shared = p.step("shared").run(async || Ok(std::rc::Rc::new(5)));
    let mut runner = p.runner();
    let watch = runner.watch(shared);
    let (report, seen) = block(zip(runner.run(&NoClock), async { **watch.await.unwrap() + 1 }));
    assert!(report.unwrap().is_success());
    assert_eq!(seen, 6);
}

#[tokio::test]
async fn a_task_of_its_own_watches_a_run() {
    async fn length(text: StepWatch<String>) -> Result<usize, WatchError> {
        Ok(text.await?.len())
    }
    let mut p: Pipeline<'_> = Pipeline::new("tasks");
    let text = p.step("text").spawn_on(Tokio).run(async || Ok(String::from("four")));
    let mut runner = p.runner();
    let watching = tokio::spawn(length(runner.watch(text)));
    assert!(runner.run(&Tokio).await.unwrap().is_success());
    assert_eq!(watching.await.unwrap().unwrap(), 4);
}
