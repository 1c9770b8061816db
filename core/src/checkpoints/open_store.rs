//! A store whose type is erased, and what a run knows of it.

use super::{Checkpoint, Checkpoints, RunEnding};
use crate::{
    chain::Chain,
    panics::{Payload, call_caught, discard, guard, message},
};
use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};
use rungs_scheduler::StepId;

/// A future of a store; its error is a text.
pub(crate) type StoreFuture<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// A store of any type.
pub(crate) trait AnyStore: Send + Sync {
    fn load(&self) -> StoreFuture<Vec<Checkpoint>>;
    fn store(&self, checkpoint: Checkpoint) -> StoreFuture<()>;
    fn remove(&self, step: &str) -> StoreFuture<()>;
    fn run_id(&self) -> Option<String>;
    fn ended(&self, ending: &RunEnding<'_>);
}

impl<S> AnyStore for S
where
    S: Checkpoints<Loading: Send + 'static, Storing: Send + 'static> + Send + Sync,
{
    fn load(&self) -> StoreFuture<Vec<Checkpoint>> {
        let loading = guard(|| Checkpoints::load(self)).map_err(panicked);
        Box::pin(async {
            let mut loading = pin!(loading?);
            let loaded = poll_fn(|cx| match guard(|| loading.as_mut().poll(cx)) {
                Ok(polled) => polled.map_err(|error| Chain(&error).to_string()),
                Err(payload) => Poll::Ready(Err(panicked(payload))),
            });
            loaded.await
        })
    }

    fn store(&self, checkpoint: Checkpoint) -> StoreFuture<()> {
        let storing = Checkpoints::store(self, checkpoint);
        Box::pin(async { storing.await.map_err(|error| Chain(&error).to_string()) })
    }

    fn remove(&self, step: &str) -> StoreFuture<()> {
        let removing = Checkpoints::remove(self, step);
        Box::pin(async { removing.await.map_err(|error| Chain(&error).to_string()) })
    }

    fn run_id(&self) -> Option<String> {
        Checkpoints::run_id(self)
    }

    fn ended(&self, ending: &RunEnding<'_>) {
        Checkpoints::ended(self, ending);
    }
}

/// The text of a panic. That of storing is caught as any panic of an attempt.
fn panicked(payload: Payload) -> String {
    format!("panicked: {}", message(payload))
}

/// The store of a run.
pub(crate) struct OpenStore {
    store: Arc<dyn AnyStore>,
    /// Indexed by step.
    fingerprints: Vec<u64>,
    /// What tells the run apart from all others. Attempts that outlive the run may share it, and not the store.
    run_id: Option<Arc<String>>,
    has_ended: bool,
}

impl OpenStore {
    pub(crate) fn new(store: Arc<dyn AnyStore>, fingerprints: Vec<u64>) -> Self {
        // A store that cannot tell the run has none.
        let run_id = guard(|| store.run_id()).unwrap_or_else(|payload| {
            discard(payload);
            None
        });
        Self { store, fingerprints, run_id: run_id.map(Arc::new), has_ended: false }
    }

    pub(crate) fn run_id(&self) -> Option<&Arc<String>> {
        self.run_id.as_ref()
    }

    /// The same store after the end of the run, for what comes after it.
    pub(crate) fn after_end(&self) -> Self {
        let (store, run_id) = (self.store.clone(), self.run_id.clone());
        Self { store, fingerprints: Vec::new(), run_id, has_ended: true }
    }

    /// Begins to store what an attempt came to.
    pub(crate) fn store(&self, step: StepId, mut checkpoint: Checkpoint) -> StoreFuture<()> {
        checkpoint.fingerprint = self.fingerprints.get(step.index()).copied().unwrap_or_default();
        self.store.store(checkpoint)
    }

    /// Begins to remove what is stored of these steps, of one after another.
    pub(crate) fn remove(&self, steps: Vec<String>) -> StoreFuture<()> {
        let store = self.store.clone();
        Box::pin(async move {
            for step in &steps {
                store.remove(step).await?;
            }
            Ok(())
        })
    }

    /// Tells the store that the run has ended. A panic of it is discarded: the run has its outcome.
    pub(crate) fn end(&self, ending: &RunEnding<'_>) {
        if !self.has_ended {
            call_caught(&mut || self.store.ended(ending));
        }
    }
}
