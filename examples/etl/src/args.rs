//! The arguments of the command line.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::error::EtlError;
use crate::runtime::Name;

/// How to call the job.
pub(crate) const USAGE: &str = "\
usage: etl [--from URL] [--db FILE] [--runtime NAME] [--only STEPS] [--resume]
           [--trace FILE] [--explain | --history]

Fetches airports.csv and flights.csv (and weather.csv, if there is one), and
loads them into a SQLite file.

  --from URL  where the files are, such as http://localhost:8000/tables; by
              default a server in this program, with failures as real ones have
  --db FILE   the SQLite file: a new one, or one of an earlier run, whose tables
              are replaced; by default etl.db in a new folder of your own,
              among those for temporary files
  --runtime NAME
              what the job runs on: smol (the default), tokio, or own, which is
              an executor on the standard library alone
  --only STEPS
              run these steps and what they need: names, with commas between
  --resume    keep what is fetched beside the database, in FILE.runs, and go on
              with the last such run if it has not ended well: nothing is fetched
              twice. Needs a --db
  --trace FILE
              write when each attempt ran into FILE, for https://ui.perfetto.dev
  --explain   say what would run, and run nothing
  --history   list the runs that FILE.runs knows. Needs a --db

exit code: 0 done, 1 a step failed or the trace cannot be written, 2 stopped by
           Ctrl-C or SIGTERM, 3 the plan is wrong, 5 what is kept cannot be
           read, 64 wrong arguments; a second signal stops the clean-up as
           well, and a third ends the program at once with 130 or 143";

/// The arguments, read.
#[derive(Debug, PartialEq)]
pub(crate) struct Args {
    /// The base of the sources' addresses; `None` for the job's own server.
    pub from: Option<String>,
    /// The database file; `None` for a new one in a folder of its own.
    pub db: Option<PathBuf>,
    /// What the job runs on.
    pub runtime: Name,
    /// The steps that are asked for; none for all.
    pub only: Vec<String>,
    /// Whether to keep what is fetched, and to go on with the last run that did.
    pub resume: bool,
    /// The file for the trace of the run.
    pub trace: Option<PathBuf>,
    /// What is wanted in place of a run.
    pub instead: Option<Instead>,
}

/// What is wanted in place of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Instead {
    /// [`USAGE`].
    Help,
    /// What would run.
    Explain,
    /// The runs before.
    History,
}

impl Args {
    /// Reads the arguments that follow the program's name.
    pub(crate) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, EtlError> {
        let (mut from, mut db, mut runtime, mut only, mut trace) = (None, None, None, None, None);
        let (mut resume, mut instead) = (false, None);
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--from") => set(&mut from, "--from", args.next())?,
                Some("--db") => set(&mut db, "--db", args.next())?,
                Some("--runtime") => set(&mut runtime, "--runtime", args.next())?,
                Some("--only") => set(&mut only, "--only", args.next())?,
                Some("--trace") => set(&mut trace, "--trace", args.next())?,
                Some("--resume") => resume = true,
                Some("--explain") => instead = instead.or(Some(Instead::Explain)),
                Some("--history") => instead = instead.or(Some(Instead::History)),
                Some("--help" | "-h") => instead = Some(Instead::Help),
                _ => return Err(wrong(format!("unknown argument {arg:?}"))),
            }
        }
        let from = from.map(|url| url.into_string().map_err(|url| wrong(format!("{url:?} is not a url"))));
        let db = db.map(database).transpose()?;
        let runtime = runtime.map(|name| find(&name)).transpose()?.unwrap_or_default();
        let only = only.map_or(Vec::new(), |steps| steps.to_string_lossy().split(',').map(str::to_owned).collect());
        if db.is_none() && (resume || instead == Some(Instead::History)) {
            let flag = if resume { "--resume" } else { "--history" };
            return Err(wrong(format!("{flag} needs a --db: runs are kept beside it")));
        }
        Ok(Self { from: from.transpose()?, db, runtime, only, resume, trace: trace.map(PathBuf::from), instead })
    }
}

fn set(place: &mut Option<OsString>, name: &str, value: Option<OsString>) -> Result<(), EtlError> {
    let value = value.filter(|value| !value.is_empty()).ok_or_else(|| wrong(format!("{name} lacks its value")))?;
    match place.replace(value) {
        Some(_) => Err(wrong(format!("{name} is given twice"))),
        None => Ok(()),
    }
}

/// Refuses the names for which SQLite opens no file, or another one.
fn database(name: OsString) -> Result<PathBuf, EtlError> {
    if name == ":memory:" {
        let problem = "--db :memory: would be gone with the job; name a file (./:memory: for a file of this name)";
        return Err(wrong(problem.to_owned()));
    }
    if name.as_encoded_bytes().starts_with(b"file:") {
        return Err(wrong(format!("--db takes a path and no uri: {name:?} (./file:.. for a file of this name)")));
    }
    Ok(name.into())
}

fn find(runtime: &OsStr) -> Result<Name, EtlError> {
    let known = runtime.to_str().and_then(Name::find);
    known.ok_or_else(|| {
        wrong(format!("--runtime {runtime:?} is none of {}", Name::ALL.map(|(name, _)| name).join(", ")))
    })
}

fn wrong(problem: String) -> EtlError {
    EtlError::Argument(problem)
}

#[cfg(test)]
mod tests;
