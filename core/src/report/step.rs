//! One step's result.

use super::record::{Own, Record};
#[cfg(feature = "alloc")]
use crate::chain::Chain;
use crate::{error::StepError, reason};
use core::{fmt, time::Duration};
use rungs_scheduler::{Cause, Instant, Status, StepId, StepState};

/// How one step ended, in a report of either API. The report holds its output.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{Cause, NoClock, Pipeline, Status};
///
/// let mut p = Pipeline::with_error("results");
/// let lamp = p.step("lamp").retries(2).optional().run(|| async { Err::<(), _>("no bulb") });
/// p.step("read").after(lamp).skip_on_error().run(|| async { Ok(()) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
///
/// let lamp = report.get("lamp").unwrap();
/// assert_eq!((lamp.status(), lamp.attempts(), lamp.retries()), (Status::Failed, 3, 2));
/// assert_eq!(lamp.error().unwrap().to_string(), "no bulb");
/// let read = report.get("read").unwrap();
/// assert_eq!(read.status(), Status::Skipped);
/// assert_eq!(read.cause(), Some(Cause::Dependency { root: lamp.id(), via: lamp.id() }));
/// assert_eq!(read.started_at(), None);
/// assert_eq!(report.exit_code(), 0);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct StepResult<'r, E> {
    pub(super) record: Record<'r, E>,
    pub(super) step: StepId,
}

impl<E> Clone for StepResult<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for StepResult<'_, E> {}

impl<'r, E> StepResult<'r, E> {
    /// The step's name.
    pub fn name(&self) -> &'r str {
        self.record.names.name(self.step)
    }

    /// The step, by its index in the order of declaration.
    pub fn id(&self) -> StepId {
        self.step
    }

    /// How it ended.
    pub fn status(&self) -> Status {
        self.state().map_or(Status::Pending, |state| state.status())
    }

    /// Why it did not succeed.
    pub fn cause(&self) -> Option<Cause> {
        self.state()?.cause()
    }

    /// The error of a step that failed, and the last error of one that was cancelled while it retried.
    pub fn error(&self) -> Option<StepError<&'r E>> {
        self.record.errors(self.step).0
    }

    /// The error that the step itself last returned, and the number of the attempt that did; `None` if it returned none, or
    /// succeeded. If a later attempt was cut off, or panicked, it is not [`error`](Self::error), but often says why.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use rungs::{NoClock, Pipeline, StepError};
    ///
    /// let mut p = Pipeline::with_error("own");
    /// p.step("fetch").retries(1).run_with(|cx| async move {
    ///     if cx.attempt() == 1 { Err::<(), _>("401 Unauthorized") } else { panic!("no token") }
    /// });
    /// let report = futures_lite::future::block_on(p.run(&NoClock))?;
    /// let fetch = report.get("fetch").unwrap();
    /// assert_eq!(fetch.error(), Some(StepError::Panicked("no token".into())));
    /// assert_eq!(fetch.own_error(), Some((1, &"401 Unauthorized")));
    /// assert_eq!(fetch.reason().unwrap().to_string(), "panicked: no token (attempt 1: 401 Unauthorized)");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn own_error(&self) -> Option<(u32, &'r E)> {
        self.record.own_error(self.step)
    }

    /// Why it did not succeed, in words: its error, or the step that caused it.
    pub fn reason(&self) -> Option<Reason<'r, E>> {
        self.cause().map(|cause| Reason { of: *self, cause })
    }

    fn state(&self) -> Option<&'r StepState> {
        self.record.state(self.step)
    }

    /// When its first attempt started; `None` if it never did.
    pub fn started_at(&self) -> Option<Instant> {
        self.state()?.started_at()
    }

    /// When it ended.
    pub fn finished_at(&self) -> Option<Instant> {
        self.state()?.finished_at()
    }

    /// From the first attempt's start to the end, delays included; zero if it never started.
    pub fn duration(&self) -> Duration {
        self.state().map_or(Duration::ZERO, StepState::duration)
    }

    /// How many attempts were started, counted up to 262,143.
    pub fn attempts(&self) -> u32 {
        self.state().map_or(0, |state| state.attempts())
    }

    /// How many attempts were started after the first.
    pub fn retries(&self) -> u32 {
        self.attempts().saturating_sub(1)
    }

    /// Whether its last attempt was given up after the run's [grace](crate::Config::grace), and had not ended when the run
    /// did. The pipeline keeps it, and its next run waits for its end.
    pub fn is_still_running(&self) -> bool {
        self.state().is_some_and(StepState::is_still_running)
    }

    /// Whether it is an [input](crate::PipelineOf::input), whose result was given to the run.
    #[cfg(feature = "alloc")]
    pub fn is_input(&self) -> bool {
        self.record.names.is_input(self.step)
    }

    /// Whether it had ended before the run: its result was [given](crate::Runner::given) to the run, or found by its
    /// [check](crate::StepBuilder::done_if). It has no attempt and no start.
    #[cfg(any(feature = "alloc", feature = "postcard"))]
    pub fn is_given(&self) -> bool {
        self.state().is_some_and(StepState::is_given)
    }

    /// Whether it succeeded after a time limit or a stop had reached its attempt, which is
    /// [never cancelled](crate::Settings::never_cancel).
    pub fn is_late(&self) -> bool {
        self.state().is_some_and(StepState::is_late)
    }

    /// Whether its failure counts: it was not declared optional.
    pub fn is_required(&self) -> bool {
        self.record.is_required(self.step)
    }
}

impl<E: fmt::Debug> fmt::Debug for StepResult<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepResult")
            .field("name", &self.name())
            .field("status", &self.status())
            .field("attempts", &self.attempts())
            .field("error", &self.error())
            .field("own_error", &self.own_error())
            .field("cause", &self.cause())
            .finish_non_exhaustive()
    }
}

/// Why a step did not succeed, in words that name the steps that caused it, and on one line: line breaks, control characters
/// and the like in names and errors are escaped. With `{:#}` an error is followed by its sources. An error that the step
/// itself returned before it ended with another is added with its attempt: `timed out (attempt 1: 401 Unauthorized)`.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{NoClock, Pipeline};
///
/// let mut p = Pipeline::with_error("reasons");
/// let lamp = p.step("lamp").run(|| async { Err::<(), _>("no bulb") });
/// let lens = p.step("lens").after(lamp).run(|| async { Ok(()) });
/// p.step("read").after(lens).run(|| async { Ok(()) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
/// let reasons: Vec<_> = report.steps().filter_map(|step| Some(step.reason()?.to_string())).collect();
/// assert_eq!(reasons, ["no bulb", "`lamp` failed", "`lamp` failed, through `lens`"]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reason<'r, E> {
    pub(super) of: StepResult<'r, E>,
    pub(super) cause: Cause,
}

impl<E: fmt::Display> fmt::Display for Reason<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StepResult { record, step } = self.of;
        let (error, earlier) = record.errors(step);
        let with_sources = |error| with_sources(error, record.own);
        let error = error.map(with_sources);
        let earlier = earlier.map(|(attempt, error)| (attempt, with_sources(StepError::Failed(error))));
        let reason = reason::ReasonText {
            status: self.of.status(),
            cause: self.cause,
            origin: record.origin(step),
            error: error.as_ref().map(|error| error as &dyn fmt::Display),
            earlier: earlier.as_ref().map(|(attempt, error)| (*attempt, error as &dyn fmt::Display)),
        };
        reason.fmt(f)
    }
}

/// A step's error, with `{:#}` followed by its sources.
#[cfg(feature = "alloc")]
fn with_sources<'r, E>(error: StepError<&'r E>, own: Own<'r, E>) -> WithSources<'r, E> {
    WithSources { error, own }
}

/// A step's error. Without a heap there is no way to its sources.
#[cfg(not(feature = "alloc"))]
fn with_sources<'r, E>(error: StepError<&'r E>, _: Own<'r, E>) -> StepError<&'r E> {
    error
}

#[cfg(feature = "alloc")]
struct WithSources<'r, E> {
    error: StepError<&'r E>,
    own: Own<'r, E>,
}

#[cfg(feature = "alloc")]
impl<E: fmt::Display> fmt::Display for WithSources<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error {
            StepError::Failed(error) if f.alternate() => match self.own.as_error(error) {
                Some(error) => Chain(error).fmt(f),
                None => error.fmt(f),
            },
            _ => self.error.fmt(f),
        }
    }
}
