//! Results that outlast their run: where they are kept, and what is kept of each.

mod ending;
mod memory;
mod open_store;

pub use ending::{RunEnding, StepEnding};
pub use memory::MemoryCheckpoints;

pub(crate) use open_store::{AnyStore, OpenStore, StoreFuture};

use alloc::{string::String, vec::Vec};
use core::{error::Error, fmt, future::Future, time::Duration};

/// Where one run keeps the results of its [checkpoint](crate::StepBuilder::checkpoint) steps, so that another run, perhaps of
/// another process, goes on where it ended: a file, a database, a flash.
/// [`Runner::checkpoints`](crate::Runner::checkpoints) takes it.
///
/// A store knows bytes only, and stands for one run: whatever tells runs apart (a name, a date) is stated when it is opened. It
/// keeps two runs from using the same checkpoints at once, and gives that up when it is dropped. [`MemoryCheckpoints`] is one for
/// tests. A store of one's own, for step names that are file names, and one run at a time:
///
/// ```
/// use std::{fs, future::{Ready, ready}, io, path::PathBuf};
/// use rungs::{Checkpoint, Checkpoints, NoClock, Pipeline};
///
/// /// A file for each result.
/// struct Folder(PathBuf);
///
/// impl Checkpoints for Folder {
///     type Error = io::Error;
///     type Loading = Ready<io::Result<Vec<Checkpoint>>>;
///     type Storing = Ready<io::Result<()>>;
///
///     fn load(&self) -> Self::Loading {
///         let read = |entry: io::Result<fs::DirEntry>| {
///             let path = entry?.path();
///             let (name, bytes) = (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), fs::read(&path)?);
///             let (fingerprint, result) = bytes.split_at_checked(8).ok_or(io::ErrorKind::UnexpectedEof)?;
///             let fingerprint = fingerprint.try_into().map_or(0, u64::from_le_bytes);
///             Ok(Checkpoint::new(name, fingerprint, Some(result.to_vec())))
///         };
///         ready(fs::read_dir(&self.0).and_then(|entries| entries.map(read).collect()))
///     }
///
///     fn store(&self, checkpoint: Checkpoint) -> Self::Storing {
///         let Some(result) = checkpoint.result else { return ready(Ok(())) };
///         let bytes = [&checkpoint.fingerprint.to_le_bytes()[..], &result].concat();
///         // Whole or not at all, if the process ends: a file that is being written has another place. A store that is to
///         // outlast the machine's end syncs file and folder as well.
///         let torn = self.0.with_extension("torn");
///         ready(fs::write(&torn, bytes).and_then(|()| fs::rename(&torn, self.0.join(checkpoint.step))))
///     }
///
///     fn remove(&self, step: &str) -> Self::Storing {
///         ready(match fs::remove_file(self.0.join(step)) {
///             Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
///             removed => removed,
///         })
///     }
/// }
///
/// let folder = std::env::temp_dir().join(format!("rungs-{}", std::process::id()));
/// fs::create_dir_all(&folder)?;
/// for is_first in &[true, false] {
///     let mut p = Pipeline::new("index");
///     let pages = p.step("fetch").checkpoint().run(async || Ok(vec![3, 1, 2]));
///     p.step("store").needs(pages).run(async |pages| {
///         if *is_first { Err("disk full".into()) } else { Ok(pages.len()) }
///     });
///     let run = p.runner().checkpoints(Folder(folder.clone())).run(&NoClock);
///     let report = futures_lite::future::block_on(run)?;
///     assert_eq!(report.get("fetch").unwrap().is_given(), !*is_first);
///     assert_eq!(report.is_success(), !*is_first);
/// }
/// # fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Checkpoints {
    /// Why something cannot be read or written. It becomes the text of a step's or of the pipeline's error.
    type Error: Error + 'static;
    /// Reads.
    type Loading: Future<Output = Result<Vec<Checkpoint>, Self::Error>>;
    /// Writes.
    type Storing: Future<Output = Result<(), Self::Error>>;

    /// Reads what has been stored, at most one checkpoint for each step: the last one. Called once, before a run.
    fn load(&self) -> Self::Loading;

    /// Stores a result, in the place of an earlier one of the same step. When the future is ready the result is safe: only
    /// then the step has succeeded, and others that need it start. With several steps there are several futures at once.
    ///
    /// What may pass, such as a file that is locked for a moment, is tried again here: an error fails the step.
    /// A future that is dropped may have stored the result, whole, or not.
    fn store(&self, checkpoint: Checkpoint) -> Self::Storing;

    /// Removes what is stored of a step: it was undone. When the future is ready a later run does not find it any more. There may
    /// be nothing of this step, which is no error; apart from that it is as [`store`](Self::store).
    fn remove(&self, step: &str) -> Self::Storing;

    /// What tells this run apart from all others, of this store and of others, and stays the same when it goes on:
    /// [`StepCx::idempotency_key`](crate::StepCx::idempotency_key) is made of it. Called once, before a run. `None`, as without
    /// it, if the store knows nothing of the kind.
    fn run_id(&self) -> Option<String> {
        None
    }

    /// Called when the run has ended, for a history: not if it was dropped. An undo is a run as well, unless it is part of one that
    /// failed, which has ended before it. There is nobody to wait or to tell of an error.
    fn ended(&self, ending: &RunEnding<'_>) {
        let _ = ending;
    }
}

/// What is kept of a step that has ended well.
///
/// [`Checkpoints`] has an example.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The step's name.
    pub step: String,
    /// Of what the step and those that it needs looked like: see [`StepBuilder::version`](crate::StepBuilder::version).
    pub fingerprint: u64,
    /// The result, in JSON; none of a step that [skipped itself](crate::StepBuilder::run_maybe).
    pub result: Option<Vec<u8>>,
    /// How many attempts it took.
    pub attempts: u32,
    /// When the last attempt started by the wall clock, as the time since the Unix epoch; none without `std`.
    pub started: Option<Duration>,
    /// How long the last attempt took, by the wall clock; zero without `std`.
    pub duration: Duration,
}

impl Checkpoint {
    /// One of which nothing else is known.
    pub fn new(step: impl Into<String>, fingerprint: u64, result: Option<Vec<u8>>) -> Self {
        Self { step: step.into(), fingerprint, result, attempts: 1, started: None, duration: Duration::ZERO }
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, fingerprint, result, attempts, started, duration } = self;
        let mut shown = f.debug_struct("Checkpoint");
        shown.field("step", step).field("fingerprint", fingerprint);
        // As the text that it is.
        shown.field("result", &result.as_deref().map(String::from_utf8_lossy));
        shown.field("attempts", attempts).field("started", started).field("duration", duration).finish()
    }
}
