#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod spawn;
mod timer;

// `smol::Executor` is async-executor's.
pub use rungs_async_executor::{Handle, On};
pub use timer::Sleep;

/// The clock of smol as a [`Timer`](rungs::Timer), and its global executor as a [`Spawner`](rungs::Spawner).
///
/// ```
/// use rungs::Pipeline;
/// use rungs_smol::Smol;
/// use std::time::Duration;
///
/// let mut p = Pipeline::new("both").spawn_on(Smol); // all steps are spawned
/// p.step("quick").timeout(Duration::from_secs(60)).run(async || Ok(()));
/// assert!(smol::block_on(p.run(&Smol))?.is_success());
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "programs write it as a value")]
pub struct Smol;

impl Smol {
    /// Equivalent to writing `Smol`.
    pub const fn new() -> Self {
        Self
    }
}
