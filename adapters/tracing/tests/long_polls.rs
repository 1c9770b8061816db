//! Steps in place that hold their thread are warned of, where that is asked for.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use rungs::{NoClock, Pipeline};
use rungs_smol::AllCores;
use rungs_tracing::TracingObserver;
use std::{
    io,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use tracing::Level;

/// Where lines go.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

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
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let mut p = Pipeline::with_error("etl");
    p.step("parse").retries(1).run_with(async |cx| {
        compute().await;
        if cx.attempt() == 1 { Err("again") } else { Ok(()) }
    });
    p.step("spawned").spawn_on(AllCores).run(async || {
        compute().await;
        Ok(())
    });
    tracing::subscriber::with_default(subscriber, || {
        let run = p.runner().observe(observer).run(&NoClock);
        assert!(futures_lite::future::block_on(run).unwrap().is_success());
    });
    let bytes = lines.0.lock().unwrap();
    let text = String::from_utf8_lossy(&bytes).replace(|letter: char| letter.is_ascii_digit(), "");
    text.lines().map(|line| line.trim_start().replace(". ms", " ms")).filter(|line| line.contains("computed")).collect()
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
