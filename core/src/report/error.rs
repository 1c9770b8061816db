//! The errors of a report for use with `?`: they own their texts.

use super::as_error::AsError;
use crate::{
    chain::Chain,
    diagram::StepNames,
    error::StepError,
    escape::{Name, write_error},
    reason::{Origin, ReasonText, earlier},
    steps::{Names, OtherType, OwnErrors},
};
use alloc::sync::Arc;
use core::{error::Error, fmt};
use rungs_scheduler::{Cause, Status, StepId, StepState};

/// How a step ended without success, owned.
pub(super) struct Ending<E> {
    pub(super) names: Arc<Names>,
    pub(super) step: StepId,
    pub(super) state: StepState,
    /// The state of the step where it began.
    pub(super) root: StepState,
    /// What the step where it began said itself.
    pub(super) own: OwnErrors<E>,
    pub(super) as_error: AsError<E>,
}

impl<E> Ending<E> {
    fn name(&self) -> &str {
        self.names.name(self.step)
    }

    fn root(&self) -> StepId {
        self.state.cause().and_then(Cause::root).unwrap_or(self.step)
    }

    fn error(&self) -> Option<StepError<&E>> {
        StepError::of(&self.state).or_else(|| self.own.last(&self.root).map(|own| own.borrowed()))
    }

    /// The error that the step itself last returned, and the attempt that did.
    fn own_error(&self) -> Option<(u32, &E)> {
        if self.root() == self.step { self.own.returned() } else { None }
    }

    /// The error of the step where it began.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (self.as_error)(self.own.last(&self.root)?.returned()?)
    }
}

impl<E: fmt::Display> Ending<E> {
    /// Why, in words, without the text of the source: error reporters that follow the sources print that.
    fn write_reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, source) = (self.state.status(), self.source());
        let Some(cause) = self.state.cause() else { return Ok(()) };
        if cause == Cause::SkippedItself {
            return write!(f, ": {status} {cause}");
        }
        let is_in_source = source.is_some() && cause.root().is_none();
        if !(is_in_source && status == Status::Failed) {
            let error = self.error().filter(|_| !is_in_source);
            let earlier = earlier(error.as_ref(), self.own_error());
            let earlier = earlier.map(|(attempt, error)| (attempt, WithSources { error, as_error: self.as_error }));
            let reason = ReasonText {
                status,
                cause,
                origin: Origin::new(cause, self.root.status(), &*self.names),
                error: error.as_ref().map(|error| error as &dyn fmt::Display),
                earlier: earlier.as_ref().map(|(attempt, error)| (*attempt, error as &dyn fmt::Display)),
            };
            f.write_str(": ")?;
            fmt::Display::fmt(&reason, f)?;
        }
        match source {
            Some(source) if f.alternate() => {
                f.write_str(": ")?;
                write_error(f, &Chain(source))
            }
            _ => Ok(()),
        }
    }
}

/// An error, with `{:#}` followed by its sources.
struct WithSources<'e, E> {
    error: &'e E,
    as_error: AsError<E>,
}

impl<E: fmt::Display> fmt::Display for WithSources<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.as_error)(self.error) {
            Some(error) if f.alternate() => Chain(error).fmt(f),
            _ => self.error.fmt(f),
        }
    }
}

/// An output that is not there, and why. It owns its texts, and its source is the step's own error; `{:#}` writes both.
///
/// ```
/// use rungs::{Cause, NoClock, OutputErrorKind, Pipeline, Status};
///
/// let mut p: Pipeline<'_, &str> = Pipeline::with_error("outputs");
/// let bad = p.step("bad").run(|| async { Err::<u8, _>("out of paper") });
/// let next = p.step("next").needs(bad).run(|n| async move { Ok(*n) });
/// let report = futures_lite::future::block_on(p.run(&NoClock))?;
///
/// let error = report.output(next).unwrap_err();
/// assert_eq!(error.to_string(), "`next` has no result: `bad` failed");
/// assert_eq!((error.step(), error.root()), (Some("next"), Some("bad")));
/// assert_eq!(error.status(), Some(Status::Failed));
/// let kind = |name| report.output_named::<u64>(name).unwrap_err().kind();
/// assert_eq!((kind("bad"), kind("none")), (OutputErrorKind::OtherType, OutputErrorKind::NoSuchStep));
/// # Ok::<(), rungs::PipelineError>(())
/// ```
pub struct OutputError<E>(Repr<E>);

enum Repr<E> {
    NoSuccess(Ending<E>),
    OtherType(Arc<Names>, StepId, OtherType),
    /// The step succeeded, and its result is not to be had.
    Gone(Arc<Names>, StepId, OutputErrorKind),
    NoSuchStep,
}

/// Why an output is not there.
///
/// [`OutputError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OutputErrorKind {
    /// The step did not succeed.
    NoSuccess,
    /// The step's result has another type.
    OtherType,
    /// The result is owned: [`take`](crate::Report::take) moves it out.
    HasOwner,
    /// The result cannot be taken, because an [`Out`](crate::Out) of it is alive.
    InUse,
    /// The result was taken: by the step that owns it, or from the report.
    Taken,
    /// The result was dropped when its last reader had ended, as [`release_early`](crate::StepBuilder::release_early) asks.
    Released,
    /// There is no such step.
    NoSuchStep,
}

impl OutputErrorKind {
    /// What became of a result that is not to be had though its step succeeded.
    fn of_a_result(self) -> &'static str {
        match self {
            Self::HasOwner => "is owned: `take` moves it out of the report",
            Self::InUse => "is in use: an `Out` of it is alive",
            Self::Released => "was released",
            _ => "was taken",
        }
    }
}

impl<E> OutputError<E> {
    pub(super) fn no_success(ending: Ending<E>) -> Self {
        Self(Repr::NoSuccess(ending))
    }

    pub(super) fn other_type(names: Arc<Names>, step: StepId, types: OtherType) -> Self {
        Self(Repr::OtherType(names, step, types))
    }

    pub(super) fn gone(names: Arc<Names>, step: StepId, became: OutputErrorKind) -> Self {
        Self(Repr::Gone(names, step, became))
    }

    pub(super) fn no_such_step() -> Self {
        Self(Repr::NoSuchStep)
    }

    /// Why the output is not there.
    pub fn kind(&self) -> OutputErrorKind {
        match self.0 {
            Repr::NoSuccess(_) => OutputErrorKind::NoSuccess,
            Repr::OtherType(..) => OutputErrorKind::OtherType,
            Repr::Gone(_, _, became) => became,
            Repr::NoSuchStep => OutputErrorKind::NoSuchStep,
        }
    }

    /// The name of the step, if there is one.
    pub fn step(&self) -> Option<&str> {
        match &self.0 {
            Repr::NoSuccess(ending) => Some(ending.name()),
            Repr::OtherType(names, step, _) | Repr::Gone(names, step, _) => Some(names.name(*step)),
            Repr::NoSuchStep => None,
        }
    }

    /// The status of the step, if it did not succeed.
    pub fn status(&self) -> Option<Status> {
        Some(self.ending()?.state.status())
    }

    /// Why the step did not succeed.
    pub fn cause(&self) -> Option<Cause> {
        self.ending()?.state.cause()
    }

    /// The name of the step where it began: the step itself, or one that it depends on.
    pub fn root(&self) -> Option<&str> {
        let ending = self.ending()?;
        Some(ending.names.name(ending.root()))
    }

    /// The error of the step, the same as [`StepResult::error`](crate::StepResult::error).
    pub fn error(&self) -> Option<StepError<&E>> {
        self.ending()?.error()
    }

    /// The error that the step itself last returned, and the number of the attempt that did: the same as
    /// [`StepResult::own_error`](crate::StepResult::own_error).
    pub fn own_error(&self) -> Option<(u32, &E)> {
        self.ending()?.own_error()
    }

    fn ending(&self) -> Option<&Ending<E>> {
        match &self.0 {
            Repr::NoSuccess(ending) => Some(ending),
            _ => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for OutputError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::NoSuccess(ending) => {
                write!(f, "`{}` has no result", Name(ending.name()))?;
                ending.write_reason(f)
            }
            Repr::OtherType(names, step, types) => write!(f, "the result of `{}` {types}", Name(names.name(*step))),
            Repr::Gone(names, step, became) => {
                write!(f, "the result of `{}` {}", Name(names.name(*step)), became.of_a_result())
            }
            Repr::NoSuchStep => f.write_str("there is no such step"),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for OutputError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("OutputError");
        debug.field("kind", &self.kind());
        if let Some(step) = self.step() {
            debug.field("step", &step);
        }
        if let Some(ending) = self.ending() {
            debug.field("status", &ending.state.status()).field("error", &ending.error());
        }
        debug.finish_non_exhaustive()
    }
}

impl<E: fmt::Debug + fmt::Display> Error for OutputError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.ending()?.source()
    }
}

#[cfg(feature = "defmt")]
impl<E> defmt::Format for OutputError<E> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", self.kind());
        if let Some(step) = self.step() {
            defmt::write!(f, " of `{}`", crate::logged_name::LoggedName(step));
        }
        if let Some(cause) = self.cause() {
            defmt::write!(f, ": {}", cause);
        }
    }
}

/// A run whose exit code is not 0: names the step where that began, and has that step's error as its source; `{:#}` writes
/// both.
///
/// [`Report::into_result`](crate::Report::into_result) has an example.
pub struct RunError<E> {
    ending: Ending<E>,
    exit_code: u8,
}

impl<E> RunError<E> {
    pub(super) fn new(ending: Ending<E>, exit_code: u8) -> Self {
        Self { ending, exit_code }
    }

    /// The pipeline's name.
    pub fn pipeline(&self) -> &str {
        self.ending.names.pipeline()
    }

    /// The name of the step where it began.
    pub fn step(&self) -> &str {
        self.ending.name()
    }

    /// The status of that step.
    pub fn status(&self) -> Status {
        self.ending.state.status()
    }

    /// Why that step did not succeed.
    pub fn cause(&self) -> Option<Cause> {
        self.ending.state.cause()
    }

    /// The error of that step.
    pub fn error(&self) -> Option<StepError<&E>> {
        self.ending.error()
    }

    /// The error that the step itself last returned, and the number of the attempt that did: the same as
    /// [`StepResult::own_error`](crate::StepResult::own_error).
    pub fn own_error(&self) -> Option<(u32, &E)> {
        self.ending.own_error()
    }

    /// The report's exit code.
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl<E: fmt::Display> fmt::Display for RunError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let became = if self.exit_code == 1 { "failed" } else { "was stopped" };
        write!(f, "pipeline `{}` {became} at `{}`", Name(self.pipeline()), Name(self.step()))?;
        self.ending.write_reason(f)
    }
}

impl<E: fmt::Debug> fmt::Debug for RunError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunError")
            .field("pipeline", &self.pipeline())
            .field("step", &self.step())
            .field("status", &self.status())
            .field("error", &self.error())
            .field("exit_code", &self.exit_code)
            .finish_non_exhaustive()
    }
}

impl<E: fmt::Debug + fmt::Display> Error for RunError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.ending.source()
    }
}
