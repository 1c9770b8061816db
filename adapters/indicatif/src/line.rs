//! What stands in a line: times, and parts of the lines that rungs has for its events. Names and errors of users come from
//! these lines alone, which escape them.

use rungs::{Event, EventKind};
use std::{
    fmt::{self, Display, Write},
    time::Duration,
};

/// A line of an event, with an error's causes as reports have them. If an error fails to show itself, the line ends early.
pub(crate) fn text(what: impl Display) -> String {
    let mut text = String::new();
    // `to_string` would panic.
    let _ = write!(text, "{what:#}");
    text
}

/// The name of the event's step or pipeline, escaped.
///
/// A line of an event is its name, a colon and what happened.
pub(crate) fn name<E: Display>(event: &Event<'_, E>) -> String {
    let line = text(event);
    let name = match &event.kind {
        EventKind::RunStarted(run) => line.strip_suffix(&format!(": run started: {run}")),
        EventKind::Started if event.attempt == 1 => line.strip_suffix(": started"),
        EventKind::Waiting { .. } if event.attempt == 1 => line.split_once(": waits for ").map(|(name, _)| name),
        _ => line.split_once(": ").map(|(name, _)| name),
    };
    name.unwrap_or(&line).to_owned()
}

/// What a step emitted, escaped.
pub(crate) fn emitted<E: Display>(event: &Event<'_, E>, name: &str) -> String {
    after_name(&text(event), name).to_owned()
}

/// Why an attempt failed, escaped.
pub(crate) fn error<E: Display>(event: &Event<'_, E>, name: &str, delay: Duration) -> String {
    let line = text(event);
    let end = if delay.is_zero() { "; again at once".to_owned() } else { format!("; again in {delay:?}") };
    let told = after_name(&line, name);
    told.strip_suffix(&end).unwrap_or(told).to_owned()
}

/// What a step waits for, escaped, and not for how long.
pub(crate) fn waits<E: Display>(event: &Event<'_, E>, name: &str, delay: Option<Duration>) -> String {
    let line = text(event);
    let end = delay.map(|delay| format!(", at least {delay:?}")).unwrap_or_default();
    let told = after_name(&line, name);
    told.strip_suffix(&end).unwrap_or(told).to_owned()
}

/// The line without its name.
fn after_name<'l>(line: &'l str, name: &str) -> &'l str {
    line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(line)
}

/// An escaped name beside a bar. A long one is cut there, so that what follows it is seen on a terminal of 80 columns.
pub(crate) struct Short<'n>(pub(crate) &'n str);

impl Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 40;
        match self.0.char_indices().nth(LONGEST).and_then(|(end, _)| self.0.get(..end)) {
            Some(start) => write!(f, "{start}…"),
            None => f.write_str(self.0),
        }
    }
}

/// A time for people: to a tenth of a second below a minute, to a second below an hour, then to a minute.
pub(crate) struct Span(pub(crate) Duration);

impl Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0..60 => write!(f, "{seconds}.{} s", self.0.subsec_millis() / 100),
            60..3_600 => write!(f, "{} min {:02} s", seconds / 60, seconds % 60),
            _ => write!(f, "{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (millis, text) in [
            (0, "0.0 s"),
            (99, "0.0 s"),
            (1_250, "1.2 s"),
            (59_999, "59.9 s"),
            (60_000, "1 min 00 s"),
            (3_599_999, "59 min 59 s"),
            (3_660_000, "1 h 01 min"),
            (360_000_000, "100 h 00 min"),
        ] {
            assert_eq!(Span(Duration::from_millis(millis)).to_string(), text);
        }
    }
}
