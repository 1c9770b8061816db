//! Checkpoints that take their time, fail, and tell what they are asked.

use super::{Count, Log};
use rungs::{
    Checkpoint, Checkpoints, MemoryCheckpoints, RunEnding, StepEnding,
    sim::{Clock, Sim},
};
use std::{fmt, future::Future, io, pin::Pin, time::Duration};

/// Checkpoints in memory, each of which takes a while to be stored; those of some steps fail.
#[derive(Clone)]
pub(crate) struct Slow {
    pub(crate) kept: MemoryCheckpoints,
    pub(crate) log: Log,
    /// How many of its clones runs hold.
    pub(crate) alive: Count,
    clock: Clock,
    takes: Duration,
    refuses: &'static str,
}

/// A store as a run holds it.
pub(crate) struct Held<S> {
    store: S,
    _guard: super::Guard,
}

impl Slow {
    pub(crate) fn new(sim: &Sim, takes: Duration) -> Self {
        let (kept, log, alive) = (MemoryCheckpoints::new(), Log::new(), Count::new());
        Self { kept, log, alive, clock: sim.clock(), takes, refuses: "" }
    }

    /// Cannot store the result of this step.
    pub(crate) fn refusing(mut self, step: &'static str) -> Self {
        self.refuses = step;
        self
    }

    /// For one run.
    pub(crate) fn open(&self) -> Held<Self> {
        Held { store: self.clone(), _guard: self.alive.guard() }
    }

    /// The steps that are stored.
    pub(crate) fn steps(&self) -> Vec<String> {
        self.kept.list().into_iter().map(|checkpoint| checkpoint.step).collect()
    }
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Full>> + Send>>;

impl Checkpoints for Held<Slow> {
    type Error = Full;
    type Loading = Answer<Vec<Checkpoint>>;
    type Storing = Answer<()>;

    fn load(&self) -> Self::Loading {
        let Slow { clock, takes, kept, .. } = self.store.clone();
        Box::pin(async move {
            clock.sleep(takes).await;
            Ok(kept.list())
        })
    }

    fn store(&self, checkpoint: Checkpoint) -> Self::Storing {
        let Slow { clock, takes, kept, log, refuses, .. } = self.store.clone();
        log.write(format!("store {}", checkpoint.step));
        assert!(checkpoint.step != "odd", "odd names are not for us");
        Box::pin(async move {
            clock.sleep(takes).await;
            if checkpoint.step == refuses {
                return Err(Full(io::ErrorKind::StorageFull.into()));
            }
            let Ok(()) = kept.store(checkpoint).await;
            Ok(())
        })
    }

    fn remove(&self, step: &str) -> Self::Storing {
        let Slow { clock, takes, kept, log, .. } = self.store.clone();
        let step = String::from(step);
        log.write(format!("remove {step}"));
        Box::pin(async move {
            clock.sleep(takes).await;
            let Ok(()) = kept.remove(&step).await;
            Ok(())
        })
    }

    fn ended(&self, ending: &RunEnding<'_>) {
        self.store.log.write(format!("{} ended: {}", ending.pipeline(), ending.exit_code()));
        for step in ending.steps() {
            self.store.log.write(line(step));
        }
        assert!(ending.pipeline() != "odd", "a panic of the store");
    }
}

fn line(step: StepEnding<'_>) -> String {
    let cause = step.cause().map_or(String::new(), |cause| format!(" ({cause})"));
    let (attempts, started, took) = (step.attempts(), step.started(), step.duration());
    format!("{} {}{cause} {attempts} {started:?} {took:?}", step.name(), step.status())
}

/// The error of a store, which has a source.
#[derive(Debug)]
pub(crate) struct Full(io::Error);

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot write")
    }
}

impl std::error::Error for Full {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
