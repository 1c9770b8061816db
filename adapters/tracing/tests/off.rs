//! A run that starts while nobody listens. A program of its own: elsewhere other tests listen.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod support;

use rungs::{LocalPipeline, NoClock, Pipeline};
use std::{cell::RefCell, time::Duration};
use support::Lines;
use tracing::{Level, subscriber::set_default};

#[test]
fn a_run_belongs_to_the_subscriber_of_its_start_and_shows_nothing_if_there_is_none() {
    let (lines, listens) = (Lines::default(), RefCell::new(None));
    let mut p = LocalPipeline::new("unheard");
    p.step("listens").run(async || {
        *listens.borrow_mut() = Some(set_default(lines.subscriber(Level::TRACE)));
        Ok(())
    });
    p.step("fails").run(async || Err::<(), _>("lost".into()));
    let mut observer = rungs_tracing::observer().with_poll_limit(Duration::ZERO);
    let report = futures_lite::future::block_on(p.runner().observe(&mut observer).run(&NoClock)).unwrap();
    assert_eq!((report.exit_code(), lines.get()), (1, Vec::new()));

    // The next run is heard.
    let mut p: Pipeline<'_> = Pipeline::new("heard");
    p.step("only").run(async || Ok(()));
    let report = futures_lite::future::block_on(p.runner().observe(&mut observer).run(&NoClock)).unwrap();
    assert!(report.is_success());
    assert!(lines.get().iter().any(|line| line.contains("run{pipeline=\"heard\"}")), "{:?}", lines.get());
}
