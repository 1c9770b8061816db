//! What a file tells, without writing it.

use crate::{
    error::{Error, ErrorKind},
    file,
    records::{self, RunRecord, StepRecord},
    rows,
};
use rungs::Checkpoint;
use rusqlite::Connection;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// The history of a file of runs, open for reading. Runs that are writing it meanwhile neither wait for it nor make it wait.
///
/// ```
/// use rungs::{NoClock, Pipeline};
/// use rungs_sqlite::{History, Runs};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("runs.db");
/// let mut p: Pipeline = Pipeline::new("nightly");
/// p.step("fetch").checkpoint().run(async || Ok(7));
/// let runs = Runs::open(&path)?;
/// let run = p.runner().checkpoints(runs.begin("2026-11-27")?).run(&NoClock);
/// futures_lite::future::block_on(run)?;
/// drop(runs); // Everything is written.
///
/// let history = History::open(&path)?;
/// let last = &history.runs()?[0];
/// assert_eq!((&*last.name, last.starts, last.stored), ("2026-11-27", 1, 1));
/// assert_eq!(last.end.as_ref().unwrap().exit_code, 0);
/// assert_eq!(history.steps("2026-11-27")?[0].status.as_deref(), Some("success"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct History {
    path: PathBuf,
    connection: Connection,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("History").field(&self.path).finish()
    }
}

impl History {
    /// Opens a file, which must be there. Reads it whole, to see that it is: O(n) for its size. Blocks.
    ///
    /// # Errors
    /// As those of [`Runs::open`](crate::Runs::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = file::absolute(path.as_ref())?;
        let connection = file::open_to_read(&path)?;
        Ok(Self { path, connection })
    }

    /// All runs, the one that was begun last first.
    ///
    /// # Errors
    /// What reading can fail with.
    pub fn runs(&self) -> Result<Vec<RunRecord>, Error> {
        records::all_runs(&self.connection).map_err(|error| Error::of_sqlite(self.reading(), error))
    }

    /// The steps of a run: in the order of declaration if its last start has ended, else those that are stored.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchRun`], and what reading can fail with.
    pub fn steps(&self, run: &str) -> Result<Vec<StepRecord>, Error> {
        self.read_run(run, records::steps_of)
    }

    /// What is stored of a run's steps: what the next run of this name would begin with.
    ///
    /// ```
    /// use rungs::{MemoryCheckpoints, NoClock, Pipeline};
    /// use rungs_sqlite::{History, Runs};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("runs.db");
    /// let mut p: Pipeline = Pipeline::new("nightly");
    /// p.step("fetch").checkpoint().run(async || Ok(7));
    /// let run = p.runner().checkpoints(Runs::open(&path)?.begin("2026-11-27")?).run(&NoClock);
    /// futures_lite::future::block_on(run)?;
    ///
    /// // A look at what would run, while somebody else may be running it.
    /// let stored: MemoryCheckpoints = History::open(&path)?.stored("2026-11-27")?.into_iter().collect();
    /// let explained = p.runner().checkpoints(stored).explain(&NoClock);
    /// assert_eq!(futures_lite::future::block_on(explained)?.starts().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchRun`], and what reading can fail with.
    pub fn stored(&self, run: &str) -> Result<Vec<Checkpoint>, Error> {
        self.read_run(run, rows::load)
    }

    fn read_run<T>(&self, run: &str, read: impl FnOnce(&Connection, i64) -> rusqlite::Result<T>) -> Result<T, Error> {
        let found = rows::find_run(&self.connection, run)
            .and_then(|run| run.map(|run| read(&self.connection, run)).transpose());
        let read = found.map_err(|error| Error::of_sqlite(self.reading(), error))?;
        read.ok_or_else(|| {
            Error::new(format!("cannot read run `{run}` of `{}`", self.path.display()), ErrorKind::NoSuchRun)
        })
    }

    fn reading(&self) -> String {
        format!("cannot read `{}`", self.path.display())
    }
}
