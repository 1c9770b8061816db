//! The service, tried by a client: pages, limits of one and of all requests, what is seen of them (log, spans, trace, metrics), a
//! client that goes away, and a stop with a run in flight.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// No single wait is longer than this.
const BOUND: Duration = Duration::from_secs(60);

/// A service of its own for each test, on a port that the system gives.
struct Service {
    process: Child,
    address: String,
    lines: Receiver<String>,
    log: Receiver<String>,
}

/// The lines of a stream, read by a thread of their own.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (line, lines) = mpsc::channel();
    thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|text| line.send(text)));
    lines
}

/// A command of cargo's on the example.
fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    // The profile in which the tests are built, so that nothing is built twice.
    cargo.args(["--profile", "test", "--example", "tokio_service"]);
    cargo
}

impl Service {
    fn start() -> Self {
        // Built before, so that no bound is spent on it.
        static BUILT: LazyLock<bool> = LazyLock::new(|| cargo("build").status().unwrap().success());
        assert!(*BUILT);
        // On Unix cargo becomes the program that it runs, so that signals reach it.
        let process = cargo("run").args(["--", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut process = process.unwrap();
        let (lines, log) = (lines(process.stdout.take().unwrap()), lines(process.stderr.take().unwrap()));
        let mut service = Self { process, address: String::new(), lines, log };
        service.address = service.line_after("listening on ");
        service
    }

    /// The rest of the next line that begins so.
    #[track_caller]
    fn line_after(&self, start: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(BOUND).unwrap();
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").unwrap();
        stream
    }

    fn terminate(&self) {
        let mut kill = Command::new("kill");
        assert!(kill.args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Fails if the service has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The status and the body of the answer.
fn answer(mut stream: TcpStream) -> (String, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().to_owned(), body.to_owned())
}

#[track_caller]
fn assert_answer(stream: TcpStream, status: &str, part: &str) {
    let answer = answer(stream);
    assert!(answer.0 == status && answer.1.contains(part), "{answer:?}");
}

#[test]
fn requests_are_answered_or_cut_off() {
    let service = Service::start();
    let (good, late) = (service.ask("/product/23"), service.ask("/product/60000"));
    assert_answer(good, "200", "22.99 for one of 3 in stock, 2 stars");
    assert_answer(service.ask("/product/0"), "502", "`price` failed: no such product");
    assert_answer(late, "504", "the run's deadline passed");
}

#[test]
fn the_log_tells_two_requests_apart() {
    let service = Service::start();
    let clients = ["301", "302"].map(|product| service.ask(&format!("/product/{product}")));
    for client in clients {
        assert_answer(client, "200", "in stock");
    }
    let mut left: Vec<_> = ["301", "302"]
        .iter()
        .flat_map(|product| ["asked", "answered"].map(|said| (format!("number={product}}}"), said)))
        .collect();
    while !left.is_empty() {
        let line = service.log.recv_timeout(BOUND).unwrap();
        let within = "run{pipeline=\"page\"}:step{step=\"stock\"}:attempt{attempt=1}: tokio_service: ";
        left.retain(|(request, said)| {
            !(line.contains(&format!("request{{{request}:{within}")) && line.ends_with(said))
        });
    }
}

/// The rest of a line of the log after the span of a request.
fn after_request<'l>(line: &'l str, number: &str) -> Option<&'l str> {
    Some(line.split_once(&format!("request{{number={number}}}:"))?.1)
}

#[test]
fn the_spans_of_a_request_are_read_back() {
    let service = Service::start();
    assert_answer(service.ask("/product/23"), "200", "in stock");
    let run = "run{pipeline=\"page\" exit_code=0}: rungs: close";
    let mut closed = Vec::new();
    while closed.last().is_none_or(|span: &String| span != run) {
        let line = service.log.recv_timeout(BOUND).unwrap();
        if let Some((span, times)) = after_request(&line, "23").and_then(|line| line.split_once(" time.busy=")) {
            assert!(times.contains(" time.idle="), "{line}");
            closed.push(span.to_owned());
        }
    }
    let count = |start: &str| closed.iter().filter(|span| span.contains(start)).count();
    for (step, attempts) in [("price", 1), ("stock", 1), ("reviews", 2), ("page", 1)] {
        let span = format!("step{{step=\"{step}\"");
        assert_eq!(count(&format!("{span} status=success attempts={attempts}}}: rungs: close")), 1, "{closed:#?}");
        assert_eq!(count(&format!("{span}}}:attempt{{attempt=")), attempts, "{closed:#?}");
    }
    assert_eq!(closed.len(), 1 + 4 + 5, "{closed:#?}");
}

#[test]
fn the_trace_of_a_request_is_json_with_a_slice_for_each_attempt() {
    let service = Service::start();
    let (status, body) = answer(service.ask("/product/23/trace"));
    assert_eq!(status, "200");
    let trace: serde_json::Value = serde_json::from_str(&body).unwrap();
    let slices: Vec<_> = trace["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "X").collect();
    let slice = |name: &str| slices.iter().find(|slice| slice["name"] == name).unwrap();
    let time = |name: &str, key: &str| slice(name)[key].as_f64().unwrap();
    for step in ["price", "stock", "reviews", "page"] {
        assert_eq!(slice(step)["args"]["status"], "success");
        let attempts = slices.iter().filter(|other| other["tid"] == slice(step)["tid"] && other["cat"] == "attempt");
        let names: Vec<_> = attempts.map(|attempt| attempt["name"].as_str().unwrap()).collect();
        match step {
            "reviews" => assert_eq!(names, ["attempt 1", "backoff", "attempt 2"]),
            _ => assert_eq!(names, ["attempt 1"]),
        }
    }
    // It waits for the warehouse, which takes 23 ms.
    assert!(time("stock", "dur") >= 23_000.0, "{body}");
    assert!(time("page", "ts") >= time("stock", "ts") + time("stock", "dur"), "{body}");
}

#[test]
fn the_metrics_of_all_requests_are_read_by_a_client() {
    let service = Service::start();
    for (product, status) in [("23", "200"), ("24", "200"), ("0", "502")] {
        assert_answer(service.ask(&format!("/product/{product}")), status, "");
    }
    let (status, text) = answer(service.ask("/metrics"));
    assert_eq!(status, "200");
    let value = |name: &str, labels: &[&str]| {
        let of =
            |line: &&str| line.starts_with(&format!("{name}{{")) && labels.iter().all(|label| line.contains(label));
        let line = text.lines().find(of).unwrap_or_else(|| panic!("no {name} {labels:?} in\n{text}"));
        line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()
    };
    assert_eq!(value("rungs_runs_total", &["pipeline=\"page\"", "exit_code=\"0\""]), 2.0);
    assert_eq!(value("rungs_runs_total", &["exit_code=\"1\""]), 1.0);
    assert_eq!(value("rungs_steps_total", &["step=\"price\"", "status=\"failed\""]), 1.0);
    assert_eq!(value("rungs_step_retries_sum", &["step=\"reviews\""]), 3.0);
    assert_eq!(value("rungs_steps_in_flight", &["pipeline=\"page\""]), 0.0);
    assert!(value("rungs_step_duration_seconds_sum", &["step=\"stock\"", "status=\"success\""]) >= 0.047);
    assert!(text.contains("# HELP rungs_runs_total Runs that have ended, by exit code."), "{text}");
}

#[test]
fn a_run_ends_with_the_client_that_goes_away() {
    let service = Service::start();
    let client = service.ask("/product/60000");
    service.line_after("product 60000: the warehouse is asked");
    drop(client);
    service.line_after("product 60000: the warehouse is no longer asked");
    // It still serves others.
    assert_answer(service.ask("/product/1"), "200", "0.99 for one of 1 in stock");
}

#[test]
fn all_requests_together_ask_the_warehouse_over_two_connections() {
    let service = Service::start();
    let [first, second] = ["60000", "60001"].map(|product| {
        let client = service.ask(&format!("/product/{product}"));
        service.line_after(&format!("product {product}: the warehouse is asked"));
        client
    });
    let third = service.ask("/product/1");
    service.line_after("product 1: stock: waits for `warehouse`");
    drop(first);
    service.line_after("product 1: the warehouse is asked");
    assert_answer(third, "200", "0.99 for one of 1 in stock");
    drop(second);
}

#[test]
fn the_reviews_are_asked_so_often_per_second() {
    let service = Service::start();
    // Each request asks twice, and four times per second are allowed: the second times have to wait.
    let clients: Vec<_> = (0..4).map(|_| service.ask("/product/3")).collect();
    service.line_after("product 3: reviews: attempt 2 waits for `reviews`, at least ");
    for client in clients {
        assert_answer(client, "200", "2.99 for one of 3 in stock, 3 stars");
    }
}

#[test]
fn a_stop_lets_the_runs_in_flight_end() {
    let mut service = Service::start();
    let client = service.ask("/product/300");
    service.line_after("product 300: the warehouse is asked");
    service.terminate();
    service.line_after("stopping");
    assert_answer(client, "200", "299.99 for one of 0 in stock, 6 stars");
    service.line_after("stopped");
    assert!(service.process.wait().unwrap().success());
}

#[test]
fn a_second_signal_cancels_the_runs_in_flight() {
    let mut service = Service::start();
    let client = service.ask("/product/60000");
    service.line_after("product 60000: the warehouse is asked");
    service.terminate();
    service.line_after("stopping");
    service.terminate();
    assert_answer(client, "503", "the run was cancelled");
    service.line_after("stopped");
    assert!(service.process.wait().unwrap().success());
}
