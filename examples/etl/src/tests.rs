//! The whole program, as a process that gets signals, limits and folders from outside.

use std::error::Error;
use std::fs::{OpenOptions, Permissions};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output as Ended, Stdio};
use std::{fs, process};

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::runtime::Name;
use crate::{db, tables};

/// Holds the arguments, line by line, of a process that a test started.
const ARGUMENTS: &str = "ETL_TEST_ARGUMENTS";

/// A user without rights, on most systems.
const NOBODY: u32 = 65_534;

/// The exit code of a shell that may not execute a program.
const NOT_EXECUTABLE: i32 = 126;

type Outcome = Result<(), Box<dyn Error>>;

/// The program, for a test that needs it as a process; on its own it tests nothing.
#[test]
fn as_a_process() {
    if let Ok(arguments) = env::var(ARGUMENTS) {
        process::exit(etl(arguments.lines().map(OsString::from)).into());
    }
}

/// A command that runs the program with these arguments, after `before` in a shell.
fn program(before: &str, arguments: &[&str]) -> io::Result<Command> {
    let mut command = Command::new("sh");
    let test = format!("{}::as_a_process", module_path!().split_once("::").map_or("", |(_, module)| module));
    command.args(["-c", &format!("{before} exec \"$0\" \"$@\"")]).arg(env::current_exe()?);
    command.args([&test, "--exact", "--nocapture"]).env(ARGUMENTS, arguments.join("\n"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

/// A folder with a database that an earlier run has loaded.
fn loaded() -> Result<(TempDir, PathBuf, db::Summary), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("flights.db");
    let airports = tables::parse_airports(include_str!("../data/airports.csv"))?;
    let flights = tables::parse_flights("origin,destination,count\nATL,ORD,5\n")?;
    db::load(&file, &airports, &tables::join(&airports, &flights)?, || false)?;
    let summary = db::summary(&file)?;
    Ok((folder, file, summary))
}

/// A server that accepts and never answers, and its base.
fn silent() -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    Ok((listener, base))
}

fn send(signal: &str, to: &Child) -> Outcome {
    let status = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", signal, &to.id().to_string()]).status()?;
    assert!(status.success(), "{status}");
    Ok(())
}

fn told(ended: &Ended) -> String {
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

#[test]
fn ctrl_c_and_sigterm_stop_the_job_on_each_runtime_and_keep_the_tables() -> Outcome {
    let signals = [("INT", "Ctrl-C"), ("TERM", "SIGTERM")];
    for ((signal, name), runtime) in signals.into_iter().flat_map(|signal| Name::ALL.map(|(name, _)| (signal, name))) {
        let (_folder, file, before) = loaded()?;
        let (listener, base) = silent()?;
        let job = program("", &["--from", &base, "--db", &file.to_string_lossy(), "--runtime", runtime])?.spawn()?;
        // It is fetching, and has been listening for signals since before that.
        let connection = listener.accept()?;
        send(signal, &job)?;
        let ended = job.wait_with_output()?;
        drop(connection);
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        assert!(told(&ended).contains(&format!("etl: stopped by {name}\n")), "{ended:?}");
        // The step that runs on failure has run.
        assert!(
            String::from_utf8_lossy(&ended.stdout).contains("holds a whole load: 1 routes, 5 flights"),
            "{ended:?}"
        );
        assert_eq!(db::summary(&file)?, before);
    }
    Ok(())
}

#[test]
fn a_file_that_must_not_grow_is_named_and_keeps_its_tables() -> Outcome {
    let (_folder, file, before) = loaded()?;
    // Blocks of 512 or of 1,024 bytes: more than the old tables need, and less than the new ones.
    let blocks = fs::metadata(&file)?.len().div_ceil(512) + 8;
    let ended = program(&format!("ulimit -f {blocks} &&"), &["--db", &file.to_string_lossy()])?.output()?;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let expected = format!("etl: step `load` failed: cannot write database {}: ", file.display());
    assert!(told(&ended).contains(&expected), "{ended:?}");
    assert_eq!(db::summary(&file)?, before);
    Ok(())
}

#[test]
fn a_read_only_file_is_named_and_keeps_its_tables() -> Outcome {
    let (folder, file, before) = loaded()?;
    fs::set_permissions(&file, Permissions::from_mode(0o444))?;
    let mut job = program("", &["--db", &file.to_string_lossy()])?;
    if OpenOptions::new().append(true).open(&file).is_ok() {
        // This is root, who may write anything; nobody may not.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        job.uid(NOBODY);
    }
    // Nobody may be unknown here, or may not enter the folder of this program.
    let ended = match job.output() {
        Ok(ended) if ended.status.code() != Some(NOT_EXECUTABLE) => ended,
        not_run => {
            eprintln!("SKIPPED: ROOT WRITES READ-ONLY FILES, AND NO OTHER USER CAN RUN THIS TEST: {not_run:?}");
            return Ok(());
        }
    };
    let expected = format!(
        "etl: step `load` failed: cannot write database {}: attempt to write a readonly database\n",
        file.display()
    );
    assert_eq!((ended.status.code(), told(&ended).contains(&expected)), (Some(1), true), "{ended:?}");
    assert_eq!(db::summary(&file)?, before);
    Ok(())
}

/// The entries of a folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

#[test]
fn without_a_file_each_job_makes_a_private_folder() -> Outcome {
    let shared = tempfile::tempdir()?;
    let victim = shared.path().join("victim");
    // Names that somebody could have guessed, as links to a file that is not theirs to write.
    for name in ["rungs-etl.db", "etl.db", "rungs-etl"] {
        symlink(&victim, shared.path().join(name))?;
    }
    let planted = entries(shared.path())?;
    for _ in 0..2 {
        let ended = program("", &[])?.env("TMPDIR", shared.path()).output()?;
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        let made: Vec<_> = entries(shared.path())?.into_iter().filter(|entry| !planted.contains(entry)).collect();
        let [folder] = &made[..] else {
            return Err(format!("{made:?}").into());
        };
        assert_eq!(fs::metadata(folder)?.permissions().mode() & 0o777, 0o700);
        let file = folder.join("etl.db");
        assert_eq!(db::summary(&file)?.routes, 5366);
        assert!(String::from_utf8_lossy(&ended.stdout).contains(&format!("\nin {}\n", file.display())), "{ended:?}");
        fs::remove_dir_all(folder)?;
    }
    assert!(!victim.exists());
    Ok(())
}

#[test]
fn a_job_that_loads_nothing_leaves_no_folder() -> Outcome {
    let folder = tempfile::tempdir()?;
    let ended = program("", &["--from", "ftp://host"])?.env("TMPDIR", folder.path()).output()?;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(entries(folder.path())?.is_empty());

    let nowhere = folder.path().join("nowhere");
    let ended = program("", &[])?.env("TMPDIR", &nowhere).output()?;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(told(&ended).contains("etl: cannot make a folder for the database; name a file with --db: "), "{ended:?}");
    Ok(())
}

/// Reads what a process prints, up to a line with this text.
fn read_up_to(text: &str, job: &mut Child) -> Outcome {
    let printed = job.stdout.as_mut().ok_or("its output is read")?;
    let found = BufReader::new(printed).lines().map_while(Result::ok).any(|line| line.contains(text));
    if found { Ok(()) } else { Err(format!("it has not printed {text:?}").into()) }
}

#[test]
fn a_job_that_is_killed_in_its_load_goes_on_and_fetches_nothing_twice() -> Outcome {
    let (_folder, file, before) = loaded()?;
    let server = smol::block_on(Server::start(Script::default()))?;
    let path = file.to_string_lossy().into_owned();
    let arguments = ["--from", &server.url(), "--db", &path];
    // Holds the load up within its first transaction.
    let lock = Connection::open(&file)?;
    lock.execute_batch("BEGIN IMMEDIATE")?;
    let mut job = program("", &[&arguments[..], &["--resume"]].concat())?.spawn()?;
    read_up_to("load: started", &mut job)?;
    job.kill()?;
    job.wait()?;
    lock.execute_batch("ROLLBACK")?;
    assert_eq!(db::summary(&file)?, before);

    let ended = |more: &[&str]| program("", &[&arguments, more].concat())?.output();
    let printed = |ended: &Ended| String::from_utf8_lossy(&ended.stdout).into_owned() + &told(ended);
    let explained = printed(&ended(&["--resume", "--explain"])?);
    assert!(explained.contains("\n7 of 10 steps"), "{explained}");
    let history = printed(&ended(&["--history"])?);
    assert!(history.contains("begun 1 x  2 stored  has not ended\n"), "{history}");

    let requests = || [server.requests("/airports.csv"), server.requests("/flights.csv")];
    assert_eq!(requests(), [1, 1]);
    let resumed = ended(&["--resume"])?;
    assert_eq!((resumed.status.code(), requests()), (Some(0), [1, 1]), "{resumed:?}");
    assert_eq!(db::summary(&file)?.routes, 5366);
    let history = printed(&ended(&["--history"])?);
    assert!(history.contains("begun 2 x  2 stored  exit code 0 after "), "{history}");
    // There is none, which is no failure of the job.
    let error = format!("\n    fetch_weather: {}/weather.csv answered 404", server.url());
    assert!(history.contains(&error), "{history}");

    // A run that has ended well is not gone on with.
    let anew = ended(&["--resume", "--only", "parse_airports"])?;
    assert_eq!((anew.status.code(), requests()), (Some(0), [2, 1]), "{anew:?}");
    Ok(())
}

#[test]
fn the_trace_of_a_run_is_json_with_a_slice_for_each_attempt() -> Outcome {
    let folder = tempfile::tempdir()?;
    let [db, trace] = ["flights.db", "trace.json"].map(|file| folder.path().join(file));
    let args = ["--db", &db.to_string_lossy(), "--trace", &trace.to_string_lossy()];
    let ended = program("", &args)?.output()?;
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let trace: serde_json::Value = serde_json::from_str(&fs::read_to_string(trace)?)?;
    let events = trace["traceEvents"].as_array().ok_or("no events")?;
    let slices: Vec<_> = events.iter().filter(|event| event["ph"] == "X").collect();
    let slice = |name: &str| slices.iter().find(|slice| slice["name"] == name).ok_or(format!("no slice of {name}"));
    for step in ["fetch_airports", "fetch_flights", "load", "summary"] {
        let step = slice(step)?;
        let attempts = slices.iter().filter(|other| other["tid"] == step["tid"] && other["cat"] == "attempt");
        let starts =
            attempts.filter(|attempt| attempt["name"].as_str().is_some_and(|name| name.starts_with("attempt ")));
        assert_eq!(step["args"]["attempts"], starts.count(), "{step}");
        assert_eq!(step["args"]["status"], "success");
    }
    // In nanoseconds: a sum of microseconds with a fraction may come out a little higher.
    let time =
        |name: &str, key: &str| Ok::<_, String>((slice(name)?[key].as_f64().unwrap_or(f64::NAN) * 1_000.0).round());
    assert!(time("load", "ts")? >= time("join", "ts")? + time("join", "dur")?);
    // The server of the program fails now and then.
    assert!(slices.iter().any(|slice| slice["name"] == "backoff"));
    Ok(())
}

#[test]
fn a_trace_that_cannot_be_written_is_a_failure_and_the_tables_stay() -> Outcome {
    let folder = tempfile::tempdir()?;
    let [db, trace] = ["flights.db", "gone/trace.json"].map(|file| folder.path().join(file));
    let ended = program("", &["--db", &db.to_string_lossy(), "--trace", &trace.to_string_lossy()])?.output()?;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let told = String::from_utf8(ended.stderr)?;
    assert!(told.contains(&format!("etl: cannot write `{}`: ", trace.display())), "{told}");
    assert_eq!(db::summary(&db)?.routes, 5366);
    Ok(())
}

#[test]
fn a_part_that_is_not_there_is_named() -> Outcome {
    let ended = program("", &["--only", "laod", "--explain"])?.output()?;
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    assert!(told(&ended).contains("`laod`") && told(&ended).contains("`load`"), "{ended:?}");
    Ok(())
}

#[test]
fn a_file_of_runs_that_is_something_else_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("flights.db");
    fs::write(folder.path().join("flights.db.runs"), "a letter")?;
    for more in [&["--resume"][..], &["--history"], &["--resume", "--explain"]] {
        let ended = program("", &[&["--db", &file.to_string_lossy()], more].concat())?.output()?;
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(told(&ended).contains("flights.db.runs`: it is something else than a file of runs"), "{ended:?}");
    }
    Ok(())
}

#[test]
fn a_database_in_memory_is_wrong_usage() -> Outcome {
    let ended = program("", &["--db", ":memory:"])?.output()?;
    assert_eq!(ended.status.code(), Some(i32::from(WRONG_USAGE)), "{ended:?}");
    assert!(told(&ended).contains("etl: --db :memory: would be gone with the job; name a file"), "{ended:?}");
    Ok(())
}
