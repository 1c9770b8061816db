//! The statements that write, and those that read what a run begins with.

use crate::writer::WorkError;
use rungs::{Checkpoint, RunEnding};
use rusqlite::{Connection, OptionalExtension, Row, params, types::ValueRef};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How a step has ended, to be written.
pub(crate) struct Ending {
    step: String,
    status: String,
    cause: Option<&'static str>,
    attempts: u32,
    began: Option<Duration>,
    duration: Duration,
    error: Option<String>,
}

impl Ending {
    pub(crate) fn all_of(run: &RunEnding<'_>) -> Vec<Self> {
        let ending = |step: rungs::StepEnding<'_>| Self {
            step: step.name().into(),
            status: step.status().to_string(),
            cause: step.cause().map(|cause| cause.code()),
            attempts: step.attempts(),
            began: step.started(),
            duration: step.duration(),
            error: step.error(),
        };
        run.steps().map(ending).collect()
    }
}

/// The run of this name, which is made if there is none.
pub(crate) fn make_run(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    if let Some(run) = find_run(connection, name)? {
        return Ok(run);
    }
    let insert = "INSERT INTO runs (name, key) VALUES (?, lower(hex(randomblob(16))))";
    connection.prepare_cached(insert)?.insert([name])
}

/// What tells a run apart from all others.
pub(crate) fn key_of(connection: &Connection, run: i64) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached("SELECT key FROM runs WHERE id = ?")?.query_row([run], |row| row.get(0))
}

pub(crate) fn find_run(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    connection.prepare_cached("SELECT id FROM runs WHERE name = ?")?.query_row([name], |row| row.get(0)).optional()
}

/// Notes that a process begins a run.
pub(crate) fn add_start(connection: &Connection, run: i64) -> rusqlite::Result<i64> {
    let mut insert = connection.prepare_cached("INSERT INTO starts (run, began_us) VALUES (?, ?)")?;
    insert.insert(params![run, since_epoch()])
}

pub(crate) fn end_start(
    connection: &Connection,
    start: i64,
    pipeline: &str,
    exit_code: u8,
    endings: &[Ending],
) -> rusqlite::Result<()> {
    let update = "UPDATE starts SET ended_us = ?2, exit_code = ?3, pipeline = ?4 WHERE id = ?1";
    connection.prepare_cached(update)?.execute(params![start, since_epoch(), exit_code, pipeline])?;
    let mut insert = connection.prepare_cached(
        "INSERT OR REPLACE INTO endings (start, number, step, status, cause, attempts, began_us, duration_us, error)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, began_us + ?7, ?8, ?9 FROM starts WHERE id = ?1",
    )?;
    for (number, ending) in endings.iter().enumerate() {
        let Ending { step, status, cause, attempts, began, duration, error } = ending;
        insert.execute(params![
            start,
            number as i64,
            step,
            status,
            cause,
            attempts,
            began.map(micros),
            micros(*duration),
            error
        ])?;
    }
    Ok(())
}

pub(crate) fn store(connection: &Connection, run: i64, checkpoint: &Checkpoint) -> Result<(), WorkError> {
    let Checkpoint { step, fingerprint, result, attempts, started, duration, .. } = checkpoint;
    // JSON is text, which other tools show and look into.
    let result = result.as_deref().map(String::from_utf8_lossy);
    let mut insert = connection.prepare_cached(
        "INSERT INTO checkpoints (run, step, fingerprint, result, attempts, began_us, duration_us) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, result = excluded.result, attempts = excluded.attempts,
         began_us = excluded.began_us, duration_us = excluded.duration_us",
    )?;
    let fingerprint = fingerprint.cast_signed();
    insert.execute(params![run, step, fingerprint, result, attempts, started.map(micros), micros(*duration)])?;
    Ok(())
}

/// Removes what is stored of a step, if there is anything.
pub(crate) fn remove(connection: &Connection, run: i64, step: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM checkpoints WHERE run = ? AND step = ?")?.execute(params![run, step])?;
    Ok(())
}

pub(crate) fn load(connection: &Connection, run: i64) -> rusqlite::Result<Vec<Checkpoint>> {
    let mut select = connection.prepare_cached(
        "SELECT step, fingerprint, result, attempts, began_us, duration_us FROM checkpoints WHERE run = ? ORDER BY rowid",
    )?;
    let rows = select.query_map([run], |row| {
        let result = match row.get_ref(2)? {
            ValueRef::Null => None,
            result => Some(result.as_bytes()?.to_vec()),
        };
        let mut checkpoint = Checkpoint::new(row.get::<_, String>(0)?, row.get::<_, i64>(1)?.cast_unsigned(), result);
        checkpoint.attempts = row.get(3)?;
        checkpoint.started = span(row, 4)?;
        checkpoint.duration = span(row, 5)?.unwrap_or_default();
        Ok(checkpoint)
    })?;
    rows.collect()
}

pub(crate) fn remove_run(connection: &Connection, run: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM runs WHERE id = ?")?.execute([run])?;
    Ok(())
}

/// A column of microseconds.
pub(crate) fn span(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Duration>> {
    let span: Option<i64> = row.get(column)?;
    Ok(span.map(|micros| Duration::from_micros(micros.try_into().unwrap_or_default())))
}

/// A column of microseconds since the Unix epoch.
pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<SystemTime>> {
    Ok(span(row, column)?.map(|span| UNIX_EPOCH + span))
}

fn micros(span: Duration) -> i64 {
    span.as_micros().try_into().unwrap_or(i64::MAX)
}

fn since_epoch() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, micros)
}
