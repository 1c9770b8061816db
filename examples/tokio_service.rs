//! A small HTTP service on tokio and axum that runs one pipeline per request.
//!
//! `GET /product/{number}` asks three backends at the same time, as tasks of the runtime, and makes a page of their answers. The
//! reviews may be missing, and are asked again if they fail; price and stock may not. The warehouse takes as many milliseconds as
//! the number of the product. After `LIMIT` the run is cut off, and the answer is 504.
//!
//! Two limits hold for all requests together: the warehouse is asked over `CONNECTIONS` connections, and the reviews at most
//! `REVIEWS` times per second. A step that has to wait for that has not begun: its timeout does not run.
//!
//! When a client goes away, its request is dropped, its run with it, and the tasks of the run end. On Ctrl-C or SIGTERM the
//! service accepts no further connection and lets the runs in flight end; on a second signal, or after `GRACE`, it cancels them.
//!
//! Takes the address to listen on, by default 127.0.0.1:3000, and prints a line for whatever happens.
//!
//! Who looks on sees more, by one line of [`page`] each:
//! - A log on standard error: what happens in a run, and what its steps say, carries the request, whichever thread it is on. Each
//!   span says when it closes.
//! - `GET /metrics`: runs, steps, retries and durations, for Prometheus.
//! - `GET /product/{number}/trace`: what became of such a request, for <https://ui.perfetto.dev>.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rungs::{
    AttemptTimes, BoxError, CancelToken, Cause, EventKind, Handle, Pipeline, PipelineError, Report, SharedResource,
};
use rungs_tokio::Tokio;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tracing::{Instrument, info, info_span};
use tracing_subscriber::fmt::format::FmtSpan;

/// How long one request may take.
const LIMIT: Duration = Duration::from_secs(2);

/// How many requests ask the warehouse at the same time.
const CONNECTIONS: u32 = 2;

/// How often the reviews are asked per second.
const REVIEWS: u32 = 4;

/// How long the runs in flight may go on after the first signal.
const GRACE: Duration = Duration::from_secs(10);

async fn price(product: u64) -> Result<u64, BoxError> {
    sleep(Duration::from_millis(5)).await;
    if product == 0 { Err("no such product".into()) } else { Ok(product * 100 - 1) }
}

/// Asks the warehouse, which is slow, and dropped with the run. Whoever holds something for the time of a step, such as a
/// connection or a lock, gives it back there.
async fn stock(product: u64) -> Result<u64, BoxError> {
    struct Asked(u64, bool);
    impl Drop for Asked {
        fn drop(&mut self) {
            if !self.1 {
                println!("product {}: the warehouse is no longer asked", self.0);
            }
        }
    }
    let mut asked = Asked(product, false);
    println!("product {product}: the warehouse is asked");
    info!("asked");
    sleep(Duration::from_millis(product)).await;
    asked.1 = true;
    info!("answered");
    Ok(product % 10)
}

async fn reviews(product: u64, attempt: u32) -> Result<u64, BoxError> {
    sleep(Duration::from_millis(5)).await;
    if attempt == 1 { Err("the reviews are being restarted".into()) } else { Ok(product % 7) }
}

/// What all requests have in common.
#[derive(Clone)]
struct Service {
    stop: CancelToken,
    warehouse: SharedResource,
    reviews: SharedResource,
}

impl Service {
    fn new() -> Self {
        Self {
            stop: CancelToken::new(),
            warehouse: SharedResource::new("warehouse", CONNECTIONS),
            reviews: SharedResource::starts_per("reviews", REVIEWS, Duration::from_secs(1)),
        }
    }
}

type Answer = (StatusCode, String);

/// The page of a product.
async fn product(State(service): State<Service>, Path(number): Path<u64>) -> Answer {
    run(&service, number).await.map_or_else(failed, |(answer, _)| answer)
}

/// When its steps ran.
async fn trace(State(service): State<Service>, Path(number): Path<u64>) -> Answer {
    run(&service, number).await.map_or_else(failed, |(_, trace)| (StatusCode::OK, trace))
}

/// The plan is wrong.
fn failed(error: PipelineError) -> Answer {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

async fn run(service: &Service, number: u64) -> Result<(Answer, String), PipelineError> {
    page(service, number).instrument(info_span!("request", number)).await
}

/// What a request comes to, and its trace.
async fn page(service: &Service, number: u64) -> Result<(Answer, String), PipelineError> {
    let mut p = Pipeline::new("page").spawn_on(Tokio);
    let price = p.step("price").run(move || price(number));
    let stock = p.step("stock").uses(&service.warehouse, 1).run(move || stock(number));
    let reviews = p
        .step("reviews")
        .optional()
        .uses(&service.reviews, 1)
        .timeout(Duration::from_millis(500))
        .retries(2)
        .retry_delay(Duration::from_millis(10))
        .run_with(move |cx| reviews(number, cx.attempt()));
    let page = p
        .step("page")
        .needs((price, stock))
        .run(async |price, stock| Ok(format!("{}.{:02} for one of {} in stock", *price / 100, *price % 100, *stock)));

    let mut attempts = AttemptTimes::new();
    let runner = p
        .runner()
        .deadline(LIMIT)
        .cancel(&service.stop)
        .observe(rungs_tracing::observer())
        .observe(rungs_metrics::observer())
        .observe(&mut attempts)
        .on_event(|event| {
            if let EventKind::Waiting { .. } = event.kind {
                println!("product {number}: {event}");
            }
        });
    let report = runner.run(&Tokio).await?;
    let answer = answer(&report, page, reviews);
    println!("product {number}: {} after {:?}", answer.0, report.duration());
    Ok((answer, report.timeline().with_attempts(&attempts).chrome_trace().to_string()))
}

fn answer(report: &Report<BoxError>, page: Handle<String>, reviews: Handle<u64>) -> Answer {
    match report.output(page) {
        Ok(page) => {
            let stars = report.output(reviews).map_or("no reviews".to_owned(), |stars| format!("{} stars", *stars));
            (StatusCode::OK, format!("{}, {stars}\n", *page))
        }
        Err(error) => (status(error.cause()), format!("{error:#}\n")),
    }
}

/// Why there is no page, as a status of HTTP.
fn status(cause: Option<Cause>) -> StatusCode {
    match cause {
        Some(Cause::RunDeadline) => StatusCode::GATEWAY_TIMEOUT,
        Some(Cause::Cancelled) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_GATEWAY,
    }
}

/// What Prometheus is told.
async fn metrics(State(metrics): State<PrometheusHandle>) -> String {
    metrics.run_upkeep();
    metrics.render()
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let log = tracing_subscriber::fmt().with_ansi(false).with_writer(io::stderr);
    log.with_span_events(FmtSpan::CLOSE).init();
    let recorder = PrometheusBuilder::new().install_recorder().map_err(io::Error::other)?;
    rungs_metrics::describe();
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&address).await?;
    println!("listening on {}", listener.local_addr()?);

    let service = Service::new();
    let routes = Router::new()
        .route("/product/{number}", get(product))
        .route("/product/{number}/trace", get(trace))
        .with_state(service.clone())
        .route("/metrics", get(metrics).with_state(recorder));
    axum::serve(listener, routes).with_graceful_shutdown(first_signal(service.stop)).await?;
    println!("stopped");
    Ok(())
}

/// Ends at the first signal. From then on a second one, or the end of the grace, cancels the runs that are still in flight.
async fn first_signal(stop: CancelToken) {
    signal().await;
    println!("stopping: the runs in flight go on");
    tokio::spawn(async move {
        let _ = timeout(GRACE, signal()).await;
        stop.cancel();
    });
}

/// Ends at Ctrl-C or, where there is such a thing, at SIGTERM. A signal that cannot be listened to never comes.
async fn signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => drop(terminate.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
