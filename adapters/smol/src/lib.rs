#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod spawn;
mod timer;

// `smol::Executor` is async-executor's.
pub use rungs_async_executor::{Handle, On};
pub use timer::Sleep;

/// smol: its clock as a [`Timer`](rungs::Timer), its global executor as a [`Spawner`](rungs::Spawner).
///
/// ```
/// use rungs::Pipeline;
/// use rungs_smol::Smol;
/// use std::time::Duration;
///
/// let mut p: Pipeline<'_, &str, _> = Pipeline::with_error("both").spawn_on(Smol);
/// p.step("quick").timeout(Duration::from_secs(60)).run(async || Ok(()));
/// assert!(smol::block_on(p.run(&Smol))?.is_success());
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a word, used as a value")]
pub struct Smol;

impl Smol {
    /// The same as the bare word.
    pub const fn new() -> Self {
        Self
    }
}
