//! A run as a trace of Chrome's format.

use super::{attempt_times::Mark, timeline::Timeline};
use core::fmt::{self, Write};
use rungs_scheduler::Instant;

/// A run as a trace of Chrome's format: JSON, for <https://ui.perfetto.dev> or `chrome://tracing`. Its `Display` is the whole
/// file. [`Timeline::chrome_trace`] makes it, and has an example.
///
/// Each step that ran is a track with one slice, and with the [`AttemptTimes`](crate::AttemptTimes) of the run a slice for
/// each attempt, delay and wait for a permit or a resource below. The slices of the critical path have the category `critical`.
/// Times are microseconds from the start of the run.
#[must_use = "it is to be written to a file"]
pub struct ChromeTrace<'r, E>(Timeline<'r, E>);

impl<'r, E> Timeline<'r, E> {
    /// The same as a trace of Chrome's format, in JSON, which <https://ui.perfetto.dev> opens.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    ///
    /// let mut p: Pipeline = Pipeline::new("etl");
    /// p.step("only").run(async || Ok(()));
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// let json = report.timeline().chrome_trace().to_string(); // into a file
    /// assert!(json.starts_with("{\"traceEvents\":["));
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn chrome_trace(self) -> ChromeTrace<'r, E> {
        ChromeTrace(self)
    }
}

impl<E> fmt::Display for ChromeTrace<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(timeline) = self;
        let path: alloc::collections::BTreeSet<_> = timeline.critical_path().map(|step| step.id()).collect();
        f.write_str("{\"traceEvents\":[\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":")?;
        write_text(f, timeline.pipeline)?;
        f.write_str("}}")?;
        for step in timeline.record.steps() {
            let Some(began) = step.started_at() else { continue };
            let ended = step.finished_at().unwrap_or(timeline.finished);
            let track = step.id().number() + 1;
            write!(f, ",\n{{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":{track},\"args\":{{\"name\":")?;
            write_text(f, step.name())?;
            f.write_str("}},\n{\"name\":")?;
            write_text(f, step.name())?;
            let category = if path.contains(&step.id()) { "critical" } else { "step" };
            write!(f, ",\"cat\":\"{category}\"")?;
            self.write_span(f, track, began, ended)?;
            write!(f, ",\"args\":{{\"status\":\"{}\",\"attempts\":{}}}}}", step.status(), step.attempts())?;
            let mut attempt = 0;
            for span in timeline.attempts.iter().flat_map(|attempts| attempts.spans(step.id(), ended)) {
                attempt += u32::from(span.kind == Mark::Started);
                write!(f, ",\n{{\"name\":\"{}", span.kind.name())?;
                if span.kind == Mark::Started {
                    write!(f, " {attempt}")?;
                }
                f.write_str("\",\"cat\":\"attempt\"")?;
                self.write_span(f, track, span.from, span.to)?;
                f.write_str("}")?;
            }
        }
        f.write_str("\n],\"displayTimeUnit\":\"ms\"}\n")
    }
}

impl<E> ChromeTrace<'_, E> {
    fn write_span(&self, f: &mut fmt::Formatter<'_>, track: u32, from: Instant, to: Instant) -> fmt::Result {
        let nanos = |from: Instant, to: Instant| to.as_nanos().saturating_sub(from.as_nanos());
        let (since, long) = (nanos(self.0.started(), from), nanos(from, to));
        write!(f, ",\"ph\":\"X\",\"pid\":1,\"tid\":{track}")?;
        write!(f, ",\"ts\":{}.{:03},\"dur\":{}.{:03}", since / 1_000, since % 1_000, long / 1_000, long % 1_000)
    }
}

impl<E> fmt::Debug for ChromeTrace<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChromeTrace").field(&self.0).finish()
    }
}

/// Writes a text of JSON.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\0'..=' ' if c != ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
