//! Results of a static run that outlast it: where they are kept, and the store of one run.

mod begin;
mod error;
mod fingerprint;
mod load;
mod write;

pub use begin::{Begins, StepBegin};
pub use error::CheckpointError;
pub use fingerprint::{Fingerprint, key};
pub use load::{StoredStep, WithCheckpoints, decode, is_plain, stored_step};
pub use write::{StoreWriter, WriteSlot, buffer_size};

use super::{run_store::RunStore, runner::Runner, static_plan::Fallible};
use core::{fmt, future::Future};

/// Where one run of a `#[pipeline]` keeps the results of its steps with `#[step(checkpoint)]`, so that another run, after a
/// loss of power, goes on where it ended. [`Runner::checkpoints`] takes it.
///
/// It knows bytes only, by keys: a key stands for a step of a pipeline, and is the same in every release as long as their names
/// are. It stands for one run: whatever tells runs apart, such as the number of an update, is stated when it is opened. The
/// package `rungs-flash` has one for NOR flash. One for tests:
///
/// ```
/// use rungs::fixed::Checkpoints;
/// use std::{collections::BTreeMap, convert::Infallible};
///
/// #[derive(Default)]
/// struct Memory(BTreeMap<u32, Vec<u8>>);
///
/// impl Checkpoints for Memory {
///     type Error = Infallible;
///
///     async fn load(&mut self, key: u32, buffer: &mut [u8]) -> Result<Option<usize>, Infallible> {
///         let Some(stored) = self.0.get(&key) else { return Ok(None) };
///         if let Some(buffer) = buffer.get_mut(..stored.len()) {
///             buffer.copy_from_slice(stored);
///         }
///         Ok(Some(stored.len()))
///     }
///
///     async fn store(&mut self, key: u32, bytes: &[u8]) -> Result<(), Infallible> {
///         self.0.insert(key, bytes.to_vec());
///         Ok(())
///     }
/// }
///
/// #[rungs::pipeline(error = &'static str)]
/// mod update {
///     pub struct Device {
///         pub downloads: u32,
///         pub has_power: bool,
///     }
///
///     #[step(checkpoint)]
///     async fn download(downloads: &mut u32) -> Result<u32, &'static str> {
///         *downloads += 1;
///         Ok(7)
///     }
///     #[step]
///     async fn install(download: &u32, has_power: &bool) -> Result<u32, &'static str> {
///         if *has_power { Ok(*download) } else { Err("no power") }
///     }
/// }
///
/// let mut memory = Memory::default();
/// let mut device = update::Device { downloads: 0, has_power: false };
/// for has_power in [false, true] {
///     device.has_power = has_power;
///     let run = update::runner().checkpoints(&mut memory, |_| "the store failed").run(&mut device, &rungs::NoClock);
///     let report = futures_lite::future::block_on(run);
///     assert_eq!(report.is_success(), has_power);
///     assert_eq!(report.get("download").unwrap().is_given(), has_power);
/// }
/// assert_eq!(device.downloads, 1);
/// ```
pub trait Checkpoints {
    /// Why something cannot be read or written.
    type Error;

    /// Reads what was last stored under this key into the buffer, and returns its length; `None` if there is nothing. What is
    /// longer than the buffer is left there as it is, and its length is returned: it is of another program.
    fn load(&mut self, key: u32, buffer: &mut [u8]) -> impl Future<Output = Result<Option<usize>, Self::Error>>;

    /// Stores bytes in the place of those that were stored under this key. When the future is ready, they are safe: only then
    /// the step has succeeded, and others that need it start.
    ///
    /// Empty bytes take the place of a result that is [taken back](macro@crate::pipeline#undo): a store may remove what it has.
    ///
    /// One call at a time. What may pass is tried again here: an error fails the step. A future that is dropped, and a power
    /// that is lost, may have stored the bytes, whole, or not; then what was stored before is still there.
    fn store(&mut self, key: u32, bytes: &[u8]) -> impl Future<Output = Result<(), Self::Error>>;
}

/// The store of a run, and what its errors are to the pipeline.
///
/// Its type names the pipeline and not the pipeline's error, for the reason that observers have.
pub struct StoredIn<'s, P: Fallible, C: Checkpoints> {
    store: &'s mut C,
    error: fn(CheckpointError<C::Error>) -> P::Error,
}

impl<P: Fallible, C: Checkpoints> fmt::Debug for StoredIn<'_, P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredIn").finish_non_exhaustive()
    }
}

impl<P: Fallible, C: Checkpoints> RunStore<P> for StoredIn<'_, P, C> {
    const IS_THERE: bool = true;

    async fn load(&mut self, key: u32, buffer: &mut [u8]) -> Result<Option<usize>, P::Error> {
        let loaded = self.store.load(key, buffer).await;
        loaded.map_err(|error| (self.error)(CheckpointError::Store(error)))
    }

    async fn store(&mut self, key: u32, bytes: Option<&[u8]>) -> Result<(), P::Error> {
        let Some(bytes) = bytes else { return Err((self.error)(CheckpointError::NotEncoded)) };
        let stored = self.store.store(key, bytes).await;
        stored.map_err(|error| (self.error)(CheckpointError::Store(error)))
    }
}

impl<P: Fallible, O, S, const SEEDED: bool> Runner<P, O, S, SEEDED> {
    /// Stores the results of the steps with `#[step(checkpoint)]`, and begins with what earlier runs have stored: such a step is
    /// given, without an attempt. A step whose result only such steps need is skipped as up to date.
    ///
    /// A result is stored as the last part of the attempt, so that a time limit covers it, and steps that need it start after
    /// it. If it cannot be stored or read, the step fails with what `error` makes of that; its body is not called again. A
    /// result that is [outdated](crate::Outdated) is told as an event, and the step runs again.
    ///
    /// Results are there exactly once, and effects at least once: power that is lost after a step has done something, and before
    /// that is stored, has it done again. What a step has done to the context is not stored; nor are failures.
    ///
    /// The run reads the store before it starts, in O(checkpoints) reads. Steps keep their order: a stored step is given when
    /// those before it have ended, and fails with a need that fails in this run.
    ///
    /// On the runner of a module's undos it takes what is undone out of the store, as the last part of each undo, and with it what
    /// is stored of steps that came of it and have no undo: another run does these steps again.
    ///
    /// [`Checkpoints`] has an example.
    pub fn checkpoints<C: Checkpoints>(
        self,
        store: &mut C,
        error: fn(CheckpointError<C::Error>) -> P::Error,
    ) -> Runner<P, O, S, SEEDED, StoredIn<'_, P, C>>
    where
        P: WithCheckpoints,
    {
        let Self { settings, observers, store: (), pipeline } = self;
        Runner { settings, observers, store: StoredIn { store, error }, pipeline }
    }
}
