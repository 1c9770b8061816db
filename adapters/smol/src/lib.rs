#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod all_cores;
mod spawn;
mod timer;

pub use all_cores::AllCores;
// `smol::Executor` is async-executor's.
pub use rungs_async_executor::{Handle, On};
pub use timer::Sleep;

/// The clock of smol as a [`Timer`](rungs::Timer), and its global executor as a [`Spawner`](rungs::Spawner).
///
/// That executor has one thread for the whole process, unless the environment variable `SMOL_THREADS` asks for more: steps
/// leave the thread of the run, but compute one after the other. [`AllCores`] lets them compute at the same time.
///
/// ```
/// use rungs::Pipeline;
/// use rungs_smol::Smol;
/// use std::time::Duration;
///
/// let mut p = Pipeline::new("both").spawn_on(Smol); // all steps are spawned, on the one thread
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
