//! A small web server on the loopback interface that serves the job's tables
//! and, on request, fails the way real sources do: always in the same order, so
//! that a run and its tests can be repeated.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use smol::net::{TcpListener, TcpStream};
use smol::{Executor, Task, Timer, future};
use smol_hyper::rt::FuturesIo;

use crate::error::EtlError;

/// The delay of the slow answer in the flaky script: longer than any sensible timeout.
const SLOW: Duration = Duration::from_secs(10);

/// The limit of one connection, so that a silent client does not hold it for ever.
const CONNECTION_LIMIT: Duration = Duration::from_secs(30);

/// After this many failed accepts in a row the server gives up.
const ACCEPT_FAILURES: u32 = 20;

/// The pause after a failed accept, in which open connections may end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How the server answers one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply {
    /// With the file, or 404 Not Found where there is none.
    File,
    /// The same, but not before this much time has passed.
    Slow(Duration),
    /// With this status, and a Retry-After header if a time is given.
    Refuse(StatusCode, Option<Duration>),
}

/// How the server answers, path by path: the first request to a path gets its
/// first reply, the second its second, and the last reply goes on for ever. A
/// path without replies answers with its file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    /// Replies for `/airports.csv`.
    pub airports: Vec<Reply>,
    /// Replies for `/flights.csv`.
    pub flights: Vec<Reply>,
    /// Replies for `/weather.csv`, which has no file.
    pub weather: Vec<Reply>,
}

impl Script {
    /// Airports are refused once, flights hang once, and the weather is always refused.
    pub(crate) fn flaky() -> Self {
        let busy = Reply::Refuse(StatusCode::SERVICE_UNAVAILABLE, Some(Duration::from_secs(1)));
        Self {
            airports: vec![busy, Reply::File],
            flights: vec![Reply::Slow(SLOW), Reply::File],
            weather: vec![Reply::Refuse(StatusCode::GONE, None)],
        }
    }
}

/// One path of the server, with what it serves and how often it was asked to.
struct Page {
    path: &'static str,
    text: Option<&'static str>,
    replies: Vec<Reply>,
    requests: AtomicUsize,
}

impl Page {
    fn new(path: &'static str, text: Option<&'static str>, replies: Vec<Reply>) -> Self {
        Self { path, text, replies, requests: AtomicUsize::new(0) }
    }

    /// Counts a request and says how to answer it.
    fn next_reply(&self) -> Reply {
        let earlier = self.requests.fetch_add(1, Ordering::Relaxed);
        let reply = self.replies.get(earlier).or(self.replies.last());
        reply.copied().unwrap_or(Reply::File)
    }
}

/// The running server. Dropping it closes its port and its connections.
pub(crate) struct Server {
    address: SocketAddr,
    #[cfg(test)]
    pages: Arc<[Page]>,
    /// Kept because dropping it cancels the task.
    _serving: Task<()>,
}

impl Server {
    /// Starts to serve on a free loopback port, as a task on smol's executor.
    pub(crate) async fn start(script: Script) -> Result<Self, EtlError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(EtlError::Listen)?;
        let address = listener.local_addr().map_err(EtlError::Listen)?;
        let airports = include_str!("../data/airports.csv");
        let flights = include_str!("../data/flights.csv");
        let pages = Arc::new([
            Page::new("/airports.csv", Some(airports), script.airports),
            Page::new("/flights.csv", Some(flights), script.flights),
            Page::new("/weather.csv", None, script.weather),
        ]);
        Ok(Self {
            address,
            #[cfg(test)]
            pages: pages.clone(),
            _serving: smol::spawn(serve(listener, pages)),
        })
    }

    /// The base of the server's addresses, such as `http://127.0.0.1:40000`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests have come for this path.
    #[cfg(test)]
    pub(crate) fn requests(&self, path: &str) -> usize {
        let page = self.pages.iter().find(|page| page.path == path);
        page.map_or(0, |page| page.requests.load(Ordering::Relaxed))
    }
}

/// Accepts connections until it is dropped, or until accepting keeps failing.
async fn serve(listener: TcpListener, pages: Arc<[Page]>) {
    // An executor of its own, so that the connections end when this future does.
    let connections = Executor::new();
    let accepting = async {
        let mut failures = 0;
        while failures < ACCEPT_FAILURES {
            match listener.accept().await {
                Ok((stream, _)) => {
                    failures = 0;
                    connections.spawn(converse(stream, pages.clone())).detach();
                }
                Err(_) => {
                    failures += 1;
                    Timer::after(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    connections.run(accepting).await;
}

/// Answers the one request of a connection.
async fn converse(stream: TcpStream, pages: Arc<[Page]>) {
    let pages = &*pages;
    let answering = service_fn(|request| answer(pages, request));
    let conversation = async {
        // A client may hang up early, for example at a timeout.
        let _ = http1::Builder::new().keep_alive(false).serve_connection(FuturesIo::new(stream), answering).await;
    };
    let limit = async {
        Timer::after(CONNECTION_LIMIT).await;
    };
    future::or(conversation, limit).await;
}

async fn answer(pages: &[Page], request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.method() != Method::GET {
        return Ok(refusal(StatusCode::METHOD_NOT_ALLOWED));
    }
    let Some(page) = pages.iter().find(|page| page.path == request.uri().path()) else {
        return Ok(refusal(StatusCode::NOT_FOUND));
    };
    match page.next_reply() {
        Reply::File => Ok(file(page)),
        Reply::Slow(wait) => {
            Timer::after(wait).await;
            Ok(file(page))
        }
        Reply::Refuse(status, wait) => {
            let mut response = refusal(status);
            if let Some(wait) = wait {
                // The header counts whole seconds; rounding down would ask for haste.
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
    }
}

fn file(page: &Page) -> Response<Full<Bytes>> {
    let Some(text) = page.text else {
        return refusal(StatusCode::NOT_FOUND);
    };
    let mut response = Response::new(Full::from(text));
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn refusal(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{status}\n")));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests;
