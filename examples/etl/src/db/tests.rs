use std::cell::Cell;
use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io, process};

use rusqlite::ErrorCode;

use super::*;
use crate::tables;

mod files;

/// Tells a process started by a test which database to die on.
const VICTIM: &str = "ETL_TEST_VICTIM";

/// Not stopped.
const NEVER: fn() -> bool = || false;

type Outcome = Result<(), Box<dyn Error>>;

/// A folder that goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("etl-{}-{name}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn file(&self) -> PathBuf {
        self.0.join("flights.db")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The shipped tables.
fn large() -> Result<(Vec<Airport>, Vec<Route>), EtlError> {
    let airports = tables::parse_airports(include_str!("../../data/airports.csv"))?;
    let flights = tables::parse_flights(include_str!("../../data/flights.csv"))?;
    let routes = tables::join(&airports, &flights)?;
    Ok((airports, routes))
}

/// The first airports of the shipped tables, and a route between two of them.
fn small() -> Result<(Vec<Airport>, Vec<Route>), EtlError> {
    let (mut airports, _) = large()?;
    airports.truncate(3);
    let route = |from: &Airport, to: &Airport| Route {
        origin: from.iata.clone(),
        destination: to.iata.clone(),
        count: 7,
        distance_km: 1.5,
    };
    let routes = vec![route(&airports[0], &airports[1])];
    Ok((airports, routes))
}

fn sqlite_code(error: &EtlError) -> Option<ErrorCode> {
    match error {
        EtlError::Database { source, .. } => source.sqlite_error_code(),
        _ => None,
    }
}

#[test]
fn a_load_is_summed_up() -> Outcome {
    let scratch = Scratch::new("summary")?;
    let (airports, routes) = large()?;
    let loaded = load(&scratch.file(), &airports, &routes, NEVER)?;
    assert_eq!(loaded, Loaded { airports: 3376, routes: 5366 });
    let expected = "\
5366 routes, 7009728 flights
most departures:
  ATL   414513  William B Hartsfield-Atlanta Intl
  ORD   350380  Chicago O'Hare International
  DFW   281281  Dallas-Fort Worth International
  DEN   241443  Denver Intl
  LAX   215608  Los Angeles International
longest route: EWR to HNL, 7973 km, 362 flights";
    assert_eq!(summary(&scratch.file())?.to_string(), expected);
    Ok(())
}

#[test]
fn a_load_replaces_the_one_before() -> Outcome {
    let scratch = Scratch::new("replace")?;
    let (airports, routes) = large()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let (airports, routes) = small()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let summary_now = summary(&scratch.file())?;
    assert_eq!((summary_now.routes, summary_now.flights), (1, 7));
    assert_eq!(summary_now.longest.as_ref(), routes.first());
    load(&scratch.file(), &airports, &[], NEVER)?;
    assert_eq!(summary(&scratch.file())?.to_string(), "0 routes, 0 flights\nmost departures:");
    Ok(())
}

#[test]
fn a_failed_load_leaves_the_former_tables() -> Outcome {
    let scratch = Scratch::new("failed")?;
    let (airports, routes) = small()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let before = summary(&scratch.file())?;

    let twice = [routes.clone(), routes.clone()].concat();
    let nowhere = Route { origin: "nowhere".to_owned(), ..routes[0].clone() };
    for bad in [twice, vec![nowhere]] {
        let error = load(&scratch.file(), &airports, &bad, NEVER).err();
        let code = error.as_ref().and_then(sqlite_code);
        assert_eq!(code, Some(ErrorCode::ConstraintViolation), "{error:?}");
        assert_eq!(summary(&scratch.file())?, before);
    }
    Ok(())
}

#[test]
fn a_failed_first_load_leaves_no_table() -> Outcome {
    let scratch = Scratch::new("first")?;
    let (airports, routes) = small()?;
    let twice = [routes.clone(), routes].concat();
    assert!(load(&scratch.file(), &airports, &twice, NEVER).is_err());
    let db = Connection::open(scratch.file())?;
    let tables: u32 = db.query_one("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    assert_eq!(tables, 0);
    Ok(())
}

#[test]
fn a_stopped_load_leaves_the_former_tables() -> Outcome {
    let scratch = Scratch::new("stopped")?;
    let (airports, routes) = small()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let before = summary(&scratch.file())?;

    let (airports, routes) = large()?;
    let rows = airports.len() + routes.len();
    // It is asked before every row and before the commit.
    for last in [0, 1, rows / 2, rows - 1, rows] {
        let asked = Cell::new(0);
        let is_stopped = || asked.replace(asked.get() + 1) >= last;
        let error = load(&scratch.file(), &airports, &routes, is_stopped).err();
        assert_eq!(error.as_ref().and_then(sqlite_code), Some(ErrorCode::OperationInterrupted), "{error:?}");
        assert_eq!((asked.get(), summary(&scratch.file())?), (last + 1, before.clone()));
    }
    Ok(())
}

#[test]
fn a_full_database_is_a_clear_error_and_keeps_the_former_tables() -> Outcome {
    let scratch = Scratch::new("full")?;
    let (airports, routes) = small()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let before = summary(&scratch.file())?;

    let (airports, routes) = large()?;
    let mut db = Connection::open(scratch.file())?;
    db.query_one("PRAGMA max_page_count = 20", [], |_| Ok(()))?;
    let error = replace(&mut db, &airports, &routes, NEVER).err();
    let code = error.as_ref().and_then(rusqlite::Error::sqlite_error_code);
    assert_eq!(code, Some(ErrorCode::DiskFull), "{error:?}");
    let message = error.map(|error| error.to_string());
    assert_eq!(message.as_deref(), Some("database or disk is full"));
    drop(db);
    assert_eq!(summary(&scratch.file())?, before);
    Ok(())
}

#[test]
fn a_killed_load_leaves_the_former_tables() -> Outcome {
    if let Some(victim) = env::var_os(VICTIM) {
        return die_before_commit(Path::new(&victim));
    }
    let scratch = Scratch::new("killed")?;
    let (airports, routes) = small()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let before = (summary(&scratch.file())?, fs::metadata(scratch.file())?.len());

    // This test once more, in a process that does not survive it.
    let module = module_path!().split_once("::").map_or("", |(_, module)| module);
    let output = Command::new(env::current_exe()?)
        .args([&format!("{module}::a_killed_load_leaves_the_former_tables"), "--exact"])
        .env(VICTIM, scratch.file())
        .output()?;
    assert!(!output.status.success());
    assert!(scratch.0.join("flights.db-journal").exists(), "it died too early");
    assert!(fs::metadata(scratch.file())?.len() > before.1, "it has written nothing yet");

    assert_eq!(summary(&scratch.file())?, before.0);
    Ok(())
}

fn die_before_commit(path: &Path) -> Outcome {
    let (airports, routes) = large()?;
    let mut db = Connection::open(path)?;
    // With next to no cache, half of the load is in the file by now.
    db.pragma_update(None, "cache_size", 1)?;
    let transaction = db.transaction()?;
    fill(&transaction, &airports, &routes, || Ok(()))?;
    process::abort();
}

#[test]
fn a_file_that_is_missing_or_no_database_is_a_clear_error() -> Outcome {
    let scratch = Scratch::new("missing")?;
    let error = summary(&scratch.file()).err();
    assert_eq!(error.as_ref().and_then(sqlite_code), Some(ErrorCode::CannotOpen), "{error:?}");
    assert!(!scratch.file().exists());

    fs::write(scratch.file(), "no database at all, but long enough to look into".repeat(50))?;
    let (airports, routes) = small()?;
    let error = load(&scratch.file(), &airports, &routes, NEVER).err();
    let message = error.map(|error| format!("{error:#}")).unwrap_or_default();
    assert!(message.contains("flights.db: file is not a database"), "{message}");
    Ok(())
}

#[test]
fn what_remains_is_said_as_far_as_it_is_known() -> Outcome {
    let scratch = Scratch::new("remains")?;
    let says = |what| format!("{} {what}", scratch.file().display());
    assert_eq!(what_remains(&scratch.file()), says("holds no load"));
    let (airports, routes) = small()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    assert_eq!(what_remains(&scratch.file()), says("holds a whole load: 1 routes, 7 flights"));

    let mut writer = Connection::open(scratch.file())?;
    let held = writer.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    assert_eq!(what_remains(&scratch.file()), says("is in use: what it holds is not known"));
    held.rollback()?;
    Ok(())
}

#[test]
fn a_locked_database_is_worth_another_try() -> Outcome {
    let scratch = Scratch::new("locked")?;
    let (airports, routes) = small()?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let mut writer = Connection::open(scratch.file())?;
    let _held = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;

    let mut second = Connection::open(scratch.file())?;
    second.busy_timeout(Duration::ZERO)?;
    let source = replace(&mut second, &airports, &routes, NEVER).err();
    let error = source.map(|source| EtlError::Database { action: "write", path: scratch.file(), source });
    assert!(error.as_ref().is_some_and(EtlError::is_transient), "{error:?}");
    Ok(())
}
