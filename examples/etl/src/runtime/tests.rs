//! The whole job on each runtime: the same reports but for times, and the same tables.

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rungs::{CancelToken, Report, Status};
use rusqlite::Connection;

use super::*;
use crate::job::Options;
use crate::server::{Reply, Script, Server};
use crate::{db, job, tables};

/// Decides the delays, so that of two sources the same one fails first on each runtime: it is given up half a second before
/// the other.
const SEED: u64 = 31;

type Outcome = Result<(), Box<dyn Error>>;

/// What does not depend on the runtime.
#[derive(Debug, PartialEq)]
struct Run {
    exit_code: u8,
    /// For each step its name, its status, its attempts, and why it did not succeed.
    steps: Vec<(String, Status, u32, String)>,
    failures: Vec<String>,
    /// What was printed after the report: the results of the job.
    results: String,
    /// How many rows the tables have, and a hash of all of them.
    tables: (usize, u64),
}

impl Run {
    fn status(&self, step: &str) -> Option<(Status, u32)> {
        self.steps.iter().find(|(name, ..)| name == step).map(|(_, status, attempts, _)| (*status, *attempts))
    }
}

/// What the job comes to on all runtimes, each time on a source of its own and over the tables of an earlier load.
fn on_each<S>(source: impl Fn() -> Result<(S, String), Box<dyn Error>>, stop: Stop) -> Result<Run, Box<dyn Error>> {
    let mut runs = Vec::new();
    for (name, runtime) in Name::ALL {
        let (_source, base) = source()?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("flights.db");
        let airports = tables::parse_airports(include_str!("../../data/airports.csv"))?;
        let flights = tables::parse_flights("origin,destination,count\nATL,ORD,5\n")?;
        db::load(&file, &airports, &tables::join(&airports, &flights)?, || false)?;

        let token = CancelToken::new();
        let mut printed = Stopper { printed: Vec::new(), token: token.clone(), stop };
        let options = Options { seed: SEED, token: &token, progress: None, attempts: None, only: vec![], store: None };
        let report = job::run_on(runtime, &base, &file, options, &mut printed)??;
        let printed = String::from_utf8(printed.printed)?;
        let run = comparable(&report, &printed, &base, &file)?;
        runs.push((name, run));
    }
    let (_, first) = runs.remove(0);
    for (name, run) in runs {
        assert_eq!(run, first, "{name}");
    }
    Ok(first)
}

fn comparable(report: &Report<EtlError>, printed: &str, base: &str, file: &Path) -> Result<Run, Box<dyn Error>> {
    // Each run has a port and a folder of its own.
    let port = base.rsplit_once(':').map_or(base, |(_, port)| port);
    let neutral = |text: &str| text.replace(port, "PORT").replace(&*file.to_string_lossy(), "FILE");
    let reason =
        |step: rungs::StepResult<'_, _>| step.reason().map_or(String::new(), |reason| neutral(&format!("{reason:#}")));
    let steps = report.steps().map(|step| (step.name().to_owned(), step.status(), step.attempts(), reason(step)));
    let (_, results) = printed.split_once(&report.to_string()).ok_or("the report is printed")?;
    Ok(Run {
        exit_code: report.exit_code(),
        steps: steps.collect(),
        failures: job::failures(report).map(|failure| neutral(&failure)).collect(),
        results: neutral(results),
        tables: rows(file)?,
    })
}

/// The number of rows, and a hash of all of them.
fn rows(file: &Path) -> Result<(usize, u64), rusqlite::Error> {
    let db = Connection::open(file)?;
    let mut all = Vec::new();
    for table in ["airports", "routes"] {
        let mut query = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        let columns = query.column_count();
        let rows = query.query_map([], |row| {
            (0..columns)
                .map(|column| row.get_ref(column).map(|value| format!("{value:?}")))
                .collect::<Result<String, _>>()
        })?;
        all.extend(rows.collect::<Result<Vec<_>, _>>()?);
    }
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    Ok((all.len(), hasher.finish()))
}

/// When to cancel, and how often: as soon as a step starts.
type Stop = Option<(&'static str, u32)>;

/// Where the job prints to; cancels it by what it prints.
struct Stopper {
    printed: Vec<u8>,
    token: CancelToken,
    stop: Stop,
}

impl io::Write for Stopper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.printed.extend(bytes);
        if let Some((step, times)) = self.stop
            && self.printed.ends_with(format!("  {step}: started\n").as_bytes())
        {
            (0..times).for_each(|_| self.token.cancel());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn scripted(script: Script) -> impl Fn() -> Result<(Server, String), Box<dyn Error>> {
    move || {
        let server = smol::block_on(Server::start(script.clone()))?;
        let base = server.url();
        Ok((server, base))
    }
}

use Status::{Cancelled, Failed, Skipped, Success};

#[test]
fn a_bad_day_is_the_same_on_each() -> Outcome {
    let run = on_each(scripted(Script::flaky()), None)?;
    let expected = [
        ("fetch_airports", Success, 2),
        ("fetch_flights", Success, 2),
        ("fetch_weather", Failed, 1),
        ("parse_airports", Success, 1),
        ("parse_flights", Success, 1),
        ("join", Success, 1),
        ("enrich", Skipped, 0),
        ("load", Success, 1),
        ("summary", Success, 1),
        ("look_what_remains", Skipped, 0),
    ];
    let steps: Vec<_> =
        run.steps.iter().map(|(name, status, attempts, _)| (name.as_str(), *status, *attempts)).collect();
    assert_eq!((steps, run.exit_code), (expected.to_vec(), 0));
    assert!(run.results.contains("5366 routes, 7009728 flights"), "{}", run.results);
    assert_eq!(run.tables.0, 3_376 + 5_366);
    Ok(())
}

#[test]
fn a_dead_server_is_the_same_on_each() -> Outcome {
    // A port that was free a moment ago.
    let dead = || Ok(((), format!("http://{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?)));
    let run = on_each(dead, None)?;
    assert_eq!((run.exit_code, run.status("fetch_flights")), (1, Some((Failed, 5))));
    let start = "step `fetch_airports` failed: cannot connect to 127.0.0.1 port PORT: ";
    assert!(run.failures.len() == 2 && run.failures[0].starts_with(start), "{:?}", run.failures);
    assert!(run.results.ends_with("holds a whole load: 1 routes, 5 flights\n"), "{}", run.results);
    Ok(())
}

/// A server that breaks off in the middle of each of the first answers, for ever or so many times for each file.
fn tearing(times: usize) -> Result<((), String), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        let mut asked = std::collections::HashMap::<String, usize>::new();
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, |path| {
                let count = asked.entry(path.to_owned()).or_default();
                *count += 1;
                *count <= times
            });
        }
    });
    Ok(((), base))
}

fn answer(mut stream: TcpStream, is_torn: impl FnOnce(&str) -> bool) -> io::Result<()> {
    let mut head = BufReader::new(stream.try_clone()?).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    head.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let text = match path {
        "/airports.csv" => include_str!("../../data/airports.csv"),
        "/flights.csv" => include_str!("../../data/flights.csv"),
        _ => return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
    };
    let sent = if is_torn(path) { text.len() / 2 } else { text.len() };
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", text.len(), &text[..sent])?;
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

#[test]
fn torn_answers_that_are_tried_again_are_the_same_on_each() -> Outcome {
    let run = on_each(|| tearing(2), None)?;
    assert_eq!((run.status("fetch_airports"), run.status("fetch_flights")), (Some((Success, 3)), Some((Success, 3))));
    assert_eq!((run.exit_code, run.tables.0), (0, 3_376 + 5_366));
    Ok(())
}

#[test]
fn answers_that_are_always_torn_are_the_same_on_each() -> Outcome {
    let run = on_each(|| tearing(usize::MAX), None)?;
    assert_eq!((run.exit_code, run.status("fetch_airports")), (1, Some((Failed, 5))));
    assert!(run.failures[0].contains("/airports.csv broke off after "), "{:?}", run.failures);
    assert_eq!(run.tables.0, 3_376 + 1);
    Ok(())
}

#[test]
fn a_cancel_while_a_source_is_asked_is_the_same_on_each() -> Outcome {
    let slow = vec![Reply::Slow(Duration::from_secs(60))];
    let script = Script { airports: slow.clone(), flights: slow.clone(), weather: slow };
    let run = on_each(scripted(script), Some(("fetch_weather", 1)))?;
    assert_eq!((run.exit_code, run.status("fetch_airports")), (2, Some((Cancelled, 1))));
    // The step that runs on failure runs after a cancel as well.
    assert_eq!((run.status("load"), run.status("look_what_remains")), (Some((Skipped, 0)), Some((Success, 1))));
    assert_eq!(run.tables.0, 3_376 + 1);
    Ok(())
}

#[test]
fn a_cancel_while_a_step_blocks_is_the_same_on_each() -> Outcome {
    // The weather never comes: an answer would race with the cancel.
    let script = Script { weather: vec![Reply::Slow(Duration::from_secs(60))], ..Script::default() };
    for (times, remains) in [(1, (Success, 1)), (2, (Skipped, 0))] {
        let run = on_each(scripted(script.clone()), Some(("load", times)))?;
        assert_eq!((run.exit_code, run.status("load")), (2, Some((Cancelled, 1))));
        assert_eq!(run.status("look_what_remains"), Some(remains));
        assert_eq!(run.tables.0, 3_376 + 1);
    }
    Ok(())
}

#[test]
fn dropping_a_fetch_closes_its_connection_on_each() -> Outcome {
    dropped::<OnSmol>(&OnSmol)?;
    dropped(&OnTokio::new()?)?;
    dropped(&Own::new())
}

fn dropped<R: Runtime>(runtime: &R) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let asked = CancelToken::new();
    let told = asked.clone();
    let source = thread::spawn(move || -> io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let _ = stream.read(&mut [0; 1024])?;
        told.cancel();
        // Ends as soon as the other side is closed.
        stream.read_to_end(&mut Vec::new()).map(drop)
    });
    let mut p = rungs::Pipeline::with_error::<EtlError>("dropped");
    p.step("fetch").run(|| crate::fetch::fetch::<R>(&base, "/file"));
    let report = runtime.block_on(p.runner().cancel(&asked).run(runtime.timer()))?;
    assert_eq!(report.count(Cancelled), 1, "{report}");
    source.join().map_err(|_| "the source panicked")??;
    Ok(())
}
