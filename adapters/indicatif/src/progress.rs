//! The observer.

use crate::{
    live::Live,
    output::{Output, Printer},
    screen::Screen,
    state::State,
};
use indicatif::MultiProgress;
use rungs::{Event, EventKind, Instant, Observer, RunInfo};
use std::{
    collections::BTreeMap,
    fmt::Display,
    io::{self, Write},
    sync::Arc,
    thread,
    time::Duration,
};

/// So many steps have a line each, and one line counts the others.
const MOST_LINES: usize = 12;

/// Shows the progress of runs, one after the other: by bars on a terminal, by lines elsewhere. [The page of this
/// crate](crate) shows both.
///
/// An event takes time that is logarithmic in the number of steps that are running or wait to. A thread of its own draws the bars, ten
/// times a second while a run goes on. A run that is dropped takes its bars off the terminal, and has no last line; where
/// a panic drops it they stay, as the message of the panic is below them.
#[derive(Debug)]
#[must_use = "it is to be given to `observe`"]
pub struct Progress {
    output: Arc<Output>,
    expected: BTreeMap<String, Duration>,
    most_lines: usize,
    ticks: bool,
    run: Option<Run>,
}

#[derive(Debug)]
enum Run {
    Plain { began: Instant },
    Bars(Live),
}

impl Progress {
    /// Shows runs on standard error: bars if it is a terminal that is not dumb (`TERM`), else lines.
    pub fn new() -> Self {
        Self::among(MultiProgress::new())
    }

    /// Shows runs among the bars of a program, below those that are there when a run begins. While these bars are hidden,
    /// as they are where there is no terminal, there are lines on standard error.
    ///
    /// ```
    /// use indicatif::{InMemoryTerm, MultiProgress, ProgressDrawTarget};
    /// use rungs::{NoClock, Pipeline};
    /// use rungs_indicatif::Progress;
    ///
    /// let terminal = InMemoryTerm::new(10, 80);
    /// let bars = MultiProgress::with_draw_target(ProgressDrawTarget::term_like(Box::new(terminal.clone())));
    /// let mut p: Pipeline = Pipeline::new("etl");
    /// p.step("extract").run(async || Ok(()));
    /// let run = p.runner().observe(Progress::among(bars).without_ticks()).run(&NoClock);
    /// assert!(futures_lite::future::block_on(run)?.is_success());
    /// assert_eq!(terminal.contents(), "etl: run ended: 1 success, exit code 0, 0.0 s");
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn among(bars: MultiProgress) -> Self {
        Self::with(Output::new(Some(bars), Box::new(io::stderr())))
    }

    /// Shows runs by lines alone, without control codes, which are written here. An error of writing is ignored.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    /// use rungs_indicatif::Progress;
    ///
    /// let mut p: Pipeline = Pipeline::new("etl");
    /// p.step("extract").run(async || Ok(()));
    /// let run = p.runner().observe(Progress::plain(std::io::stdout())).run(&NoClock);
    /// assert!(futures_lite::future::block_on(run)?.is_success());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn plain(lines: impl Write + Send + 'static) -> Self {
        Self::with(Output::new(None, Box::new(lines)))
    }

    fn with(output: Output) -> Self {
        Self { output: Arc::new(output), expected: BTreeMap::new(), most_lines: MOST_LINES, ticks: true, run: None }
    }

    /// How long steps are expected to take, by name, as a report of an earlier run tells it. It is shown beside their bars.
    /// Without it a step shows what is [`expected`](rungs::StepBuilder::expected) in its settings, if anything. Names of
    /// no step have no effect.
    ///
    /// ```
    /// use rungs::{NoClock, Pipeline};
    /// use rungs_indicatif::Progress;
    ///
    /// let mut p: Pipeline = Pipeline::new("etl");
    /// p.step("extract").run(async || Ok(()));
    /// let earlier = futures_lite::future::block_on(p.run(&NoClock))?;
    /// let progress = Progress::new().expected(earlier.steps().map(|step| (step.name(), step.duration())));
    /// assert!(futures_lite::future::block_on(p.runner().observe(progress).run(&NoClock))?.is_success());
    /// # Ok::<(), rungs::PipelineError>(())
    /// ```
    pub fn expected(mut self, durations: impl IntoIterator<Item = (impl Into<String>, Duration)>) -> Self {
        self.expected.extend(durations.into_iter().map(|(step, duration)| (step.into(), duration)));
        self
    }

    /// How many steps have a line below the bar of the run, 12 without this, those that have begun before those that wait to
    /// begin; one more line counts the others.
    ///
    /// ```
    /// use rungs_indicatif::Progress;
    ///
    /// let progress = Progress::new().most_lines(3);
    /// # drop(progress);
    /// ```
    pub fn most_lines(mut self, lines: usize) -> Self {
        self.most_lines = lines;
        self
    }

    /// Draws at each event instead of ten times a second, and shows the time of the last event: for tests, and where no
    /// thread can be had. [`among`](Self::among) has an example.
    pub fn without_ticks(mut self) -> Self {
        self.ticks = false;
        self
    }

    /// Prints lines of one's own without tearing the bars. [`Printer`] has an example.
    pub fn printer(&self) -> Printer {
        Printer::new(self.output.clone())
    }

    fn begin<E: Display>(&mut self, event: &Event<'_, E>, info: &RunInfo<'_>) {
        self.clear();
        let Some(multi) = self.output.bars() else {
            self.run = Some(Run::Plain { began: event.at });
            return self.print(event);
        };
        let state = State::new(event, info, &self.expected, self.ticks);
        let screen = Screen::new(multi.clone(), state.view(0));
        self.run = Some(Run::Bars(Live::new(state, screen, self.most_lines, self.ticks)));
    }

    /// Prints a plain line.
    fn print<E: Display>(&self, event: &Event<'_, E>) {
        if let Some(Run::Plain { began }) = self.run {
            let elapsed = (event.at - began).as_secs_f64();
            self.output.println(format_args!("{elapsed:>7.3} s  {event:#}"));
        }
    }

    fn end<E: Display>(&mut self, event: &Event<'_, E>) {
        match self.run.take() {
            Some(Run::Bars(live)) => live.end(event, &self.output),
            plain => {
                self.run = plain;
                self.print(event);
                self.run = None;
            }
        }
    }

    /// The last run is over, if it has not said so itself.
    fn clear(&mut self) {
        if let Some(Run::Bars(live)) = self.run.take() {
            if thread::panicking() { live.leave() } else { live.clear() }
        }
    }
}

impl Default for Progress {
    /// As [`new`](Self::new).
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Display> Observer<E> for Progress {
    fn on_event(&mut self, event: &Event<'_, E>) {
        match (&event.kind, &self.run) {
            (EventKind::RunStarted(info), _) => self.begin(event, info),
            (EventKind::RunEnded { .. }, _) => self.end(event),
            (_, Some(Run::Bars(live))) => {
                if stays(event) {
                    self.output.println(format_args!("{event:#}"));
                }
                live.tell(event);
            }
            (_, Some(Run::Plain { .. })) if is_told(event) => self.print(event),
            _ => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Whether the line of an event stays above the bars: the step did not succeed, and the run is about it.
fn stays<E>(event: &Event<'_, E>) -> bool {
    match event.kind {
        // Of a step that had no attempt, it is told only if something went wrong.
        EventKind::Ended { cause: Some(cause), .. } => event.attempt > 0 || !cause.is_harmless(),
        _ => false,
    }
}

/// Whether an event has a line where there are no bars.
fn is_told<E>(event: &Event<'_, E>) -> bool {
    match &event.kind {
        EventKind::Ended { cause: None, .. } => event.attempt > 0,
        // In a wide pipeline with a limit, most steps wait for their first permit, as its start says.
        EventKind::Waiting { resource: None, .. } => event.attempt > 1,
        EventKind::Retrying { .. } | EventKind::Waiting { .. } => true,
        // Numbers are for bars.
        EventKind::Emitted(emitted) => matches!(emitted, rungs::Emitted::Text(_)),
        _ => stays(event),
    }
}
