#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod clock;
mod line;
mod live;
mod output;
mod progress;
mod screen;
mod state;

pub use output::Printer;
pub use progress::Progress;

/// An observer that shows runs on standard error. Equivalent to [`Progress::new`].
///
/// ```
/// use rungs::{NoClock, Pipeline};
///
/// let mut p: Pipeline = Pipeline::new("etl");
/// p.step("extract").run(async || Ok(()));
/// let run = p.runner().observe(rungs_indicatif::observer()).run(&NoClock);
/// assert!(futures_lite::future::block_on(run)?.is_success());
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub fn observer() -> Progress {
    Progress::new()
}
