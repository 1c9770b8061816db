//! Runs on the clock of node: `adapters/wasm/test` sets up what is missing, and starts them.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    cell::Cell,
    future::{Future, pending, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
    time::{Duration, SystemTime},
};

use rungs::{Backoff, BoxError, CancelToken, Cause, Instant, LocalPipeline, Pipeline, Status, Timer};
use rungs_wasm::Wasm;
use wasm_bindgen_test::wasm_bindgen_test;

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Sleeps until the time has come: a sleep may end early, but it ends.
async fn until(deadline: Instant) {
    while Wasm.now() < deadline {
        Wasm.sleep_until(deadline).await;
    }
}

async fn sleep(span: Duration) {
    until(Wasm.now() + span).await;
}

#[wasm_bindgen_test]
async fn every_sleep_ends_and_the_clock_never_goes_back() {
    Wasm.sleep_until(Instant::ZERO).await;
    Wasm.sleep_until(Wasm.now()).await;
    for nanos in [1, 999_999, 1_000_000, 1_000_001, 12_345_678] {
        until(Wasm.now() + Duration::from_nanos(nanos)).await;
    }
    let mut last = Instant::ZERO;
    for _ in 0..100_000 {
        let now = Wasm.now();
        assert!(now >= last, "{now} after {last}");
        last = now;
    }
}

#[wasm_bindgen_test]
async fn far_deadlines_wait() {
    let now = Wasm.now();
    let day = ms(24 * 60 * 60 * 1_000);
    let spans = [24 * day, 25 * day, 50 * day, 365 * day, 36_500 * day, Duration::MAX].map(|span| now + span);
    for far in spans.into_iter().chain([Instant::NEVER, Instant::from_nanos(u64::MAX - 1)]) {
        let (mut far_sleep, mut near) = (pin!(Wasm.sleep_until(far)), pin!(sleep(ms(5))));
        let far_first = poll_fn(|cx| match far_sleep.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending => near.as_mut().poll(cx).map(|()| false),
        });
        assert!(!far_first.await, "{far} came within milliseconds");
    }
}

#[wasm_bindgen_test]
async fn ten_thousand_sleeps_at_once() {
    let ends = Rc::new(Cell::new(0));
    let mut p = LocalPipeline::new("many");
    for n in 0..10_000_u64 {
        let ends = ends.clone();
        p.step(&n.to_string()).run(move || {
            let ends = ends.clone();
            async move {
                sleep(ms(n % 20)).await;
                ends.set(ends.get() + 1);
                Ok(())
            }
        });
    }
    assert!(p.run(&Wasm).await.unwrap().is_success());
    assert_eq!(ends.get(), 10_000);
}

#[wasm_bindgen_test]
async fn a_retry_never_comes_before_its_backoff_is_over() {
    let mut p = Pipeline::new("retried");
    let third = p
        .step("third time")
        .retries(2)
        .backoff(Backoff::fixed(ms(15)))
        .run_with(async |cx| if cx.attempt() < 3 { Err("not yet".into()) } else { Ok(cx.attempt()) });
    let report = p.run(&Wasm).await.unwrap();
    assert_eq!(*report.output(third).unwrap(), 3);
    assert!(report.duration() >= ms(30), "{:?}", report.duration());
}

#[wasm_bindgen_test]
async fn a_timeout_cuts_off_and_never_early() {
    let mut p = LocalPipeline::new("cut off");
    let held = Rc::new(());
    let inner = held.clone();
    p.step("endless").timeout(ms(20)).run(move || {
        let held = inner.clone();
        async move {
            let _held = held;
            pending::<Result<(), BoxError>>().await
        }
    });
    p.step("quick").timeout(ms(10_000)).run(|| async { Ok(sleep(ms(1)).await) });
    let report = p.run(&Wasm).await.unwrap();
    let endless = report.get("endless").unwrap();
    assert_eq!(endless.cause(), Some(Cause::TimedOut));
    assert!(endless.duration() >= ms(20), "{:?}", endless.duration());
    assert_eq!(report.get("quick").unwrap().status(), Status::Success);
    drop(p);
    assert_eq!(Rc::strong_count(&held), 1);
}

#[wasm_bindgen_test]
async fn a_token_cancels() {
    let token = CancelToken::new();
    let other = token.clone();
    let mut p = Pipeline::new("cancelled");
    p.step("canceller").run(async || Ok(other.cancel()));
    p.step("endless").run(pending::<Result<(), BoxError>>);
    let report = p.runner().cancel(&token).run(&Wasm).await.unwrap();
    assert_eq!(report.get("endless").unwrap().cause(), Some(Cause::Cancelled));
    assert_eq!(report.exit_code(), 2);
}

#[wasm_bindgen_test]
async fn the_runs_deadline_cancels() {
    let mut p = Pipeline::new("deadline");
    p.step("endless").run(pending::<Result<(), BoxError>>);
    let report = p.runner().deadline(ms(20)).run(&Wasm).await.unwrap();
    assert_eq!(report.get("endless").unwrap().cause(), Some(Cause::RunDeadline));
    assert!(report.duration() >= ms(20));
}

#[wasm_bindgen_test]
async fn a_run_needs_no_wall_clock() {
    let mut p = Pipeline::new("quick");
    p.step("quick").run(async || Ok(()));
    assert_eq!(p.run(&Wasm).await.unwrap().wall_clock_start(), SystemTime::UNIX_EPOCH);
}
