//! Checkpoints in memory.

use super::{Checkpoint, Checkpoints};
use crate::lock::Lock;
use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};
use core::{
    convert::Infallible,
    fmt,
    future::{Ready, ready},
};

/// Checkpoints in memory: for tests, and for a program that tries a failed run again. Clones share them. Two runs that use
/// them at once see each other's results.
///
/// ```
/// use rungs::{LocalPipeline, MemoryCheckpoints, NoClock};
///
/// let checkpoints = MemoryCheckpoints::new();
/// let is_locked = std::cell::Cell::new(true);
/// let report = loop {
///     let mut p = LocalPipeline::new("nightly");
///     let rows = p.step("fetch").checkpoint().run(async || Ok(vec![1, 2, 3]));
///     p.step("load").needs(rows).run(async |rows| if is_locked.take() { Err("locked".into()) } else { Ok(rows.len()) });
///     let report = futures_lite::future::block_on(p.runner().checkpoints(checkpoints.clone()).run(&NoClock))?;
///     if report.is_success() {
///         break report;
///     }
/// };
/// assert!(report.get("fetch").unwrap().is_given());
/// assert_eq!(checkpoints.list()[0].result.as_deref(), Some(&b"[1,2,3]"[..]));
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Clone)]
pub struct MemoryCheckpoints(Arc<Lock<BTreeMap<String, Checkpoint>>>);

impl MemoryCheckpoints {
    /// None.
    pub fn new() -> Self {
        Self(Arc::new(Lock::new(BTreeMap::new())))
    }

    /// What is stored, ordered by the names of the steps.
    pub fn list(&self) -> Vec<Checkpoint> {
        self.0.with(|stored| stored.values().cloned().collect())
    }
}

impl Default for MemoryCheckpoints {
    fn default() -> Self {
        Self::new()
    }
}

/// Those that another store has kept, to look at what a run over it would do: nothing that a run stores here gets there.
impl FromIterator<Checkpoint> for MemoryCheckpoints {
    fn from_iter<I: IntoIterator<Item = Checkpoint>>(stored: I) -> Self {
        let by_name = stored.into_iter().map(|checkpoint| (checkpoint.step.clone(), checkpoint));
        Self(Arc::new(Lock::new(by_name.collect())))
    }
}

impl fmt::Debug for MemoryCheckpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryCheckpoints").field(&self.list()).finish()
    }
}

impl Checkpoints for MemoryCheckpoints {
    type Error = Infallible;
    type Loading = Ready<Result<Vec<Checkpoint>, Infallible>>;
    type Storing = Ready<Result<(), Infallible>>;

    fn load(&self) -> Self::Loading {
        ready(Ok(self.list()))
    }

    fn store(&self, checkpoint: Checkpoint) -> Self::Storing {
        let replaced = self.0.with(|stored| stored.insert(checkpoint.step.clone(), checkpoint));
        drop(replaced);
        ready(Ok(()))
    }

    fn remove(&self, step: &str) -> Self::Storing {
        let removed = self.0.with(|stored| stored.remove(step));
        drop(removed);
        ready(Ok(()))
    }
}
