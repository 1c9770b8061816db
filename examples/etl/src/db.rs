//! Keeps the result in a SQLite file. All of it is blocking code.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, fs};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, ffi, params};

use crate::error::EtlError;
use crate::tables::{Airport, Route};

/// Marks a file as one that a load has made, in the header of the file.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"etl1");

/// Replaces what an earlier load has left.
const TABLES: &str = "
    DROP TABLE IF EXISTS routes;
    DROP TABLE IF EXISTS airports;
    CREATE TABLE airports (
        iata TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        city TEXT NOT NULL,
        state TEXT NOT NULL,
        country TEXT NOT NULL,
        latitude REAL NOT NULL,
        longitude REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE routes (
        origin TEXT NOT NULL REFERENCES airports,
        destination TEXT NOT NULL REFERENCES airports,
        flights INTEGER NOT NULL,
        distance_km REAL NOT NULL,
        PRIMARY KEY (origin, destination)
    ) STRICT, WITHOUT ROWID;
";

/// How long a load waits for another writer at a time, and a look at what remains of one. They cannot be stopped while they
/// wait, so this is short.
const BUSY_WAIT: Duration = Duration::from_millis(250);

/// How long a summary waits for another writer: there is no second attempt.
const PATIENT_WAIT: Duration = Duration::from_secs(5);

/// How many rows a load has written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Loaded {
    /// Rows in the table of airports.
    pub airports: usize,
    /// Rows in the table of routes.
    pub routes: usize,
}

/// A summary of the database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    /// How many routes there are.
    pub routes: u64,
    /// How many flights all routes have together.
    pub flights: u64,
    /// The five airports with the most departures, the busiest first.
    pub busiest: Vec<Departures>,
    /// The longest route, if there is any.
    pub longest: Option<Route>,
}

/// How many flights leave an airport.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Departures {
    /// The airport's code.
    pub iata: String,
    /// The airport's name.
    pub name: String,
    /// The flights that leave it.
    pub flights: u64,
}

/// Replaces the tables in the file at `path`, which need not exist yet. A file
/// with tables that no load has made is an error, and stays as it is.
///
/// It happens in one transaction: if it fails, or the process or the machine
/// dies on the way, the file still holds what it held before. The same goes for
/// a load that is told to stop before its commit.
pub(crate) fn load(
    path: &Path,
    airports: &[Airport],
    routes: &[Route],
    is_stopped: impl Fn() -> bool,
) -> Result<Loaded, EtlError> {
    let write = || {
        check_kind(path)?;
        let mut db = Connection::open(plain(path))?;
        db.busy_timeout(BUSY_WAIT)?;
        replace(&mut db, airports, routes, is_stopped)
    };
    write().map_err(|source| EtlError::Database { action: "write", path: path.to_owned(), source })
}

/// Asks the file at `path`, which must exist, what a load has put there.
pub(crate) fn summary(path: &Path) -> Result<Summary, EtlError> {
    read(path, PATIENT_WAIT)
}

/// Describes in a sentence what the file at `path` holds after a load that did not succeed.
pub(crate) fn what_remains(path: &Path) -> String {
    match read(path, BUSY_WAIT) {
        Ok(old) => format!("{} holds a whole load: {} routes, {} flights", path.display(), old.routes, old.flights),
        Err(error) if error.is_transient() => format!("{} is in use: what it holds is not known", path.display()),
        Err(error) if is_foreign(&error) => format!("{} holds tables that etl did not make", path.display()),
        Err(_) => format!("{} holds no load", path.display()),
    }
}

/// The same path, but never one of the names that are special to SQLite, such as `:memory:` or `file:x?mode=memory`.
fn plain(path: &Path) -> PathBuf {
    Path::new(".").join(path)
}

/// Refuses folders and devices, since SQLite has one error for all that cannot be opened, and takes a device for an empty file.
fn check_kind(path: &Path) -> rusqlite::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(failure(ffi::SQLITE_CANTOPEN, Some("it is a folder"))),
        Ok(found) if !found.is_file() => Err(failure(ffi::SQLITE_CANTOPEN, Some("it is not a regular file"))),
        _ => Ok(()),
    }
}

/// Refuses a file that holds anything unless a load has made it.
fn check_owner(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let id: i32 = transaction.query_one("PRAGMA application_id", [], |row| row.get(0))?;
    let entries: u64 = transaction.query_one("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (id, entries) {
        (APPLICATION_ID, _) | (0, 0) => Ok(()),
        _ => {
            let problem = "etl did not make its tables, so they were left as they are; name another file";
            Err(failure(ffi::SQLITE_AUTH, Some(problem)))
        }
    }
}

fn is_foreign(error: &EtlError) -> bool {
    let EtlError::Database { source, .. } = error else {
        return false;
    };
    source.sqlite_error_code() == Some(ErrorCode::AuthorizationForStatementDenied)
}

/// A failure that SQLite does not know of, as one of its own.
fn failure(code: i32, problem: Option<&str>) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), problem.map(str::to_owned))
}

fn replace(
    db: &mut Connection,
    airports: &[Airport],
    routes: &[Route],
    is_stopped: impl Fn() -> bool,
) -> rusqlite::Result<Loaded> {
    let go_on = || match is_stopped() {
        true => Err(failure(ffi::SQLITE_INTERRUPT, None)),
        false => Ok(()),
    };
    // Immediate, so that a second writer waits here and not halfway through.
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    check_owner(&transaction)?;
    let loaded = fill(&transaction, airports, routes, go_on)?;
    // An early return drops the transaction, which rolls it back.
    go_on()?;
    transaction.commit()?;
    Ok(loaded)
}

fn fill(
    transaction: &Transaction<'_>,
    airports: &[Airport],
    routes: &[Route],
    go_on: impl Fn() -> rusqlite::Result<()>,
) -> rusqlite::Result<Loaded> {
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    let mut insert = transaction.prepare("INSERT INTO airports VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for a in airports {
        go_on()?;
        insert.execute(params![a.iata, a.name, a.city, a.state, a.country, a.latitude, a.longitude])?;
    }
    let mut insert = transaction.prepare("INSERT INTO routes VALUES (?, ?, ?, ?)")?;
    for r in routes {
        go_on()?;
        insert.execute(params![r.origin, r.destination, r.count, r.distance_km])?;
    }
    Ok(Loaded { airports: airports.len(), routes: routes.len() })
}

fn read(path: &Path, wait: Duration) -> Result<Summary, EtlError> {
    // Not read-only: after a crash the first to open the file has to clean up.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let summary = Connection::open_with_flags(plain(path), flags).and_then(|mut db| {
        db.busy_timeout(wait)?;
        query(&mut db)
    });
    summary.map_err(|source| EtlError::Database { action: "read", path: path.to_owned(), source })
}

fn query(db: &mut Connection) -> rusqlite::Result<Summary> {
    // One transaction, so that all answers are about the same load.
    let snapshot = db.transaction()?;
    check_owner(&snapshot)?;
    let (routes, flights) =
        snapshot.query_one("SELECT count(*), coalesce(sum(flights), 0) FROM routes", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let busiest = snapshot
        .prepare(
            "SELECT iata, name, sum(flights) AS departures
             FROM routes JOIN airports ON iata = origin
             GROUP BY iata ORDER BY departures DESC, iata LIMIT 5",
        )?
        .query_map([], |row| Ok(Departures { iata: row.get(0)?, name: row.get(1)?, flights: row.get(2)? }))?
        .collect::<rusqlite::Result<_>>()?;
    let longest = snapshot
        .prepare(
            "SELECT origin, destination, flights, distance_km
             FROM routes ORDER BY distance_km DESC, origin, destination LIMIT 1",
        )?
        .query_map([], |row| {
            Ok(Route { origin: row.get(0)?, destination: row.get(1)?, count: row.get(2)?, distance_km: row.get(3)? })
        })?
        .next()
        .transpose()?;
    Ok(Summary { routes, flights, busiest, longest })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} routes, {} flights", self.routes, self.flights)?;
        write!(f, "most departures:")?;
        for airport in &self.busiest {
            write!(f, "\n  {}  {:>7}  {}", airport.iata, airport.flights, airport.name)?;
        }
        if let Some(Route { origin, destination, count, distance_km }) = &self.longest {
            write!(f, "\nlongest route: {origin} to {destination}, ")?;
            write!(f, "{distance_km:.0} km, {count} flights")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
