//! Files that are refused: with words, and left as they are.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use rungs_sqlite::{Error, ErrorKind, History, Runs};
use rusqlite::Connection;
use std::{error, fs, path::Path};

type Outcome = Result<(), Box<dyn error::Error>>;

/// A file of one run with some results, closed.
fn file_of_runs(path: &Path) -> Outcome {
    let runs = Runs::open(path)?;
    drop(runs.begin("monday")?);
    drop(runs);
    let many = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT 500)
        INSERT INTO checkpoints SELECT 1, 'step ' || n, n, hex(zeroblob(500)), 1, NULL, 0 FROM number";
    Connection::open(path)?.execute_batch(many)?;
    Ok(())
}

/// Both doors refuse a file, which is the same afterwards.
#[track_caller]
fn refused(path: &Path, kind: ErrorKind) -> Error {
    let before = fs::read(path).unwrap();
    let error = Runs::open(path).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(History::open(path).unwrap_err().kind(), kind);
    assert!(error.to_string().starts_with(&format!("cannot open `{}`: ", path.display())), "{error}");
    assert!(fs::read(path).unwrap() == before, "the file has changed");
    let beside = path.parent().unwrap().read_dir().unwrap().count();
    assert_eq!(beside, 1, "there is a file beside it");
    error
}

#[test]
fn what_is_no_database_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    for content in [&b"hello"[..], &[0], &[0; 5000], &[0xff; 100], &b"SQLite format 2\0".repeat(10)] {
        fs::write(&path, content)?;
        refused(&path, ErrorKind::Foreign);
    }
    Ok(())
}

#[test]
fn the_database_of_another_program_is_refused() -> Outcome {
    for mode in ["delete", "wal"] {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("shop.db");
        let other = Connection::open(&path)?;
        other.pragma_update(None, "journal_mode", mode)?;
        other.execute_batch(
            "CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO runs VALUES (1, 'shop')",
        )?;
        drop(other);
        let error = refused(&path, ErrorKind::Foreign);
        assert!(error.to_string().ends_with(": it is something else than a file of runs, and is left as it is"));
    }
    Ok(())
}

#[test]
fn the_file_of_a_newer_version_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    file_of_runs(&path)?;
    Connection::open(&path)?.pragma_update(None, "user_version", 99)?;
    refused(&path, ErrorKind::Newer);
    Ok(())
}

#[test]
fn a_torn_file_is_refused_wherever_it_is_torn() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    file_of_runs(&path)?;
    let whole = fs::read(&path)?;
    let pages = whole.len() / 4096;
    assert!(pages > 50, "{pages} pages");
    for length in [16, 50, 99, 100, 4095, 4096, 4097, 8192].into_iter().chain((3..pages).map(|page| page * 4096)) {
        fs::write(&path, &whole[..length])?;
        refused(&path, ErrorKind::Damaged);
    }
    fs::write(&path, &whole)?;
    assert_eq!(History::open(&path)?.steps("monday")?.len(), 500);
    Ok(())
}

#[test]
fn a_page_that_was_overwritten_is_found_before_anything_is_written() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    file_of_runs(&path)?;
    let whole = fs::read(&path)?;
    for page in 1..whole.len() / 4096 {
        let mut torn = whole.clone();
        torn[page * 4096..][..4096].fill(0xa5);
        fs::write(&path, &torn)?;
        refused(&path, ErrorKind::Damaged);
    }
    Ok(())
}

#[test]
fn a_folder_or_a_path_without_one_is_an_error_with_the_systems_words() -> Outcome {
    let folder = tempfile::tempdir()?;
    for path in [folder.path(), &folder.path().join("missing/runs.db"), Path::new("")] {
        let error = Runs::open(path).unwrap_err();
        assert!(error.to_string().starts_with("cannot open `"), "{error}");
        assert!(error::Error::source(&error).is_some());
    }
    let missing = folder.path().join("runs.db");
    assert!(History::open(&missing).is_err());
    assert!(!missing.exists(), "reading makes no file");
    Ok(())
}

#[test]
fn an_empty_file_becomes_one_of_runs() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("runs.db");
    fs::write(&path, "")?;
    // So it is if the process that made it was killed. A look does not change it.
    assert_eq!(History::open(&path)?.runs()?.len(), 0);
    assert_eq!((fs::metadata(&path)?.len(), folder.path().read_dir()?.count()), (0, 1));
    drop(Runs::open(&path)?);
    assert_eq!(History::open(&path)?.runs()?.len(), 0);
    Ok(())
}
