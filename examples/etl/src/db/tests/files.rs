//! Which files a load takes, and which it leaves as they are.

use super::*;

/// The error of a load into this file, with its sources.
fn refusal(path: &Path) -> Result<String, Box<dyn Error>> {
    let (airports, routes) = small()?;
    match load(path, &airports, &routes, NEVER) {
        Ok(loaded) => Err(format!("{} took {loaded:?}", path.display()).into()),
        Err(error) => Ok(format!("{error:#}")),
    }
}

#[test]
fn tables_of_others_are_never_replaced() -> Outcome {
    let scratch = Scratch::new("others")?;
    let others = [
        "CREATE TABLE routes (of TEXT); INSERT INTO routes VALUES ('somebody else')",
        "CREATE TABLE letters (text TEXT); INSERT INTO letters VALUES ('dear')",
        "CREATE VIEW airports AS SELECT 1",
        "PRAGMA application_id = 7",
    ];
    for sql in others {
        Connection::open(scratch.file())?.execute_batch(sql)?;
        let before = fs::read(scratch.file())?;
        let expected = format!(
            "cannot write database {}: etl did not make its tables, so they were left as they are; name another file",
            scratch.file().display()
        );
        assert_eq!(refusal(&scratch.file())?, expected, "{sql}");
        assert!(summary(&scratch.file()).is_err());
        assert!(what_remains(&scratch.file()).ends_with("holds tables that etl did not make"), "{sql}");
        assert!(fs::read(scratch.file())? == before, "{sql}");
        fs::remove_file(scratch.file())?;
    }
    Ok(())
}

#[test]
fn an_empty_file_and_one_of_an_earlier_load_are_taken() -> Outcome {
    let scratch = Scratch::new("taken")?;
    fs::write(scratch.file(), "")?;
    let (airports, routes) = small()?;
    for _ in 0..2 {
        load(&scratch.file(), &airports, &routes, NEVER)?;
        assert_eq!(summary(&scratch.file())?.routes, 1);
    }
    // A table beside ours stays.
    Connection::open(scratch.file())?
        .execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')")?;
    load(&scratch.file(), &airports, &routes, NEVER)?;
    let note: String = Connection::open(scratch.file())?.query_one("SELECT text FROM notes", [], |row| row.get(0))?;
    assert_eq!(note, "mine");
    Ok(())
}

#[test]
fn a_failed_load_does_not_mark_the_file() -> Outcome {
    let scratch = Scratch::new("mark")?;
    let (airports, routes) = small()?;
    assert!(load(&scratch.file(), &airports, &[routes.clone(), routes].concat(), NEVER).is_err());
    Connection::open(scratch.file())?.execute_batch("CREATE TABLE routes (of TEXT)")?;
    assert!(refusal(&scratch.file())?.contains("etl did not make its tables"));
    Ok(())
}

#[test]
fn a_name_that_is_special_to_sqlite_is_a_file_like_any_other() -> Outcome {
    let (airports, routes) = small()?;
    // Relative names, as only those are special; they differ from all others in the folder where the test runs.
    for name in ["file:etl-special-test?mode=memory", ":etl-special-test:"] {
        let path = Path::new(name);
        let loaded = load(path, &airports, &routes, NEVER).and_then(|_| summary(path));
        let is_there = path.exists();
        let _ = fs::remove_file(Path::new(".").join(name));
        assert_eq!((loaded?.routes, is_there), (1, true), "{name}");
    }
    Ok(())
}

#[test]
fn what_is_no_regular_file_is_refused_in_words() -> Outcome {
    let scratch = Scratch::new("irregular")?;
    for (path, why) in [(&*scratch.0, "it is a folder"), (Path::new("/dev/null"), "it is not a regular file")] {
        if path.exists() {
            assert_eq!(refusal(path)?, format!("cannot write database {}: {why}", path.display()));
        }
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_symlink_is_followed_and_stays() -> Outcome {
    let scratch = Scratch::new("symlink")?;
    let (airports, routes) = small()?;
    let link = scratch.0.join("link.db");
    std::os::unix::fs::symlink(scratch.file(), &link)?;
    for _ in 0..2 {
        load(&link, &airports, &routes, NEVER)?;
        assert!(fs::symlink_metadata(&link)?.is_symlink());
        assert_eq!(summary(&scratch.file())?.routes, 1);
    }
    Ok(())
}
