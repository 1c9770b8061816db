//! What a file tells of earlier runs.

use crate::{
    file,
    rows::{span, time},
};
use rusqlite::{Connection, OptionalExtension};
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

/// A run, as a file tells of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunRecord {
    pub(crate) id: i64,
    /// The name that it was begun with.
    pub name: String,
    /// When it was begun last, by the wall clock.
    pub began: SystemTime,
    /// How many times it was begun.
    pub starts: u32,
    /// How its last start ended; none if it is running, was dropped, or crashed.
    pub end: Option<RunEnd>,
    /// How many steps are stored.
    pub stored: u32,
}

/// How a run ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunEnd {
    /// When, by the wall clock.
    pub at: SystemTime,
    /// The exit code of its report.
    pub exit_code: u8,
    /// The name of the pipeline.
    pub pipeline: String,
}

/// A step of a run, as a file tells of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StepRecord {
    /// Its name.
    pub name: String,
    /// How it ended in the last start of the run, in the words of a report; none if that start has not ended.
    pub status: Option<String>,
    /// Why it did not succeed: the [code](rungs::Cause::code) of the cause.
    pub cause: Option<String>,
    /// The error with which it ended, with its sources, in words; none if the cause says it all.
    pub error: Option<String>,
    /// How many attempts it took, in the start in which it ran.
    pub attempts: u32,
    /// When it started, by the wall clock; of a step that is stored its last attempt, if that was in an earlier start.
    pub began: Option<SystemTime>,
    /// How long it took.
    pub duration: Duration,
    /// Whether its result is stored, so that the run goes on without it.
    pub is_stored: bool,
}

/// All runs, the one that was begun last first.
pub(crate) fn all_runs(connection: &Connection) -> rusqlite::Result<Vec<RunRecord>> {
    let mut select = connection.prepare(
        "SELECT runs.id, name, began_us, ended_us, exit_code, pipeline, of_run.starts,
                (SELECT count(*) FROM checkpoints WHERE run = runs.id)
         FROM (SELECT run, max(id) AS last, count(*) AS starts FROM starts GROUP BY run) AS of_run
         JOIN runs ON runs.id = of_run.run JOIN starts ON starts.id = of_run.last
         ORDER BY starts.id DESC",
    )?;
    let rows = select.query_map([], |row| {
        let end = |at| -> rusqlite::Result<_> { Ok(RunEnd { at, exit_code: row.get(4)?, pipeline: row.get(5)? }) };
        Ok(RunRecord {
            id: row.get(0)?,
            name: row.get(1)?,
            began: time(row, 2)?.unwrap_or(SystemTime::UNIX_EPOCH),
            end: time(row, 3)?.map(end).transpose()?,
            starts: row.get(6)?,
            stored: row.get(7)?,
        })
    })?;
    rows.collect()
}

/// The steps of a run: in the order of declaration if its last start has ended, else those that are stored, in the order in which
/// they were.
pub(crate) fn steps_of(connection: &Connection, run: i64) -> rusqlite::Result<Vec<StepRecord>> {
    let mut stored = stored_steps(connection, run)?;
    let last = "SELECT max(id) FROM starts WHERE run = ?";
    let last: Option<i64> = connection.query_row(last, [run], |row| row.get(0)).optional()?.flatten();
    // A file of version 1, which is only read, has no errors.
    let error = if file::version(connection)? < 2 { "NULL" } else { "error" };
    let mut select = connection.prepare(&format!(
        "SELECT step, status, cause, attempts, began_us, duration_us, {error} FROM endings WHERE start = ? ORDER BY number",
    ))?;
    let ended = select.query_map([last], |row| {
        Ok(StepRecord {
            name: row.get(0)?,
            status: row.get(1)?,
            cause: row.get(2)?,
            error: row.get(6)?,
            attempts: row.get(3)?,
            began: time(row, 4)?,
            duration: span(row, 5)?.unwrap_or_default(),
            is_stored: false,
        })
    })?;
    let mut steps = Vec::new();
    for step in ended {
        let mut step = step?;
        if let Some((_, earlier)) = stored.remove(&step.name) {
            if step.attempts == 0 {
                step = StepRecord { status: step.status, ..earlier };
            }
            step.is_stored = true;
        }
        steps.push(step);
    }
    // Those of a plan that has changed since, and of a start that has not ended.
    let mut left: Vec<_> = stored.into_values().collect();
    left.sort_unstable_by_key(|(row, _)| *row);
    steps.extend(left.into_iter().map(|(_, step)| step));
    Ok(steps)
}

/// The steps that are stored, by name, each with its row.
fn stored_steps(connection: &Connection, run: i64) -> rusqlite::Result<BTreeMap<String, (i64, StepRecord)>> {
    let mut select =
        connection.prepare("SELECT step, attempts, began_us, duration_us, rowid FROM checkpoints WHERE run = ?")?;
    let rows = select.query_map([run], |row| {
        let step = StepRecord {
            name: row.get(0)?,
            status: None,
            cause: None,
            error: None,
            attempts: row.get(1)?,
            began: time(row, 2)?,
            duration: span(row, 3)?.unwrap_or_default(),
            is_stored: true,
        };
        Ok((step.name.clone(), (row.get(4)?, step)))
    })?;
    rows.collect()
}
