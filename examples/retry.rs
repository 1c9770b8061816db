//! Retries: which errors are worth another attempt, and how long to wait before it.
//!
//! Prints each event as it happens. `download` fails twice and then succeeds, after one delay that the server asked for and one
//! by its backoff. The error of `lookup` is permanent, so there is no second attempt.

use std::fmt;
use std::time::Duration;

use rungs::{Backoff, Exit, Jitter, Pipeline, PipelineError, Report, Retry, StepCx};
use rungs_smol::Smol;

const MS: Duration = Duration::from_millis(1);

#[derive(Debug)]
enum Error {
    TooBusy { come_back_after: Duration },
    Broken,
    NotFound,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooBusy { come_back_after } => write!(f, "too busy, come back after {come_back_after:?}"),
            Self::Broken => f.write_str("the connection broke"),
            Self::NotFound => f.write_str("no such file"),
        }
    }
}

/// Decides by the error whether there is another attempt. A function that returns `bool` works too.
fn worth_it(error: &Error) -> Retry {
    match error {
        Error::TooBusy { come_back_after } => Retry::After(*come_back_after),
        Error::Broken => Retry::Yes,
        Error::NotFound => Retry::No,
    }
}

async fn download(cx: StepCx) -> Result<&'static str, Error> {
    match cx.attempt() {
        1 => Err(Error::TooBusy { come_back_after: 150 * MS }),
        2 => Err(Error::Broken),
        _ => Ok("the file"),
    }
}

fn main() -> Exit {
    run().into()
}

fn run() -> Result<Report<Error>, PipelineError> {
    // 100 ms, 200 ms, 400 ms, 500 ms, 500 ms..; the jitter shortens each to between half of it and all of it.
    let backoff = Backoff::exponential(100 * MS).cap(500 * MS).jitter(Jitter::Equal);

    let mut p = Pipeline::with_code::<Error>("retry");
    p.step("download").retries(4).backoff(backoff).timeout(900 * MS).retry_if(worth_it).run_with(download);
    p.step("lookup")
        .retries(4)
        .backoff(backoff)
        .retry_if(worth_it)
        .optional()
        .run(async || Err::<(), _>(Error::NotFound));

    // Jitter needs a seed. Each process should have its own, or those that failed together retry together.
    let run = p.runner().seed(rungs::random_seed()).on_event(|event| println!("{event}"));
    let report = smol::block_on(run.run(&Smol::new()))?;
    println!("\n{report}");
    Ok(report)
}
