//! Steps in place that hold their thread are warned of, where that is asked for.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod support;

use rungs::{NoClock, Pipeline};
use rungs_smol::AllCores;
use rungs_tracing::TracingObserver;
use std::{thread, time::Duration};
use support::Lines;
use tracing::Level;

/// Holds its thread in each of three polls.
async fn compute() {
    for _ in 0..3 {
        thread::sleep(Duration::from_millis(1));
        futures_lite::future::yield_now().await;
    }
}

/// The warnings of a run, without the numbers.
fn warnings(level: Level, observer: TracingObserver) -> Vec<String> {
    let lines = Lines::default();
    let mut p = Pipeline::with_error("etl");
    p.step("parse").retries(1).run_with(async |cx| {
        compute().await;
        if cx.attempt() == 1 { Err("again") } else { Ok(()) }
    });
    p.step("spawned").spawn_on(AllCores).run(async || {
        compute().await;
        Ok(())
    });
    tracing::subscriber::with_default(lines.subscriber(level), || {
        let run = p.runner().observe(observer).run(&NoClock);
        assert!(futures_lite::future::block_on(run).unwrap().is_success());
    });
    let without_numbers =
        |line: String| line.replace(|letter: char| letter.is_ascii_digit(), "").replace(". ms", " ms");
    lines.get().into_iter().map(without_numbers).filter(|line| line.contains("computed")).collect()
}

#[test]
fn the_first_long_poll_of_each_attempt_in_place_is_a_warning() {
    let all = || rungs_tracing::observer().with_poll_limit(Duration::ZERO);
    let warning = "rungs: `parse` computed  ms without awaiting: spawn it computed_ms=";
    let line = format!("WARN run{{pipeline=\"etl\"}}:step{{step=\"parse\"}}:attempt{{attempt=}}: {warning}");
    assert_eq!(warnings(Level::INFO, all()), [line.clone(), line]);
    // It needs no span.
    let line = format!("WARN {warning}");
    assert_eq!(warnings(Level::WARN, all()), [line.clone(), line]);
}

#[test]
fn what_is_below_the_limit_or_not_asked_for_is_not_told() {
    let none = rungs_tracing::observer().with_poll_limit(Duration::MAX);
    assert!(warnings(Level::INFO, none).is_empty());
    assert!(warnings(Level::INFO, rungs_tracing::observer()).is_empty());
}
