#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod events;
mod long_polls;
mod scope;
mod spans;

pub use spans::TracingObserver;

/// An observer for one run, which shows it to the current tracing subscriber. Equivalent to `TracingObserver::new()`.
///
/// ```
/// use rungs::{NoClock, Pipeline};
///
/// let mut p = Pipeline::new("etl");
/// p.step("extract").run(async || {
///     tracing::info!("hello"); // INFO run{pipeline="etl"}:step{step="extract"}:attempt{attempt=1}: hello
///     Ok(())
/// });
/// let run = p.runner().observe(rungs_tracing::observer()).run(&NoClock);
/// assert!(futures_lite::future::block_on(run)?.is_success());
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[must_use = "it is to be given to `observe`"]
pub fn observer() -> TracingObserver {
    TracingObserver::new()
}
