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
pub struct MemoryCheckpoints {
    stored: Arc<Lock<BTreeMap<String, Checkpoint>>>,
    run_id: Option<Arc<str>>,
}

impl MemoryCheckpoints {
    /// None.
    pub fn new() -> Self {
        Self::of(BTreeMap::new())
    }

    /// With an id for their run, as a store of many runs has one.
    ///
    /// [`StepCx::idempotency_key`](crate::StepCx::idempotency_key) has an example.
    #[must_use]
    pub fn with_run_id(mut self, id: &str) -> Self {
        self.run_id = Some(id.into());
        self
    }

    fn of(stored: BTreeMap<String, Checkpoint>) -> Self {
        Self { stored: Arc::new(Lock::new(stored)), run_id: None }
    }

    /// What is stored, ordered by the names of the steps.
    pub fn list(&self) -> Vec<Checkpoint> {
        self.stored.with(|stored| stored.values().cloned().collect())
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
        Self::of(by_name.collect())
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
        let replaced = self.stored.with(|stored| stored.insert(checkpoint.step.clone(), checkpoint));
        drop(replaced);
        ready(Ok(()))
    }

    fn remove(&self, step: &str) -> Self::Storing {
        let removed = self.stored.with(|stored| stored.remove(step));
        drop(removed);
        ready(Ok(()))
    }

    fn run_id(&self) -> Option<String> {
        self.run_id.as_deref().map(String::from)
    }
}
