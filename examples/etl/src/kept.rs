//! What a run has fetched, kept beside the database for another run that goes on with it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rungs::MemoryCheckpoints;
use rungs_sqlite::{History, Run, RunRecord, Runs};

use crate::error::EtlError;

/// How many runs are kept.
const KEPT: usize = 20;

/// The run that a job is: the last one, if it has not ended well, or else a new one.
pub(crate) fn begin(db: &Path) -> Result<Run, EtlError> {
    let open = || {
        let runs = Runs::open(file(db))?;
        let last = runs.list()?.into_iter().next().filter(|last| !ended_well(last));
        let name =
            last.map_or_else(|| humantime::format_rfc3339_millis(SystemTime::now()).to_string(), |last| last.name);
        let run = runs.begin(name)?;
        let mut kept = 0..KEPT;
        runs.retain(|_| kept.next().is_some())?;
        Ok(run)
    };
    open().map_err(EtlError::Runs)
}

/// What a run that goes on with the last one would begin with.
pub(crate) fn stored(db: &Path) -> Result<MemoryCheckpoints, EtlError> {
    let path = file(db);
    if !path.exists() {
        return Ok(MemoryCheckpoints::new());
    }
    let read = || {
        let history = History::open(path)?;
        let last = history.runs()?.into_iter().next().filter(|last| !ended_well(last));
        last.map_or(Ok(vec![]), |last| history.stored(&last.name))
    };
    Ok(read().map_err(EtlError::Runs)?.into_iter().collect())
}

fn ended_well(run: &RunRecord) -> bool {
    run.end.as_ref().is_some_and(|end| end.exit_code == 0)
}

/// The runs that were kept: a line for each, and below it one for each error.
pub(crate) fn history(db: &Path) -> Result<String, EtlError> {
    let read = || {
        let history = History::open(file(db))?;
        history.runs()?.into_iter().map(|run| Ok((history.steps(&run.name)?, run))).collect::<Result<Vec<_>, _>>()
    };
    let mut lines = String::new();
    for (steps, run) in read().map_err(EtlError::Runs)? {
        let end = match &run.end {
            Some(end) => {
                let seconds = end.at.duration_since(run.began).unwrap_or_default().as_secs_f64();
                format!("exit code {} after {seconds:.2} s", end.exit_code)
            }
            None => "has not ended".to_owned(),
        };
        let _ = writeln!(lines, "{}  begun {} x  {} stored  {end}", run.name, run.starts, run.stored);
        for (step, error) in steps.into_iter().filter_map(|step| Some((step.name, step.error?))) {
            let _ = writeln!(lines, "    {step}: {}", error.escape_debug());
        }
    }
    Ok(lines.trim_end().to_owned())
}

fn file(db: &Path) -> PathBuf {
    let mut name = db.as_os_str().to_owned();
    name.push(".runs");
    name.into()
}
