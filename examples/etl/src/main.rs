//! The main job: fetches two real tables over HTTP from a server that fails now and then, checks and joins them, and
//! loads the routes into SQLite in one transaction.
//!
//! Prints the picture of the steps, each event, the report, and what the database holds then. On a terminal there are bars in place
//! of the events. Ctrl-C or SIGTERM stops the job
//! and leaves the database as it was. `--from URL` selects another server, `--db FILE` another file, and `--runtime NAME` what the
//! job runs on: smol, tokio, or std alone. With `--resume` the job keeps what it fetches beside its file, and goes on with a run
//! that failed or was killed; `--only STEPS` runs a part, `--explain` tells what would run, and `--history` what ran. `--trace FILE`
//! writes when each attempt ran.

mod args;
mod db;
mod error;
mod fetch;
mod job;
mod kept;
mod output;
mod runtime;
mod server;
mod signals;
mod tables;

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use rungs::{AttemptTimes, CancelToken};
use rungs_indicatif::Progress;

use args::{Args, Instead, USAGE};
use error::EtlError;
use job::Options;
use output::Output;
use server::{Script, Server};

/// The exit code for wrong usage, by the sysexits.h of BSD.
const WRONG_USAGE: u8 = 64;

/// The exit code of a job that could not begin.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    etl(env::args_os().skip(1)).into()
}

/// The whole program, from its arguments to its exit code.
fn etl(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::read(args) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("etl: {error}\n\n{USAGE}");
            return WRONG_USAGE;
        }
    };
    let ran = match args.instead {
        None => run(args),
        Some(Instead::Help) => Ok(say(USAGE)),
        Some(Instead::History) => kept::history(&args.db.unwrap_or_default()).map(say),
        Some(Instead::Explain) => explain(args),
    };
    ran.unwrap_or_else(|error| {
        eprintln!("etl: {error:#}");
        FAILED
    })
}

/// Runs the job, and says with what code to exit.
fn run(args: Args) -> Result<u8, EtlError> {
    let token = CancelToken::new();
    let stopped_by = signals::cancel(&token).map_err(EtlError::Signals)?;
    #[cfg(unix)]
    let _listened = signals::fail_on_long_files().map_err(EtlError::Signals)?;
    let store = args.db.as_deref().filter(|_| args.resume).map(kept::begin).transpose()?;
    let output = Output::new(args.db)?;

    // The server closes when this function ends. It stands for another machine, so it is on smol whatever the job runs on.
    let (_server, base) = match args.from {
        Some(url) => (None, url),
        None => {
            let server = smol::block_on(Server::start(Script::flaky()))?;
            let url = server.url();
            (Some(server), url)
        }
    };
    let seed = rungs::random_seed();
    let progress = io::stderr().is_terminal().then(Progress::new);
    let mut attempts = AttemptTimes::new();
    let noted = args.trace.is_some().then_some(&mut attempts);
    let options = Options { seed, token: &token, progress, attempts: noted, only: args.only, store };
    let report = match job::run_on(args.runtime, &base, output.file(), options, &mut io::stdout())? {
        Ok(report) => report,
        Err(error) => {
            eprintln!("etl: {error}");
            return Ok(error.exit_code());
        }
    };
    if job::has_loaded(&report) {
        output.keep();
    }
    let mut exit_code = report.exit_code();
    if let Some(path) = args.trace {
        let trace = report.timeline().with_attempts(&attempts).chrome_trace().to_string();
        if let Err(error) = fs::write(&path, trace) {
            eprintln!("etl: cannot write `{}`: {error}", path.display());
            exit_code = exit_code.max(FAILED);
        }
    }
    for failure in job::failures(&report) {
        eprintln!("etl: {failure}");
    }
    // A signal that comes when all is done stops nothing.
    if let (1.., Some(signal)) = (report.exit_code(), stopped_by.get()) {
        eprintln!("etl: stopped by {signal}");
    }
    Ok(exit_code)
}

/// Says what the job would do, and with what code to exit.
fn explain(args: Args) -> Result<u8, EtlError> {
    let stored = args.db.as_deref().filter(|_| args.resume).map(kept::stored).transpose()?;
    let (base, db) = (args.from.unwrap_or_default(), args.db.unwrap_or_default());
    Ok(match job::explain(&base, &db, args.only, stored.unwrap_or_default()) {
        Ok(explanation) => say(explanation),
        Err(error) => {
            eprintln!("etl: {error}");
            error.exit_code()
        }
    })
}

/// Prints what was asked for. Who does not read on is no error.
fn say(what: impl Display) -> u8 {
    let _ = writeln!(io::stdout(), "{what}");
    0
}

#[cfg(all(test, unix))]
mod tests;
