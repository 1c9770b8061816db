//! The steps of the job, and what it prints about a run.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rungs::{
    AttemptTimes, Backoff, CancelToken, Explanation, Handle, Jitter, MemoryCheckpoints, Pipeline, PipelineError,
    Report, Retry, Runner, Shared, Status, StepBuilder, StepError, Timer, own,
};
use rungs_indicatif::Progress;

use crate::db::{self, Summary};
use crate::error::EtlError;
use crate::runtime::{Name, OnSmol, OnTokio, Own, Runtime, work};
use crate::{fetch::fetch, tables};

/// How many further attempts a source gets.
const RETRIES: u32 = 4;

/// The limit of one attempt to fetch a source.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The delays between the attempts to fetch a source that does not set a delay itself.
const BACKOFF: Backoff<'static> =
    Backoff::exponential(Duration::from_millis(100)).cap(Duration::from_secs(1)).jitter(Jitter::Full);

/// The longest delay that a source can set.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The steps, and the handles of those whose results are printed at the end.
pub(crate) struct Job<'a> {
    base: &'a str,
    db: &'a Path,
    steps: Pipeline<'a, EtlError>,
    summary: Handle<Summary>,
    in_storm: Handle<u64>,
    remains: Handle<String>,
}

impl<'a> Job<'a> {
    /// A job that fetches from `base` and loads into the file at `db`. Nothing runs yet.
    ///
    /// The runtime gives the sockets of the sources, and the threads of the steps that block.
    pub(crate) fn new<R: Runtime>(runtime: &R, base: &'a str, db: &'a Path) -> Self {
        let mut etl = Pipeline::with_error::<EtlError>("etl");

        // What was fetched is kept where the run states where: a later run goes on with it.
        let airports = source(etl.step("fetch_airports")).checkpoint().run(move || fetch::<R>(base, "/airports.csv"));
        let flights = source(etl.step("fetch_flights")).checkpoint().run(move || fetch::<R>(base, "/flights.csv"));
        let weather = source(etl.step("fetch_weather")).optional();
        let weather = weather.checkpoint().run(move || fetch::<R>(base, "/weather.csv"));

        let airports = etl.step("parse_airports").needs(airports).run(async |text| tables::parse_airports(&text));
        let flights = etl.step("parse_flights").needs(flights).run(async |text| tables::parse_flights(&text));
        let routes = etl
            .step("join")
            .needs((airports, flights))
            .run(async |airports, flights| tables::join(&airports, &flights));

        // The weather is optional: without it only this step is skipped.
        let in_storm = etl.step("enrich").needs((routes, weather)).skip_on_error().run(async |routes, text| {
            let weather = tables::parse_weather(&text)?;
            Ok(tables::flights_in_storm(&routes, &weather))
        });

        // Steps on another thread cannot borrow the path, so each attempt gets a clone of the `Arc`.
        let file: Arc<Path> = db.into();
        let blocking = runtime.blocking();
        // Blocking code cannot be ended from outside, so the load asks whether it has been cancelled. The run waits for the end
        // of a spawned attempt, so no step below sees a load that is still in progress.
        let loaded = etl
            .step("load")
            .needs((airports, routes, own(file.clone())))
            .retries(RETRIES)
            .backoff(BACKOFF)
            .retry_if(EtlError::is_transient)
            .spawn_on(blocking)
            .run_with(|cx, airports, routes, file| {
                work(move || db::load(&file, &airports, &routes, || cx.is_cancelled()))
            });
        let summary = etl.step("summary").needs(own(file.clone())).after(loaded).spawn_on(blocking);
        let summary = summary.run(|file| work(move || db::summary(&file)));

        // Runs only if the load does not succeed, and also after the first signal.
        let remains = etl.step("look_what_remains").needs((loaded, own(file))).when_any_failed().optional();
        let remains = remains.spawn_on(blocking).run(|_, file| work(move || Ok(db::what_remains(&file))));
        Self { base, db, steps: etl, summary, in_storm, remains }
    }

    /// Prints the steps, runs them, and prints each event, the report and the results. Where the progress is shown, the events
    /// are not printed.
    ///
    /// Errors of printing are ignored: a closed pipe must not stop a load.
    pub(crate) async fn run(
        &mut self,
        timer: &impl Timer,
        options: Options<'_>,
        out: &mut dyn Write,
    ) -> Result<Report<EtlError>, PipelineError> {
        say(out, self.steps.visualize());
        say(out, format_args!("from {} into {}\n", self.base, self.db.display()));
        let Options { seed, token, progress, attempts, only, store } = options;
        let (start, prints_events) = (timer.now(), progress.is_none());
        let mut runner = self.runner(only);
        if let Some(store) = store {
            runner = runner.checkpoints(store);
        }
        let run = runner.seed(seed).cancel(token).observe(progress).observe(attempts).on_event(|event| {
            if prints_events {
                let elapsed = (event.at - start).as_secs_f64();
                say(out, format_args!("{elapsed:>6.3} s  {event}"));
            }
        });
        let report = run.run(timer).await?;
        say(out, format_args!("\n{report}\n"));
        self.conclude(&report, out);
        Ok(report)
    }

    fn runner(&mut self, only: Vec<String>) -> Runner<'_, 'a, EtlError, Shared> {
        let runner = self.steps.runner();
        if only.is_empty() { runner } else { runner.only_named(only) }
    }

    fn conclude(&self, report: &Report<EtlError>, out: &mut dyn Write) {
        if let Ok(summary) = report.output(self.summary) {
            say(out, format_args!("{summary}\nin {}", self.db.display()));
        }
        if let Ok(flights) = report.output(self.in_storm) {
            say(out, format_args!("flights from or to a storm: {flights}"));
        }
        if let Ok(remains) = report.output(self.remains) {
            say(out, remains);
        }
    }
}

/// How the job is run.
pub(crate) struct Options<'a> {
    /// Decides the delays before retries.
    pub seed: u64,
    /// Stops it.
    pub token: &'a CancelToken,
    /// Where its progress is shown, in place of its events.
    pub progress: Option<Progress>,
    /// Notes when each attempt runs.
    pub attempts: Option<&'a mut AttemptTimes>,
    /// The steps that are asked for; all if there are none.
    pub only: Vec<String>,
    /// Keeps what is fetched.
    pub store: Option<rungs_sqlite::Run>,
}

/// Runs a job on the runtime of this name, as [`Job::run`] does.
pub(crate) fn run_on(
    runtime: Name,
    base: &str,
    db: &Path,
    options: Options<'_>,
    out: &mut dyn Write,
) -> Result<Result<Report<EtlError>, PipelineError>, EtlError> {
    Ok(match runtime {
        Name::Smol => run(&OnSmol, base, db, options, out),
        Name::Tokio => run(&OnTokio::new().map_err(EtlError::Runtime)?, base, db, options, out),
        Name::Own => run(&Own::new(), base, db, options, out),
    })
}

fn run(
    runtime: &impl Runtime,
    base: &str,
    db: &Path,
    options: Options<'_>,
    out: &mut dyn Write,
) -> Result<Report<EtlError>, PipelineError> {
    let mut job = Job::new(runtime, base, db);
    runtime.block_on(job.run(runtime.timer(), options, out))
}

/// What a run would do, whatever it runs on, that begins with what is stored.
pub(crate) fn explain(
    base: &str,
    db: &Path,
    only: Vec<String>,
    stored: MemoryCheckpoints,
) -> Result<Explanation, PipelineError> {
    let mut job = Job::new(&OnSmol, base, db);
    // No step fails there, so the seed decides nothing.
    OnSmol.block_on(job.runner(only).seed(0).checkpoints(stored).explain(OnSmol.timer()))
}

/// One line for each required step that failed by itself: its name, and its error with all sources.
pub(crate) fn failures(report: &Report<EtlError>) -> impl Iterator<Item = String> {
    let failed = report.steps().filter(|step| step.is_required() && step.status() == Status::Failed);
    failed.filter_map(|step| match step.error()? {
        StepError::Dependency { .. } => None,
        error => Some(format!("step `{}` failed: {error:#}", step.name())),
    })
}

/// Whether the database holds what this run has fetched.
pub(crate) fn has_loaded(report: &Report<EtlError>) -> bool {
    report.get("load").is_some_and(|step| step.status() == Status::Success)
}

type Step<'p, 'a> = StepBuilder<'p, 'a, EtlError>;

/// The settings that all sources have in common.
fn source<'p, 'a>(step: Step<'p, 'a>) -> Step<'p, 'a> {
    step.retries(RETRIES).backoff(BACKOFF).timeout(TIMEOUT).retry_if(|error: &EtlError| {
        match (error.is_transient(), error.retry_after()) {
            (false, _) => Retry::No,
            (true, None) => Retry::Yes,
            (true, Some(wait)) => Retry::After(wait.min(LONGEST_WAIT)),
        }
    })
}

fn say(out: &mut dyn Write, what: impl Display) {
    let _ = writeln!(out, "{what}");
}

#[cfg(test)]
mod tests;
