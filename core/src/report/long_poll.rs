//! A poll that held its thread for too long, in words.

use super::table::Short;
use crate::escape::Name;
use core::{fmt, time::Duration};

/// One poll of a step in place that took too long. Its `Display` is a line for a log, and says what to do.
///
/// [`PollTimes::warnings`](crate::PollTimes::warnings) gives those of a run; an observer that measures by itself makes its own.
///
/// ```
/// use rungs::LongPoll;
/// use std::time::Duration;
///
/// let long = LongPoll::new("parse", Duration::from_millis(812));
/// assert_eq!(long.to_string(), "`parse` computed 812 ms without awaiting: spawn it");
/// assert_eq!((long.step(), long.duration().as_millis()), ("parse", 812));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongPoll<'a> {
    step: &'a str,
    duration: Duration,
}

impl<'a> LongPoll<'a> {
    /// A poll of the step with this name, which took so long.
    pub const fn new(step: &'a str, duration: Duration) -> Self {
        Self { step, duration }
    }

    /// The step's name.
    pub const fn step(&self) -> &'a str {
        self.step
    }

    /// How long the step held its thread.
    pub const fn duration(&self) -> Duration {
        self.duration
    }
}

impl fmt::Display for LongPoll<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` computed ", Name(self.step))?;
        match self.duration.saturating_add(Duration::from_micros(500)).as_millis() {
            // Two digits are enough.
            millis @ 10..1_000 => write!(f, "{millis} ms")?,
            _ => Short::of(self.duration).fmt(f)?,
        }
        f.write_str(" without awaiting: spawn it")
    }
}
