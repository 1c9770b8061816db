//! A file of runs, open for writing.

use crate::{
    error::{Error, ErrorKind, opening},
    file,
    lock::RunLock,
    records::{self, RunRecord},
    rows,
    run::Run,
    writer::{WorkError, Writer},
};
use std::{fmt, path::Path, sync::Arc};

/// A file of runs, open for writing. Clones stand for the same file; other processes may have it open at the same time.
///
/// A thread of its own writes it, so that no step waits for the disk on its executor's threads. When the last clone and the last
/// [`Run`] are dropped, that blocks until everything is written.
///
/// ```
/// use rungs::{NoClock, Pipeline};
/// use rungs_sqlite::Runs;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("runs.db");
/// let runs = Runs::open(&path)?;
/// let mut p: Pipeline = Pipeline::new("nightly");
/// let rows = p.step("fetch").checkpoint().run(async || Ok(vec![3, 1, 2]));
/// p.step("load").needs(rows).run(async |rows| Ok(rows.len()));
///
/// let run = p.runner().checkpoints(runs.begin("2026-11-27")?).run(&NoClock);
/// let report = futures_lite::future::block_on(run)?;
/// assert!(report.is_success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Runs(pub(crate) Arc<Writer>);

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Runs").field(&self.0.path()).finish()
    }
}

impl Runs {
    /// Opens a file, and makes it if there is none or an empty one. Reads it whole, to see that it is: O(n) for its size. Blocks.
    ///
    /// # Errors
    /// What is no file of runs, a newer one, or a damaged one is refused and left as it is; so is one that may not be written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = file::absolute(path.as_ref())?;
        let connection = file::open(&path)?;
        let writer = Writer::start(&path, connection).map_err(|error| Error::of_io(opening(&path), error))?;
        Ok(Self(Arc::new(writer)))
    }

    /// The file, as an absolute path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Begins a run, or goes on with the one of this name: the [store](rungs::Checkpoints) of a pipeline's run. The name is the
    /// program's own: that of the job and the day, of an order, or what else is done once. Blocks while it is noted.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] if the run is in use, be it in another process; and what writing can fail with.
    pub fn begin(&self, name: impl Into<String>) -> Result<Run, Error> {
        let name: Arc<str> = name.into().into();
        let (path, of_job) = (self.path().to_owned(), name.clone());
        let begun = self.0.call(format!("cannot begin {}", self.run(&name)), move |connection| {
            let run = rows::make_run(connection, &of_job)?;
            let lock = RunLock::take(&path, run)?.ok_or(WorkError::Kind(ErrorKind::InUse))?;
            Ok((run, rows::key_of(connection, run)?, rows::add_start(connection, run)?, lock))
        });
        let (id, key, start, lock) = begun?;
        Ok(Run::new(self.0.clone(), name, id, key, start, lock))
    }

    /// All runs, the one that was begun last first. Blocks. [`History`](crate::History) reads a file that is not to be written.
    ///
    /// # Errors
    /// What reading can fail with.
    pub fn list(&self) -> Result<Vec<RunRecord>, Error> {
        self.0.call(format!("cannot read `{}`", self.path().display()), |connection| Ok(records::all_runs(connection)?))
    }

    /// Forgets a run, with its results and its history, so that the next one of its name begins anew. Blocks.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchRun`], [`ErrorKind::InUse`], and what writing can fail with.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let (path, of_job) = (self.path().to_owned(), String::from(name));
        self.0.call(format!("cannot remove {}", self.run(name)), move |connection| {
            let run = rows::find_run(connection, &of_job)?.ok_or(WorkError::Kind(ErrorKind::NoSuchRun))?;
            let lock = RunLock::take(&path, run)?.ok_or(WorkError::Kind(ErrorKind::InUse))?;
            rows::remove_run(connection, run)?;
            lock.release();
            Ok(())
        })
    }

    /// Forgets the runs for which `keep` is false, as [`Vec::retain`] does, the newest first, and says how many. One that is in use
    /// stays. What was theirs in the file is used again; the file does not shrink. Blocks.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let runs = rungs_sqlite::Runs::open(folder.path().join("runs.db"))?;
    /// for day in ["monday", "tuesday", "wednesday"] {
    ///     runs.begin(day)?;
    /// }
    /// // The last two.
    /// let mut kept = 0..2;
    /// assert_eq!(runs.retain(|_| kept.next().is_some())?, 1);
    /// // Those of the last week.
    /// let week = std::time::Duration::from_secs(7 * 24 * 60 * 60);
    /// assert_eq!(runs.retain(|run| run.began.elapsed().is_ok_and(|age| age < week))?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What reading and writing can fail with. Then none is forgotten.
    pub fn retain(&self, mut keep: impl FnMut(&RunRecord) -> bool) -> Result<usize, Error> {
        let old: Vec<RunRecord> = self.list()?.into_iter().filter(|run| !keep(run)).collect();
        let path = self.path().to_owned();
        self.0.call(format!("cannot forget runs of `{}`", self.path().display()), move |connection| {
            let mut removed = 0;
            for run in &old {
                let Some(lock) = RunLock::take(&path, run.id)? else { continue };
                rows::remove_run(connection, run.id)?;
                lock.release();
                removed += 1;
            }
            Ok(removed)
        })
    }

    fn run(&self, name: &str) -> String {
        format!("run `{name}` of `{}`", self.path().display())
    }
}
