//! The errors of the job, and which of them are worth another attempt.

use core::error::Error;
use core::fmt;
use std::io;
use std::path::PathBuf;
use std::str::Utf8Error;
use std::time::Duration;

use hyper::StatusCode;
use rusqlite::ErrorCode;

/// Why a step of the job failed.
///
/// `{}` prints only the error itself, so that a caller who follows [`Error::source`] repeats nothing; `{:#}` prints it with its
/// sources on one line.
#[derive(Debug)]
pub(crate) enum EtlError {
    /// The demo server could not open its port.
    Listen(io::Error),
    /// Ctrl-C or another signal could not be listened for.
    Signals(io::Error),
    /// The runtime did not start.
    Runtime(io::Error),
    /// No folder could be made for the database.
    Folder(io::Error),
    /// The file in which runs are kept could not be used.
    Runs(rungs_sqlite::Error),
    /// A source could not be connected to.
    Connect {
        /// Host and port.
        to: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The connection failed before an answer had come, or what came was not HTTP.
    Http {
        /// What was asked for.
        url: String,
        /// The error of the HTTP library.
        source: hyper::Error,
    },
    /// A source answered, but not with 200 OK.
    Status {
        /// What was asked for.
        url: String,
        /// The status it answered with.
        status: StatusCode,
        /// How long the source asks callers to wait before they try again.
        retry_after: Option<Duration>,
    },
    /// An answer ended too early.
    Torn {
        /// What was asked for.
        url: String,
        /// How many bytes of the body came.
        received: usize,
        /// The Content-Length of the answer, if it had one.
        expected: Option<u64>,
        /// The error of the HTTP library.
        source: hyper::Error,
    },
    /// The end of an answer cannot be told from a connection that breaks off.
    NoEnd {
        /// What was asked for.
        url: String,
        /// What is wrong with its headers.
        problem: &'static str,
    },
    /// An answer is longer than the job accepts.
    TooLarge {
        /// What was asked for.
        url: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// An answer is not UTF-8 text.
    NotText {
        /// What was asked for.
        url: String,
        /// Where it stops being UTF-8.
        source: Utf8Error,
    },
    /// A table has a line that cannot be used.
    Row {
        /// The table's file name.
        table: &'static str,
        /// The line in that file, counted from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A flight starts or ends at an airport that the airports table lacks.
    UnknownAirport {
        /// The line in flights.csv, counted from 1.
        line: u64,
        /// The code in question.
        code: String,
    },
    /// The database could not be read or written.
    Database {
        /// What was being done: "read" or "write".
        action: &'static str,
        /// The database file.
        path: PathBuf,
        /// The error of SQLite.
        source: rusqlite::Error,
    },
    /// An argument of the job is wrong.
    Argument(String),
}

impl EtlError {
    /// Whether the same step may succeed if it is simply run again later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Connect { source, .. } => {
                !matches!(source.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied)
            }
            Self::Http { source, .. } => !source.is_parse() && !source.is_user(),
            Self::Status { status, .. } => matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Self::Torn { .. } => true,
            Self::Database { source, .. } => {
                matches!(source.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
            }
            Self::Listen(_)
            | Self::Signals(_)
            | Self::Runtime(_)
            | Self::Folder(_)
            | Self::Runs(_)
            | Self::NoEnd { .. }
            | Self::TooLarge { .. }
            | Self::NotText { .. }
            | Self::Row { .. }
            | Self::UnknownAirport { .. }
            | Self::Argument(_) => false,
        }
    }

    /// The delay that the source asks for, if it does.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl fmt::Display for EtlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(_) => write!(f, "cannot open a port to serve on"),
            Self::Signals(_) => write!(f, "cannot listen for signals"),
            Self::Runtime(_) => write!(f, "cannot start the runtime"),
            Self::Folder(_) => write!(f, "cannot make a folder for the database; name a file with --db"),
            Self::Runs(error) => write!(f, "{error}"),
            Self::Connect { to, .. } => write!(f, "cannot connect to {to}"),
            Self::Http { url, .. } => write!(f, "no answer from {url}"),
            Self::Status { url, status, retry_after } => {
                write!(f, "{url} answered {status}")?;
                match retry_after {
                    Some(wait) => write!(f, " and asks to wait {wait:?}"),
                    None => Ok(()),
                }
            }
            Self::Torn { url, received, expected, .. } => {
                write!(f, "the answer from {url} broke off after {received} ")?;
                match expected {
                    Some(expected) => write!(f, "of {expected} bytes"),
                    None => write!(f, "bytes"),
                }
            }
            Self::NoEnd { url, problem } => write!(f, "the answer from {url} {problem}"),
            Self::TooLarge { url, limit } => {
                write!(f, "the answer from {url} is longer than {limit} bytes")
            }
            Self::NotText { url, .. } => write!(f, "the answer from {url} is not utf-8 text"),
            Self::Row { table, line, problem } => write!(f, "{table} line {line}: {problem}"),
            Self::UnknownAirport { line, code } => {
                write!(f, "flights.csv line {line}: airport {code:?} is not in airports.csv")
            }
            Self::Database { action, path, .. } => {
                write!(f, "cannot {action} database {}", path.display())
            }
            Self::Argument(problem) => f.write_str(problem),
        }?;
        if f.alternate() {
            let mut cause = self.source();
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                // The source of an SQLite error only repeats it, by number.
                cause = error.source().filter(|_| !matches!(self, Self::Database { .. }));
            }
        }
        Ok(())
    }
}

impl Error for EtlError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Listen(source) | Self::Signals(source) | Self::Runtime(source) | Self::Folder(source) => Some(source),
            // Its text is that of the error within.
            Self::Runs(error) => error.source(),
            Self::Connect { source, .. } => Some(source),
            Self::Http { source, .. } | Self::Torn { source, .. } => Some(source),
            Self::NotText { source, .. } => Some(source),
            Self::Database { source, .. } => Some(source),
            Self::Status { .. }
            | Self::NoEnd { .. }
            | Self::TooLarge { .. }
            | Self::Row { .. }
            | Self::UnknownAirport { .. }
            | Self::Argument(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
