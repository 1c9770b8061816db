//! The main job: fetches two real tables over HTTP from a server that fails now and then, checks and joins them, and
//! loads the routes into SQLite in one transaction.
//!
//! Prints the picture of the steps, each event, the report, and what the database holds then. Ctrl-C stops the job and leaves
//! the database as it was. `--from URL` selects another server, `--db FILE` another file.

mod args;
mod db;
mod error;
mod fetch;
mod job;
mod server;
mod tables;

use std::env;
use std::io;
use std::process::{self, ExitCode};

use async_signal::{Signal, Signals};
use rungs::CancelToken;
use smol::stream::StreamExt;

use args::{Args, USAGE};
use error::EtlError;
use job::Job;
use server::{Script, Server};

/// The exit code for wrong usage, by the sysexits.h of BSD.
const WRONG_USAGE: u8 = 64;

/// The exit code of a program that was killed by Ctrl-C.
const KILLED: i32 = 130;

fn main() -> ExitCode {
    let args = match Args::read(env::args_os().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("etl: {error}\n\n{USAGE}");
            return WRONG_USAGE.into();
        }
    };
    if args.help {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match smol::block_on(run(args)) {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("etl: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the job, and says with what code to exit.
async fn run(args: Args) -> Result<u8, EtlError> {
    let token = CancelToken::new();
    cancel_on_ctrl_c(&token).map_err(EtlError::Signals)?;
    #[cfg(unix)]
    let _listened = fail_on_long_files().map_err(EtlError::Signals)?;

    // The server closes when this function ends.
    let (_server, base) = match args.from {
        Some(url) => (None, url),
        None => {
            let server = Server::start(Script::flaky()).await?;
            let url = server.url();
            (Some(server), url)
        }
    };
    let report = match Job::new(&base, &args.db).run(&token, &mut io::stdout()).await {
        Ok(report) => report,
        Err(error) => {
            eprintln!("etl: {error}");
            return Ok(error.exit_code());
        }
    };
    for failure in job::failures(&report) {
        eprintln!("etl: {failure}");
    }
    if token.is_cancelled() {
        eprintln!("etl: stopped by Ctrl-C");
    }
    Ok(report.exit_code())
}

/// The first Ctrl-C cancels the run, the second its clean-up as well, and the third ends the program at once.
fn cancel_on_ctrl_c(token: &CancelToken) -> io::Result<()> {
    let mut signals = Signals::new([Signal::Int])?;
    let token = token.clone();
    let listening = async move {
        for _ in 0..2 {
            signals.next().await;
            token.cancel();
        }
        signals.next().await;
        process::exit(KILLED);
    };
    smol::spawn(listening).detach();
    Ok(())
}

/// Makes a file that may not grow (`ulimit -f`) an error of the step that writes it. Without a handler the signal would end the
/// program.
#[cfg(unix)]
fn fail_on_long_files() -> io::Result<Signals> {
    Signals::new([Signal::Xfsz])
}
