//! Lines of a log, as `tracing_subscriber::fmt` writes them: what steps say carries pipeline, step and attempt.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod support;

use rungs::{Backoff, BoxError, CancelToken, Config, NoClock, OnFailure, Pipeline, sim::Sim};
use std::time::Duration;
use support::Lines;
use tracing::{Level, subscriber::with_default};

const MS: fn(u64) -> Duration = Duration::from_millis;

#[test]
fn a_run_with_retries_failures_and_skips_is_told_line_by_line() {
    let (lines, sim) = (Lines::default(), Sim::new());
    let clock = sim.clock();
    let mut p = Pipeline::with_error("etl");
    let rows = p.step("extract").retries(1).backoff(Backoff::fixed(MS(40))).run_with(async |cx| {
        tracing::info!(rows = 2, "before");
        clock.sleep(MS(5)).await;
        tracing::info!("after");
        if cx.attempt() == 1 { Err("connection\nreset") } else { Ok(()) }
    });
    let load = p.step("load").needs(rows).run(async |_| Err::<(), _>("no table"));
    p.step("index").needs(load).run(async |_| Ok(()));
    p.step("mail").needs(load).skip_on_error().run(async |_| Ok(()));
    with_default(lines.subscriber(Level::DEBUG), || {
        let run = p.runner().observe(rungs_tracing::observer()).run(&clock);
        assert_eq!(sim.block_on(run).unwrap().unwrap().exit_code(), 1);
    });
    let run = "run{pipeline=\"etl\"}";
    let extract = format!("{run}:step{{step=\"extract\"}}");
    let load = format!("{run}:step{{step=\"load\"}}");
    assert_eq!(
        lines.get(),
        [
            format!("DEBUG {run}: rungs: etl: run started: 4 steps steps=4"),
            format!("DEBUG {extract}:attempt{{attempt=1}}: rungs: extract: started"),
            format!("INFO {extract}:attempt{{attempt=1}}: context: before rows=2"),
            format!("INFO {extract}:attempt{{attempt=1}}: context: after"),
            format!(
                "WARN {extract}:attempt{{attempt=1}}: rungs: extract: connection\\nreset; again in 40ms attempt=1 delay_ms=40"
            ),
            format!("DEBUG {extract}:attempt{{attempt=2}}: rungs: extract: attempt 2"),
            format!("INFO {extract}:attempt{{attempt=2}}: context: before rows=2"),
            format!("INFO {extract}:attempt{{attempt=2}}: context: after"),
            format!(
                "DEBUG {run}:step{{step=\"extract\" status=success attempts=2}}: rungs: extract: success after retries status=success attempts=2"
            ),
            format!("DEBUG {load}:attempt{{attempt=1}}: rungs: load: started"),
            format!(
                "ERROR {run}:step{{step=\"load\" status=failed attempts=1}}: rungs: load: failed: no table status=failed attempts=1"
            ),
            format!("WARN {run}: rungs: index: failed: `load` failed status=failed attempts=0"),
            format!("WARN {run}: rungs: mail: skipped: `load` failed status=skipped attempts=0"),
            "WARN run{pipeline=\"etl\" exit_code=1}: rungs: etl: run ended: 1 success, 1 failed, 1 more for a failed need, 1 skipped, exit code 1 exit_code=1".to_owned(),
        ]
    );
}

#[test]
fn a_filter_on_info_keeps_the_context_and_leaves_out_starts() {
    let lines = Lines::default();
    let mut p = Pipeline::new("quiet");
    p.step("only").run(async || {
        tracing::info!("hello");
        Ok(())
    });
    with_default(lines.subscriber(Level::INFO), || {
        let run = p.runner().observe(rungs_tracing::observer()).run(&NoClock);
        assert!(futures_lite::future::block_on(run).unwrap().is_success());
    });
    let within = "run{pipeline=\"quiet\"}:step{step=\"only\"}:attempt{attempt=1}";
    let end = "run{pipeline=\"quiet\" exit_code=0}";
    assert_eq!(
        lines.get(),
        [
            format!("INFO {within}: context: hello"),
            format!("INFO {end}: rungs: quiet: run ended: 1 success, exit code 0 exit_code=0"),
        ]
    );
}

#[test]
fn nothing_stays_entered_after_a_cancel_or_a_panic() {
    let (lines, token) = (Lines::default(), CancelToken::new());
    let mut p: Pipeline<'_> = Pipeline::new("stopped");
    p.config(Config::DEFAULT.on_failure(OnFailure::Cancel));
    p.step("hangs").run(async || std::future::pending::<Result<(), BoxError>>().await);
    p.step("panics").run(async || -> Result<(), BoxError> { panic!("oh") });
    with_default(lines.subscriber(Level::INFO), || {
        let run = p.runner().cancel(&token).observe(rungs_tracing::observer()).run(&NoClock);
        assert_eq!(futures_lite::future::block_on(run).unwrap().exit_code(), 1);
        assert!(tracing::Span::current().is_none());
        tracing::info!("alone");
    });
    assert!(lines.get().contains(&"INFO context: alone".into()), "{:?}", lines.get());
}

/// One that borrows and is not `Send` is shown as well.
#[test]
fn static_runs_have_spans_and_events() {
    #[rungs::pipeline(error = &'static str)]
    mod boot {
        #[step]
        async fn power() -> Result<u32, &'static str> {
            Ok(3_300)
        }
    }
    let lines = Lines::default();
    with_default(lines.subscriber(Level::DEBUG), || {
        let run = boot::runner().observe(rungs_tracing::observer()).run((), &NoClock);
        assert!(futures_lite::future::block_on(run).is_success());
    });
    let end = "DEBUG run{pipeline=\"boot\"}:step{step=\"power\" status=success attempts=1}: rungs: power: success status=success attempts=1";
    assert!(lines.get().contains(&end.into()), "{:?}", lines.get());
}

#[test]
fn what_a_run_was_not_asked_for_is_no_warning() {
    let lines = Lines::default();
    let mut p: Pipeline<'_> = Pipeline::new("part");
    let fetch = p.step("fetch").run(async || Ok(1));
    let parse = p.step("parse").needs(fetch).run(async |rows| Ok(*rows));
    p.step("mail").after(parse).run(async || Ok(()));
    with_default(lines.subscriber(Level::DEBUG), || {
        let run = p.runner().given(parse, 2).only(parse).observe(rungs_tracing::observer()).run(&NoClock);
        assert_eq!(futures_lite::future::block_on(run).unwrap().exit_code(), 0);
    });
    let run = "run{pipeline=\"part\"}: rungs:";
    let told = lines.get();
    assert!(told.contains(&format!("DEBUG {run} fetch: skipped: up to date status=skipped attempts=0")), "{told:#?}");
    assert!(told.contains(&format!("DEBUG {run} parse: success, given status=success attempts=0")), "{told:#?}");
    assert!(told.contains(&format!("DEBUG {run} mail: skipped: not selected status=skipped attempts=0")), "{told:#?}");
}
