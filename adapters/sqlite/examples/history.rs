//! Shows a file of runs: `history FILE` all runs, `history FILE RUN` the steps of one.

use rungs_sqlite::{Error, History};
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
    time::{Duration, SystemTime},
};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let table = match arguments.as_slice() {
        [file] => runs(file),
        [file, run] => steps(file, run),
        _ => {
            eprintln!("usage: history FILE [RUN]");
            return ExitCode::from(64);
        }
    };
    match table {
        Ok(rows) => {
            // Whoever reads it may have seen enough.
            let _ = write(&rows);
            ExitCode::SUCCESS
        }
        Err(error) => {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            eprintln!("history: {error}{}", source.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

type Rows = Vec<Vec<String>>;

fn runs(file: &str) -> Result<Rows, Error> {
    let mut rows = vec![heads(["run", "last begun", "ended", "exit code", "starts", "stored"])];
    for run in History::open(file)?.runs()? {
        let (took, code) = match &run.end {
            Some(end) => (seconds(end.at.duration_since(run.began).unwrap_or_default()), end.exit_code.to_string()),
            None => ("-".into(), "-".into()),
        };
        rows.push(vec![shown(&run.name), date(run.began), took, code, run.starts.to_string(), run.stored.to_string()]);
    }
    Ok(rows)
}

fn steps(file: &str, run: &str) -> Result<Rows, Error> {
    let mut rows = vec![heads(["step", "status", "cause", "attempts", "began", "took", "stored", "error"])];
    for step in History::open(file)?.steps(run)? {
        rows.push(vec![
            shown(&step.name),
            step.status.unwrap_or_else(|| "-".into()),
            step.cause.unwrap_or_else(|| "-".into()),
            step.attempts.to_string(),
            step.began.map_or_else(|| "-".into(), date),
            seconds(step.duration),
            if step.is_stored { "yes" } else { "-" }.into(),
            step.error.map_or_else(|| "-".into(), |error| shown(&error)),
        ]);
    }
    Ok(rows)
}

fn heads<const N: usize>(heads: [&str; N]) -> Vec<String> {
    heads.map(String::from).into()
}

/// A name, which may hold anything, on one line.
fn shown(name: &str) -> String {
    name.escape_debug().to_string()
}

fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

fn seconds(span: Duration) -> String {
    format!("{:.2} s", span.as_secs_f64())
}

/// Columns as wide as their widest field.
fn write(rows: &Rows) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|field| field.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    for row in rows {
        let line: Vec<_> = row.iter().zip(&widths).map(|(field, width)| format!("{field:width$}")).collect();
        writeln!(out, "{}", line.join("  ").trim_end())?;
    }
    Ok(())
}
