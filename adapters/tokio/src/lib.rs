#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod blocking;
mod handle;
mod on;
mod spawn;
mod timer;

pub use blocking::{Blocking, BlockingHandle};
pub use handle::Handle;
pub use on::On;

/// The clock of the current tokio runtime as a [`Timer`](rungs::Timer), and the runtime itself as a [`Spawner`](rungs::Spawner).
///
/// ```
/// use rungs::Pipeline;
/// use rungs_tokio::Tokio;
/// use std::time::Duration;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), rungs::PipelineError> {
/// let mut p = Pipeline::new("both").spawn_on(Tokio); // all steps are spawned
/// p.step("quick").timeout(Duration::from_secs(60)).run(async || Ok(()));
/// assert!(p.run(&Tokio).await?.is_success());
/// # Ok(())
/// # }
/// ```
///
/// The current runtime is that of the task that polls the run. Without one, use [`On`] with a handle of a runtime.
///
/// # Panics
/// Outside of a runtime, and within one whose time is not enabled (`enable_time`), a run panics at its first sleep; the message
/// is tokio's. A step that is spawned outside of a runtime fails with the same message.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "programs write it as a value")]
pub struct Tokio;

impl Tokio {
    /// Equivalent to writing `Tokio`.
    pub const fn new() -> Self {
        Self
    }
}

/// The current [`LocalSet`](tokio::task::LocalSet) as a [`Spawner`](rungs::Spawner), for steps that are not `Send`.
///
/// ```
/// use rungs::LocalPipeline;
/// use rungs_tokio::{Tokio, TokioLocal};
/// use std::{rc::Rc, time::Duration};
/// use tokio::task::LocalSet;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), rungs::PipelineError> {
/// let run = async {
///     let mut p = LocalPipeline::new("local").spawn_on(TokioLocal);
///     let shared = p.step("shared").timeout(Duration::from_secs(60)).run(async || Ok(Rc::new(7)));
///     let report = p.run(&Tokio).await?;
///     assert_eq!(**report.output(shared).unwrap(), 7);
///     Ok(())
/// };
/// LocalSet::new().run_until(run).await
/// # }
/// ```
///
/// A step that is spawned outside of a `LocalSet` fails: its attempt panics, with tokio's message.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "programs write it as a value")]
pub struct TokioLocal;

impl TokioLocal {
    /// Equivalent to writing `TokioLocal`.
    pub const fn new() -> Self {
        Self
    }
}
