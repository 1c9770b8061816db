use super::*;

fn read(args: &[&str]) -> Result<Args, String> {
    Args::read(args.iter().map(OsString::from)).map_err(|error| error.to_string())
}

#[test]
fn all_can_be_said_in_any_order_or_left_away() {
    let (from, db) = (Some("http://host".to_owned()), Some(PathBuf::from("a.db")));
    let only = vec!["load".to_owned(), "join".to_owned()];
    let (trace, instead) = (Some(PathBuf::from("trace.json")), Some(Instead::Explain));
    let all = Args { from, db, runtime: Name::Own, only, resume: true, trace, instead };
    let [from, db, runtime] = [["--from", "http://host"], ["--db", "a.db"], ["--runtime", "own"]];
    let (only, trace, flags) = (["--only", "load,join"], ["--trace", "trace.json"], ["--resume", "--explain"]);
    for args in [[from, db, runtime, only, trace, flags], [flags, trace, only, runtime, db, from]] {
        assert_eq!(read(args.as_flattened()).as_ref(), Ok(&all));
    }
    let (runtime, only) = (Name::Smol, vec![]);
    let none = Args { from: None, db: None, runtime, only, resume: false, trace: None, instead: None };
    assert_eq!(read(&[]), Ok(none));
    assert!(read(&["--history", "-h"]).is_ok_and(|args| args.instead == Some(Instead::Help)));
}

#[test]
fn wrong_arguments_are_named() {
    let problem = |args: &[&str]| read(args).err().unwrap_or_default();
    assert_eq!(problem(&["--form", "x"]), "unknown argument \"--form\"");
    assert_eq!(problem(&["x.db"]), "unknown argument \"x.db\"");
    assert_eq!(problem(&["--db"]), "--db lacks its value");
    assert_eq!(problem(&["--from", ""]), "--from lacks its value");
    assert_eq!(problem(&["--db", "a", "--db", "b"]), "--db is given twice");
    assert_eq!(problem(&["--runtime"]), "--runtime lacks its value");
    assert_eq!(problem(&["--runtime", "Tokio"]), "--runtime \"Tokio\" is none of smol, tokio, own");
    assert_eq!(problem(&["--runtime", "own", "--runtime", "own"]), "--runtime is given twice");
    assert_eq!(problem(&["--only"]), "--only lacks its value");
    assert_eq!(problem(&["--resume"]), "--resume needs a --db: runs are kept beside it");
    assert_eq!(problem(&["--history"]), "--history needs a --db: runs are kept beside it");
}

#[test]
fn names_that_are_special_to_sqlite_are_refused_in_words() {
    let problem = |db| read(&["--db", db]).err().unwrap_or_default();
    assert!(problem(":memory:").starts_with("--db :memory: would be gone with the job; name a file"));
    assert!(problem("file:a.db?mode=memory").starts_with("--db takes a path and no uri"));
    for path in ["./:memory:", "./file:a.db", "a:memory:"] {
        assert_eq!(read(&["--db", path]).map(|args| args.db), Ok(Some(PathBuf::from(path))));
    }
}
