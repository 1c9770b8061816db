//! One run of a file: the store of a pipeline.

use crate::{
    error::{Error, ErrorKind},
    lock::RunLock,
    rows::{self, Ending},
    writer::Writer,
};
use futures_channel::oneshot;
use rungs::{Checkpoint, Checkpoints, RunEnding};
use rusqlite::Connection;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// A run that was [begun](crate::Runs::begin): what `checkpoints` of a pipeline's runner takes. Nobody else begins it until it is
/// dropped.
pub struct Run {
    writer: Arc<Writer>,
    name: Arc<str>,
    id: i64,
    key: Option<String>,
    start: i64,
    /// Some, until it is dropped.
    lock: Option<RunLock>,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("name", &self.name).field("path", &self.writer.path()).finish_non_exhaustive()
    }
}

impl Run {
    pub(crate) fn new(
        writer: Arc<Writer>,
        name: Arc<str>,
        id: i64,
        key: Option<String>,
        start: i64,
        lock: RunLock,
    ) -> Self {
        Self { writer, name, id, key, start, lock: Some(lock) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn ask<T: Send + 'static>(
        &self,
        doing: impl fmt::Display,
        work: impl FnMut(&Connection) -> Result<T, crate::writer::WorkError> + Send + 'static,
    ) -> Answer<T> {
        let (answer, receiver) = oneshot::channel();
        let doing = format!("cannot {doing} run `{}` in `{}`", self.name, self.writer.path().display());
        // A future that was dropped does not hear of it.
        self.writer.add(doing, work, move |answered| drop(answer.send(answered)));
        Answer(receiver)
    }
}

impl Checkpoints for Run {
    type Error = Error;
    type Loading = Answer<Vec<Checkpoint>>;
    type Storing = Answer<()>;

    fn load(&self) -> Self::Loading {
        let run = self.id;
        self.ask("read what is stored of", move |connection| Ok(rows::load(connection, run)?))
    }

    fn store(&self, checkpoint: Checkpoint) -> Self::Storing {
        let run = self.id;
        self.ask("store a result of", move |connection| rows::store(connection, run, &checkpoint))
    }

    fn remove(&self, step: &str) -> Self::Storing {
        let (run, step) = (self.id, String::from(step));
        self.ask("remove a result of", move |connection| Ok(rows::remove(connection, run, &step)?))
    }

    /// A random text, which the file keeps.
    fn run_id(&self) -> Option<String> {
        self.key.clone()
    }

    fn ended(&self, ending: &RunEnding<'_>) {
        let (start, exit_code, pipeline) = (self.start, ending.exit_code(), String::from(ending.pipeline()));
        let endings = Ending::all_of(ending);
        let noted = self.ask("note the end of", move |connection| {
            Ok(rows::end_start(connection, start, &pipeline, exit_code, &endings)?)
        });
        drop(noted);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let mut lock = self.lock.take();
        // When all is written that was asked for.
        let released = self.ask("leave", move |_| {
            if let Some(lock) = lock.take() {
                lock.release();
            }
            Ok(())
        });
        drop(released);
    }
}

/// The future of something that the file's thread reads or writes.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Answer<T>(oneshot::Receiver<Result<T, Error>>);

impl<T> Future for Answer<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let no_thread = |_| Err(Error::new("the thread of the file of runs has ended", ErrorKind::Other));
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or_else(no_thread))
    }
}
