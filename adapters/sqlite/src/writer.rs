//! The thread that writes: whatever gathers while it is busy is one transaction, and so one sync of the disk.

use crate::error::{Error, ErrorKind};
use rusqlite::Connection;
use std::{
    iter,
    path::Path,
    slice,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

/// The most jobs of one transaction, so that the first of them does not wait for ever.
const MAX_JOBS: usize = 1000;

/// The way to the thread, which ends when the last one has gone.
#[derive(Debug)]
pub(crate) struct Writer {
    path: Arc<Path>,
    /// Some, until it is dropped.
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(path: &Path, connection: Connection) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel();
        let thread = thread::Builder::new().name("rungs-sqlite".into()).spawn(move || write(&connection, &waiting))?;
        Ok(Self { path: path.into(), jobs: Some(jobs), thread: Some(thread) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Has something done within a transaction; `answer` is told of it once that is committed. `doing` is what errors begin with.
    pub(crate) fn add<T: Send + 'static>(
        &self,
        doing: String,
        work: impl FnMut(&Connection) -> Result<T, WorkError> + Send + 'static,
        answer: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) {
        let job = Task { doing, answer, work, done: None };
        if let Some(jobs) = &self.jobs {
            // The thread ends after this sender only.
            let _ = jobs.send(Box::new(job));
        }
    }

    /// Has something done, and waits for it.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        doing: String,
        work: impl FnMut(&Connection) -> Result<T, WorkError> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = mpsc::sync_channel(1);
        let given_up = Error::new(&doing, ErrorKind::Other);
        self.add(doing, work, move |answered| drop(answer.send(answered)));
        answered.recv().unwrap_or(Err(given_up))
    }
}

/// Waits until everything is written.
impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Why a job could not be done, without what was tried.
#[derive(Clone, Debug)]
pub(crate) enum WorkError {
    Sqlite(Arc<rusqlite::Error>),
    Kind(ErrorKind),
}

impl From<rusqlite::Error> for WorkError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl WorkError {
    fn after(self, doing: String) -> Error {
        match self {
            Self::Sqlite(error) => Error::of_shared(doing, error),
            Self::Kind(kind) => Error::new(doing, kind),
        }
    }
}

/// What the thread is asked for.
trait Job: Send {
    /// Does it, within a transaction. Again, if that came to nothing.
    fn work(&mut self, connection: &Connection) -> Result<(), WorkError>;
    /// Tells whoever asked; `lost` is why the transaction came to nothing.
    fn answer(self: Box<Self>, lost: Option<&WorkError>);
}

struct Task<T, W, A> {
    doing: String,
    answer: A,
    work: W,
    done: Option<Result<T, WorkError>>,
}

impl<T, W, A> Job for Task<T, W, A>
where
    T: Send,
    W: FnMut(&Connection) -> Result<T, WorkError> + Send,
    A: FnOnce(Result<T, Error>) + Send,
{
    fn work(&mut self, connection: &Connection) -> Result<(), WorkError> {
        // Lets go first of what it had come to, such as a lock.
        self.done = None;
        let done = self.done.insert((self.work)(connection));
        done.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, lost: Option<&WorkError>) {
        let Self { doing, answer, done, .. } = *self;
        answer(match (done, lost) {
            (Some(Ok(done)), None) => Ok(done),
            (Some(Err(error)), _) => Err(error.after(doing)),
            (_, Some(lost)) => Err(lost.clone().after(doing)),
            (None, None) => Err(Error::new(doing, ErrorKind::Other)),
        });
    }
}

/// Does what is asked for, until nobody is left who could ask.
fn write(connection: &Connection, waiting: &mpsc::Receiver<Box<dyn Job>>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs: Vec<_> = iter::once(first).chain(waiting.try_iter().take(MAX_JOBS - 1)).collect();
        let ended = match begin(connection) {
            Ok(()) => commit(connection, &mut jobs),
            Err(error) => {
                jobs.into_iter().for_each(|job| job.answer(Some(&error)));
                continue;
            }
        };
        match ended {
            Ok(()) => jobs.into_iter().for_each(|job| job.answer(None)),
            // All of them may be too much where each is not, as on a disk that is nearly full.
            Err(_) => jobs.into_iter().for_each(|job| do_alone(connection, job)),
        }
    }
}

fn do_alone(connection: &Connection, mut job: Box<dyn Job>) {
    let lost = begin(connection).and_then(|()| commit(connection, slice::from_mut(&mut job))).err();
    job.answer(lost.as_ref());
}

/// Begins a transaction; waits if another process has one.
fn begin(connection: &Connection) -> Result<(), WorkError> {
    Ok(connection.execute_batch("BEGIN IMMEDIATE")?)
}

/// Does jobs in one transaction. A job that fails leaves the others as they are, unless SQLite takes back all of them, as it does
/// when the disk is full.
fn commit(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), WorkError> {
    for job in jobs {
        let worked = job.work(connection);
        if connection.is_autocommit() {
            return worked;
        }
    }
    let committed = connection.execute_batch("COMMIT");
    if committed.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    Ok(committed?)
}
