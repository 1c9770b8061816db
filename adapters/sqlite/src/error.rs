//! What can go wrong.

use rusqlite::ErrorCode;
use std::{error, fmt, io, path::Path, sync::Arc};

/// Why a file of runs could not be opened, read or written.
///
/// Its text says what was tried, with which file, and why it failed; the [source](error::Error::source) is what SQLite or the
/// system says.
///
/// ```
/// use std::error::Error;
///
/// let error = rungs_sqlite::History::open("/no/such/file").unwrap_err();
/// assert_eq!(error.kind(), rungs_sqlite::ErrorKind::Other);
/// assert_eq!(error.to_string(), "cannot open `/no/such/file`");
/// assert!(error.source().unwrap().to_string().contains("No such file"));
/// ```
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    text: String,
    source: Option<Arc<dyn error::Error + Send + Sync>>,
}

/// What a program may want to know of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is something else than a file of runs. It is left as it is.
    Foreign,
    /// A newer version of this package has written the file. It is left as it is.
    Newer,
    /// The file is torn or otherwise damaged. It is left as it is.
    Damaged,
    /// The run is in use, by another process or in this one.
    InUse,
    /// The file may not be written.
    ReadOnly,
    /// There is no room for what was to be written.
    Full,
    /// Another program has locked the file, for longer than this one waits (5 s).
    Locked,
    /// There is no run of this name.
    NoSuchRun,
    /// Anything else; the source tells it.
    Other,
}

impl ErrorKind {
    fn of(error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Other,
        }
    }

    /// What follows the text of what was tried.
    const fn words(self) -> &'static str {
        match self {
            Self::Foreign => ": it is something else than a file of runs, and is left as it is",
            Self::Newer => ": a newer version of rungs-sqlite has written it, and it is left as it is",
            Self::Damaged => ": it is damaged, and is left as it is",
            Self::InUse => ": it is in use, by another process or in this one",
            Self::ReadOnly => ": it may not be written",
            Self::Full => ": there is no room for it",
            Self::Locked => ": another program has locked it",
            Self::NoSuchRun => ": there is no such run",
            Self::Other => "",
        }
    }
}

impl Error {
    pub(crate) fn new(doing: impl fmt::Display, kind: ErrorKind) -> Self {
        Self { kind, text: format!("{doing}{}", kind.words()), source: None }
    }

    pub(crate) fn of_sqlite(doing: impl fmt::Display, error: rusqlite::Error) -> Self {
        Self::of_shared(doing, Arc::new(error))
    }

    /// Of one that several jobs had.
    pub(crate) fn of_shared(doing: impl fmt::Display, error: Arc<rusqlite::Error>) -> Self {
        let kind = ErrorKind::of(&error);
        Self { source: Some(Arc::new(OfSqlite(error))), ..Self::new(doing, kind) }
    }

    pub(crate) fn of_io(doing: impl fmt::Display, error: io::Error) -> Self {
        Self { source: Some(Arc::new(error)), ..Self::new(doing, ErrorKind::Other) }
    }

    pub(crate) fn damaged(path: &Path, found: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self { source: Some(Arc::from(found.into())), ..Self::new(opening(path), ErrorKind::Damaged) }
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

/// What is tried when a file is opened.
pub(crate) fn opening(path: &Path) -> impl fmt::Display {
    format!("cannot open `{}`", path.display())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(self.source.as_deref()?)
    }
}

/// What SQLite says. Its own source says the same once more.
#[derive(Debug)]
struct OfSqlite(Arc<rusqlite::Error>);

impl fmt::Display for OfSqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for OfSqlite {}
