#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod timer;

/// The clock of the browser or of node as a [`Timer`](rungs::Timer).
///
/// ```no_run
/// use rungs::{LocalPipeline, PipelineError};
/// use rungs_wasm::Wasm;
/// use std::{rc::Rc, time::Duration};
///
/// # async fn run() -> Result<(), PipelineError> {
/// let mut p = LocalPipeline::new("local");
/// let shared = p.step("shared").timeout(Duration::from_secs(60)).run(async || Ok(Rc::new(7))); // not `Send`
/// let report = p.run(&Wasm).await?;
/// assert_eq!(**report.output(shared).unwrap(), 7);
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// Where the global object has no `setTimeout` or no `performance`, a run panics as it reads the clock or sleeps.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "programs write it as a value")]
pub struct Wasm;

impl Wasm {
    /// Equivalent to writing `Wasm`.
    pub const fn new() -> Self {
        Self
    }
}
