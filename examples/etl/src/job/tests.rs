use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process;
use std::thread;

use hyper::StatusCode;
use rungs::EventKind;
use rusqlite::Connection;

use super::*;
use crate::server::{Reply, Script, Server};

const AIRPORTS: &str = include_str!("../../data/airports.csv");
const FLIGHTS: &str = include_str!("../../data/flights.csv");

type Outcome = Result<(), Box<dyn Error>>;

/// A database file that goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("etl-job-{}-{name}.db", process::id())))
    }

    /// A file with a small load in it.
    fn with_tables(name: &str) -> Result<(Self, Summary), EtlError> {
        let scratch = Self::new(name);
        let airports = tables::parse_airports(AIRPORTS)?;
        let flights = tables::parse_flights("origin,destination,count\nATL,ORD,5\n")?;
        let routes = tables::join(&airports, &flights)?;
        db::load(&scratch.0, &airports, &routes, || false)?;
        let summary = db::summary(&scratch.0)?;
        Ok((scratch, summary))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A finished run: its report, and what it printed.
struct Ran {
    report: Report<EtlError>,
    printed: String,
}

impl Ran {
    fn new(base: &str, db: &Path) -> Result<Self, PipelineError> {
        Self::with(base, db, &CancelToken::new())
    }

    fn with(base: &str, db: &Path, token: &CancelToken) -> Result<Self, PipelineError> {
        let mut printed = Vec::new();
        let options = Options { seed: 1, token, progress: None, attempts: None, only: vec![], store: None };
        let report = run(&OnSmol, base, db, options, &mut printed)?;
        Ok(Self { report, printed: String::from_utf8_lossy(&printed).into_owned() })
    }

    fn statuses(&self) -> Vec<(&str, Status)> {
        self.report.steps().map(|step| (step.name(), step.status())).collect()
    }

    fn status(&self, step: &str) -> Option<Status> {
        self.report.get(step).map(|step| step.status())
    }

    fn failures(&self) -> Vec<String> {
        failures(&self.report).collect()
    }
}

/// Serves these files and no others, until the program ends. A file that begins with `HTTP/` is the whole answer.
fn serve(files: &[(&'static str, String)]) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let files: HashMap<_, _> = files.iter().cloned().collect();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = reply(stream, &files);
        }
    });
    Ok(base)
}

fn reply(mut stream: TcpStream, files: &HashMap<&str, String>) -> std::io::Result<()> {
    let mut head = BufReader::new(stream.try_clone()?).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    head.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
    match request.split(' ').nth(1).and_then(|path| files.get(path)) {
        Some(raw) if raw.starts_with("HTTP/") => stream.write_all(raw.as_bytes())?,
        Some(text) => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len())?,
        None => write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?,
    }
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

#[test]
fn a_bad_day_ends_well() -> Outcome {
    let scratch = Scratch::new("well");
    let server = smol::block_on(Server::start(Script::flaky()))?;
    let ran = Ran::new(&server.url(), &scratch.0)?;

    let expected = [
        ("fetch_airports", Status::Success),
        ("fetch_flights", Status::Success),
        ("fetch_weather", Status::Failed),
        ("parse_airports", Status::Success),
        ("parse_flights", Status::Success),
        ("join", Status::Success),
        ("enrich", Status::Skipped),
        ("load", Status::Success),
        ("summary", Status::Success),
        ("look_what_remains", Status::Skipped),
    ];
    assert_eq!(ran.statuses(), expected, "{}", ran.printed);
    assert_eq!((ran.report.exit_code(), ran.failures()), (0, vec![]));
    assert!(server.requests("/airports.csv") > 1 && server.requests("/flights.csv") > 1);

    let db = Connection::open(&scratch.0)?;
    let count = |table| db.query_one(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u32>(0));
    assert_eq!((count("airports")?, count("routes")?), (3376, 5366));

    // In this order: the picture, what happened, the report, the summary.
    let parts = ["Pipeline: etl", "fetch_flights: timed out", "Report: etl", "5366 routes, 7009728 flights"];
    let places: Vec<_> = parts.iter().map(|part| ran.printed.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", ran.printed);
    Ok(())
}

#[test]
fn weather_is_made_use_of_where_there_is_some() -> Outcome {
    let scratch = Scratch::new("weather");
    let weather = "iata,wind_kmh\nATL,90\n".to_owned();
    let files = [("/airports.csv", AIRPORTS.into()), ("/flights.csv", FLIGHTS.into()), ("/weather.csv", weather)];
    let ran = Ran::new(&serve(&files)?, &scratch.0)?;
    assert_eq!(ran.report.exit_code(), 0, "{}", ran.printed);
    assert!(ran.printed.contains("flights from or to a storm: "), "{}", ran.printed);
    Ok(())
}

#[test]
fn a_dead_server_is_named() -> Outcome {
    let (scratch, before) = Scratch::with_tables("dead")?;
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let ran = Ran::new(&format!("http://{address}"), &scratch.0)?;
    assert_eq!(ran.report.exit_code(), 1);
    assert_eq!(ran.report.get("fetch_flights").map(|step| step.attempts()), Some(RETRIES + 1));
    let failures = ran.failures();
    assert_eq!(failures.len(), 2, "{failures:?}");
    let start = format!("step `fetch_airports` failed: cannot connect to 127.0.0.1 port {}: ", address.port());
    assert!(failures[0].starts_with(&start), "{failures:?}");
    // The step that runs on failure has looked, and the tables are unchanged.
    assert!(ran.printed.ends_with("holds a whole load: 1 routes, 5 flights\n"), "{}", ran.printed);
    assert_eq!(db::summary(&scratch.0)?, before);
    Ok(())
}

#[test]
fn bad_tables_are_named_by_step_and_line() -> Outcome {
    let (scratch, before) = Scratch::with_tables("bad")?;
    let torn = AIRPORTS.split_at(AIRPORTS.len() - 20).0;
    let unknown = format!("{}\nABE,QQQ,3\n", FLIGHTS.trim_end());
    let cases = [
        (torn.to_owned(), FLIGHTS.to_owned(), "step `parse_airports` failed: airports.csv line 3377: "),
        (AIRPORTS.into(), unknown, "step `join` failed: flights.csv line 5368: airport \"QQQ\" is not in airports.csv"),
        (AIRPORTS.into(), String::new(), "step `parse_flights` failed: flights.csv line 1: "),
    ];
    for (airports, flights, expected) in cases {
        let base = serve(&[("/airports.csv", airports), ("/flights.csv", flights)])?;
        let ran = Ran::new(&base, &scratch.0)?;
        let failures = ran.failures();
        assert!(failures.len() == 1 && failures[0].starts_with(expected), "{failures:?}");
        assert_eq!((ran.report.exit_code(), ran.status("load")), (1, Some(Status::Failed)));
        assert_eq!(db::summary(&scratch.0)?, before);
    }
    Ok(())
}

#[test]
fn half_an_answer_that_ends_at_a_line_never_replaces_the_tables() -> Outcome {
    let (scratch, before) = Scratch::with_tables("half")?;
    let half: String = FLIGHTS.split_inclusive('\n').take(2_000).collect();
    let endings = [
        (String::new(), "has neither a length nor chunks"),
        (format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", half.len()), "has both a length and chunks"),
        (format!("Content-Length: {}\r\nContent-Length: {}\r\n", half.len(), FLIGHTS.len()), "content-length"),
    ];
    for (headers, expected) in endings {
        let flights = format!("HTTP/1.1 200 OK\r\n{headers}\r\n{half}");
        let ran = Ran::new(&serve(&[("/airports.csv", AIRPORTS.into()), ("/flights.csv", flights)])?, &scratch.0)?;
        assert_eq!((ran.report.exit_code(), ran.status("load")), (1, Some(Status::Failed)), "{}", ran.printed);
        let failures = ran.failures();
        assert!(failures.len() == 1 && failures[0].contains(expected), "{failures:?}");
        assert_eq!(db::summary(&scratch.0)?, before);
    }
    Ok(())
}

#[test]
fn a_missing_folder_is_named() -> Outcome {
    let server = smol::block_on(Server::start(Script::default()))?;
    let ran = Ran::new(&server.url(), Path::new("/no/such/folder/etl.db"))?;
    let expected = "step `load` failed: cannot write database /no/such/folder/etl.db: unable to open";
    let failures = ran.failures();
    assert!(failures.len() == 1 && failures[0].starts_with(expected), "{failures:?}");
    assert_eq!(ran.report.exit_code(), 1);
    Ok(())
}

/// Runs a job that is cancelled so many times as soon as `step` starts.
fn cancelled_at(step: &str, times: u32, script: Script, db: &Path) -> Result<Report<EtlError>, Box<dyn Error>> {
    let token = CancelToken::new();
    smol::block_on(async {
        let server = Server::start(script).await?;
        let base = server.url();
        let mut job = Job::new(&OnSmol, &base, db);
        let run = job.steps.runner().seed(1).cancel(&token).on_event(|event| {
            if event.name == step && matches!(event.kind, EventKind::Started) {
                (0..times).for_each(|_| token.cancel());
            }
        });
        Ok(run.run(OnSmol.timer()).await?)
    })
}

#[test]
fn a_cancelled_job_leaves_the_former_tables() -> Outcome {
    let (scratch, before) = Scratch::with_tables("cancelled")?;
    for step in ["fetch_airports", "parse_flights", "load"] {
        let report = cancelled_at(step, 1, Script::default(), &scratch.0)?;
        assert_eq!(report.exit_code(), 2, "{report}");
        let status = |step| report.get(step).map(|step| step.status());
        assert_eq!(status("summary"), Some(Status::Skipped), "{report}");
        // The step that runs on failure runs after a cancel as well.
        let remains = report.output_named::<String>("look_what_remains").map(|text| text.to_string());
        assert!(remains.is_ok_and(|text| text.ends_with("1 routes, 5 flights")), "{report}");
        assert_eq!(db::summary(&scratch.0)?, before, "{report}");
    }
    Ok(())
}

#[test]
fn a_job_that_is_cancelled_twice_drops_its_alarm_too() -> Outcome {
    let (scratch, before) = Scratch::with_tables("twice")?;
    for step in ["fetch_airports", "load"] {
        let report = cancelled_at(step, 2, Script::default(), &scratch.0)?;
        assert_eq!(report.exit_code(), 2, "{report}");
        assert_eq!(report.get("look_what_remains").map(|step| step.status()), Some(Status::Skipped), "{report}");
        assert_eq!(db::summary(&scratch.0)?, before, "{report}");
    }
    Ok(())
}

#[test]
fn a_cancel_cuts_a_long_wait_short() -> Outcome {
    let scratch = Scratch::new("wait");
    let wait = Reply::Refuse(StatusCode::SERVICE_UNAVAILABLE, Some(Duration::from_secs(60)));
    let script = Script { airports: vec![wait], ..Script::default() };
    let report = cancelled_at("parse_flights", 1, script, &scratch.0)?;
    assert_eq!((report.exit_code(), report.get("fetch_airports").map(|s| s.status())), (2, Some(Status::Cancelled)));
    assert!(report.duration() < LONGEST_WAIT, "{report}");
    assert!(!scratch.0.exists());
    Ok(())
}
