//! A file of runs: what it looks like, and how it is opened.

use crate::error::{Error, ErrorKind, opening};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long another program's lock of the file is waited for.
const WAIT: Duration = Duration::from_secs(5);

/// The tables. The README documents them.
pub(crate) const SCHEMA: &str = include_str!("schema.sql");

/// "rung": stands in the header of a file of runs, as SQLite's `application_id`.
const APPLICATION: u32 = u32::from_be_bytes(*b"rung");

/// Of the tables; stands in the header as SQLite's `user_version`.
const VERSION: u32 = 2;

/// From version 1 to 2.
const UPGRADE: &str = "
    ALTER TABLE runs ADD COLUMN key TEXT;
    UPDATE runs SET key = lower(hex(randomblob(16)));
    ALTER TABLE endings ADD COLUMN error TEXT;
    PRAGMA user_version = 2;
";

/// The path as SQLite takes it for that of a file, whatever its name, and wherever the process is later.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| Error::of_io(opening(path), error))
}

/// Opens a file of runs for writing; makes it if it is not there, or is empty. What is something else is not touched.
pub(crate) fn open(path: &Path) -> Result<Connection, Error> {
    let is_new = check_header(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let failed = |error| Error::of_sqlite(opening(path), error);
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        return Err(Error::new(opening(path), ErrorKind::ReadOnly));
    }
    if is_new {
        make_tables(&connection, path)?;
    }
    check_whole(&connection, path)?;
    upgrade(&connection).map_err(failed)?;
    // A commit is one write and one sync of the log, and readers do not wait for writers.
    connection.pragma_update(None, "journal_mode", "wal").map_err(failed)?;
    connection.pragma_update(None, "synchronous", "full").map_err(failed)?;
    Ok(connection)
}

/// Opens a file of runs for reading.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, Error> {
    let is_new = check_header(path)?;
    if is_new {
        // It is there, at least.
        File::open(path).map_err(|error| Error::of_io(opening(path), error))?;
    }
    // Who may write takes away the log when the last one leaves.
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    check_whole(&connection, path)?;
    let failed = |error| Error::of_sqlite(opening(path), error);
    if is_new && count_tables(&connection).map_err(failed)? == 0 {
        // Whoever made it was interrupted: it holds no runs.
        return no_runs().map_err(failed);
    }
    connection.pragma_update(None, "query_only", true).map_err(failed)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connect = || {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(WAIT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        // What a foreign or damaged schema may hold is not run.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        Ok(connection)
    };
    connect().map_err(|error| Error::of_sqlite(opening(path), error))
}

/// Whether the file is yet to be made. Reads the header without SQLite, which would recover or check in what another program has
/// left in a file that is not ours.
fn check_header(path: &Path) -> Result<bool, Error> {
    let mut header = Vec::new();
    let read = File::open(path).and_then(|file| file.take(100).read_to_end(&mut header));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(Error::of_io(opening(path), error)),
        Ok(_) => {}
    }
    if header.is_empty() || beside(path, "-journal").exists() {
        // New, or its maker was interrupted, and SQLite takes back what is half made.
        return Ok(true);
    }
    let number =
        |at: usize| header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
    if !header.starts_with(b"SQLite format 3\0") || (header.len() == 100 && number(68) != APPLICATION) {
        return Err(Error::new(opening(path), ErrorKind::Foreign));
    }
    if header.len() < 100 {
        return Err(Error::damaged(path, "the file ends within its header"));
    }
    match number(60) {
        0..=VERSION => Ok(false),
        _ => Err(Error::new(opening(path), ErrorKind::Newer)),
    }
}

fn count_tables(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
}

/// What a file without tables is read as.
fn no_runs() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

/// Makes the tables, unless another process was faster.
fn make_tables(connection: &Connection, path: &Path) -> Result<(), Error> {
    let failed = |error| Error::of_sqlite(opening(path), error);
    let make = || {
        connection.execute_batch("BEGIN EXCLUSIVE")?;
        let tables = count_tables(connection)?;
        let application: u32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if tables == 0 && application == 0 {
            connection.execute_batch(SCHEMA)?;
            connection.pragma_update(None, "application_id", APPLICATION)?;
            connection.pragma_update(None, "user_version", VERSION)?;
        }
        connection.execute_batch("COMMIT")?;
        Ok(tables == 0 || application == APPLICATION)
    };
    if make().map_err(failed)? { Ok(()) } else { Err(Error::new(opening(path), ErrorKind::Foreign)) }
}

/// Brings the tables of an earlier version to this one, unless another process was faster.
fn upgrade(connection: &Connection) -> rusqlite::Result<()> {
    if version(connection)? == VERSION {
        return Ok(());
    }
    connection.execute_batch("BEGIN EXCLUSIVE")?;
    let upgraded = match version(connection)? {
        1 => connection.execute_batch(UPGRADE),
        _ => Ok(()),
    };
    connection.execute_batch(if upgraded.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    upgraded
}

/// Of the tables in a file.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Reads the file once, so that a torn one is refused before anything is written into it.
fn check_whole(connection: &Connection, path: &Path) -> Result<(), Error> {
    let check = || connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match check().map_err(|error| Error::of_sqlite(opening(path), error))? {
        found if found == "ok" => Ok(()),
        found => Err(Error::damaged(path, found)),
    }
}

/// The path of a file that belongs to another.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
