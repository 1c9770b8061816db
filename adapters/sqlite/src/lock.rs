//! What keeps two processes from using one run.

use crate::file::beside;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

/// A claim on a run: SQLite's own lock of an empty file beside that of the runs. The system lifts it when the process ends, however
/// it does.
///
/// The file is opened and deleted only by who may write the file of runs at that moment, so nobody locks one that is deleted.
#[derive(Debug)]
pub(crate) struct RunLock {
    path: PathBuf,
    /// A connection is not `Sync`, and a run is.
    connection: Mutex<Connection>,
}

impl RunLock {
    /// None if somebody has it.
    pub(crate) fn take(file: &Path, run: i64) -> rusqlite::Result<Option<Self>> {
        let path = beside(file, &format!("-run-{run}"));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        match connection.execute_batch("BEGIN EXCLUSIVE") {
            Ok(()) => Ok(Some(Self { path, connection: Mutex::new(connection) })),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives it up, and deletes the file; one that remains does no harm.
    pub(crate) fn release(self) {
        let Self { path, connection } = self;
        drop(connection);
        let _ = fs::remove_file(path);
    }
}
