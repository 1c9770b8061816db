//! What happens in a run, as tracing's events.

use rungs::{Cause, Event, EventKind, LongPoll, Status};
use std::fmt;
use tracing::{Level, Span, event};

/// Shows an event within a span. Its text is that of rungs, and what a filter or a query may want is a field. Numbers are
/// signed, as those of OpenTelemetry, which are texts otherwise.
pub(crate) fn show<E: fmt::Display>(span: Option<&Span>, told: &Event<'_, E>) {
    let span = span.and_then(Span::id);
    macro_rules! show {
        ($level:ident $(, $field:ident = $value:expr)*) => {
            event!(target: "rungs", parent: span, Level::$level, $($field = $value,)* "{told}")
        };
    }
    match &told.kind {
        EventKind::RunStarted(run) => show!(DEBUG, steps = run.len() as i64),
        EventKind::Retrying { next, .. } => {
            let delay = next.as_nanos().saturating_sub(told.at.as_nanos());
            show!(WARN, attempt = i64::from(told.attempt), delay_ms = (delay / 1_000_000) as i64);
        }
        EventKind::Emitted(_) => show!(INFO),
        &EventKind::Ended { status, cause, .. } => match level(status, cause) {
            Level::ERROR => show!(ERROR, status = display(status), attempts = i64::from(told.attempt)),
            Level::WARN => show!(WARN, status = display(status), attempts = i64::from(told.attempt)),
            _ => show!(DEBUG, status = display(status), attempts = i64::from(told.attempt)),
        },
        EventKind::RunEnded { exit_code: 0, .. } => show!(INFO, exit_code = 0),
        EventKind::RunEnded { exit_code, .. } => show!(WARN, exit_code = i64::from(*exit_code)),
        _ => show!(DEBUG),
    }
}

/// Shows a poll that held its thread for too long, within the attempt's span.
pub(crate) fn show_long(attempt: &Span, long: &LongPoll<'_>) {
    let computed_ms = i64::try_from(long.duration().as_millis()).unwrap_or(i64::MAX);
    event!(target: "rungs", parent: attempt.id(), Level::WARN, computed_ms, "{long}");
}

/// A failure is an error once, where it began. What follows from it is a warning, and what nobody misses is neither.
fn level(status: Status, cause: Option<Cause>) -> Level {
    match (status, cause) {
        (Status::Success, _) => Level::DEBUG,
        (_, Some(cause)) if cause.is_harmless() => Level::DEBUG,
        (Status::Failed, Some(Cause::Dependency { .. })) => Level::WARN,
        (Status::Failed, _) => Level::ERROR,
        _ => Level::WARN,
    }
}
