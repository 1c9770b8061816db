//! Why a step did not succeed, in words.

#[cfg(any(feature = "alloc", feature = "macros"))]
use crate::diagram::StepNames;
use crate::{
    error::StepError,
    escape::{self, StepName},
};
use core::fmt;
#[cfg(not(feature = "alloc"))]
use rungs_scheduler::__private::Why;
use rungs_scheduler::{Cause, Status};
#[cfg(any(feature = "alloc", feature = "macros"))]
use rungs_scheduler::{StepId, StepState};

/// The steps of a [`Cause`] by name. Its `Display` is a few words, and so is its `defmt::Format`.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use rungs::{EventKind, NoClock, Origin, Pipeline};
///
/// let mut p = Pipeline::with_error("bring-up");
/// let rails = p.step("rails").run(|| async { Err::<(), _>("brown-out") });
/// let tilt = p.step("tilt").needs(rails).run(|_| async { Ok(()) });
/// p.step("frame").needs(tilt).run(|_| async { Ok(()) });
/// let mut origins = Vec::new();
/// let run = p.runner().on_event(|event| {
///     if let EventKind::Ended { origin: Some(origin), .. } = event.kind {
///         assert!(matches!(origin, Origin::Dependency { root: "rails", .. }));
///         origins.push(origin.to_string());
///     }
/// });
/// let report = futures_lite::future::block_on(run.run(&NoClock))?;
/// assert_eq!(origins, ["`rails` failed", "`rails` failed, through `tilt`"]);
/// assert_eq!(report.get("frame").unwrap().reason().unwrap().to_string(), origins[1]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin<'a> {
    /// Of a [`Cause::Dependency`].
    Dependency {
        /// Where it began.
        root: &'a str,
        /// The status of the root.
        status: Status,
        /// The step's own need through which it came, unless that is the root.
        via: Option<&'a str>,
    },
    /// Of a [`Cause::Blocked`].
    Blocked {
        /// The step whose attempt was given up.
        by: &'a str,
    },
    /// Of a [`Cause::Stopped`].
    Stopped {
        /// The step that failed.
        by: &'a str,
    },
}

#[cfg(any(feature = "alloc", feature = "macros"))]
impl<'a> Origin<'a> {
    pub(crate) fn of(cause: Cause, states: &[StepState], names: &'a dyn StepNames) -> Option<Self> {
        let status = match cause {
            Cause::Dependency { root, .. } => states.get(root.index()).map_or(Status::Pending, StepState::status),
            _ => Status::Pending,
        };
        Self::new(cause, status, names)
    }

    /// As [`of`](Self::of), where the status of the root is known.
    pub(crate) fn new(cause: Cause, status: Status, names: &'a dyn StepNames) -> Option<Self> {
        let name = |step: StepId| names.name(step);
        match cause {
            Cause::Dependency { root, via } => {
                Some(Self::Dependency { root: name(root), status, via: (via != root).then(|| name(via)) })
            }
            Cause::Blocked { by } => Some(Self::Blocked { by: name(by) }),
            Cause::Stopped { by } => Some(Self::Stopped { by: name(by) }),
            _ => None,
        }
    }
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Dependency { root, status, via } => {
                write!(f, "`{}` {}", StepName(root), verb(status))?;
                via.map_or(Ok(()), |via| write!(f, ", through `{}`", StepName(via)))
            }
            // Only spawned attempts are given up, and nothing is spawned without an allocator: the name is not worth its code.
            #[cfg(not(feature = "alloc"))]
            Self::Blocked { .. } => f.write_str(Why::Blocked.text()),
            #[cfg(feature = "alloc")]
            Self::Blocked { by } => write!(f, "`{}` was given up and still holds its resources", StepName(by)),
            Self::Stopped { by } => write!(f, "stopped after `{}` failed", StepName(by)),
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Origin<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        use crate::logged_name::LoggedName;
        match *self {
            Self::Dependency { root, status, via } => {
                defmt::write!(f, "`{}` {=str}", LoggedName(root), verb(status));
                if let Some(via) = via {
                    defmt::write!(f, ", through `{}`", LoggedName(via));
                }
            }
            Self::Blocked { by } => defmt::write!(f, "`{}` was given up and still holds its resources", LoggedName(by)),
            Self::Stopped { by } => defmt::write!(f, "stopped after `{}` failed", LoggedName(by)),
        }
    }
}

/// Logs a step's cause with its origin or its error, in the words of [`ReasonText`].
#[cfg(all(feature = "defmt", any(feature = "alloc", feature = "macros")))]
pub(crate) fn log(
    f: defmt::Formatter<'_>,
    status: Status,
    cause: Cause,
    origin: Option<Origin<'_>>,
    error: Option<impl defmt::Format>,
    earlier: Option<(u32, impl defmt::Format)>,
) {
    match (origin, &error) {
        (None, Some(error)) if status == Status::Failed => defmt::write!(f, "{}", error),
        (origin, error) => {
            match origin {
                Some(origin) => defmt::write!(f, "{}", origin),
                None => defmt::write!(f, "{}", cause),
            }
            match error {
                Some(last) if status == Status::Cancelled => defmt::write!(f, "; last error: {}", last),
                _ => return,
            }
        }
    }
    if let Some((attempt, earlier)) = earlier {
        defmt::write!(f, " (attempt {=u32}: {})", attempt, earlier);
    }
}

/// The end of a root, as a verb.
pub(crate) fn verb(status: Status) -> &'static str {
    match status {
        Status::Failed => "failed",
        Status::Cancelled => "was cancelled",
        _ => "was skipped",
    }
}

/// The error that a step itself last returned, where it is worth telling: the step ended with another.
pub(crate) fn earlier<E, O>(error: Option<&StepError<E>>, own_error: Option<O>) -> Option<O> {
    own_error.filter(|_| !matches!(error, None | Some(StepError::Failed(_))))
}

/// A step's cause with its origin and its errors, as text on one line.
pub(crate) struct ReasonText<'r> {
    pub(crate) status: Status,
    pub(crate) cause: Cause,
    pub(crate) origin: Option<Origin<'r>>,
    /// The error with which the step ended.
    pub(crate) error: Option<&'r dyn fmt::Display>,
    /// The error that an earlier attempt returned, if the step ended with another.
    pub(crate) earlier: Option<(u32, &'r dyn fmt::Display)>,
}

impl fmt::Display for ReasonText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match (self.origin, self.error) {
            (None, Some(error)) if self.status == Status::Failed => error,
            (origin, error) => {
                match origin {
                    Some(origin) => origin.fmt(f)?,
                    None => self.cause.fmt(f)?,
                }
                let Some(last) = error.filter(|_| self.status == Status::Cancelled) else { return Ok(()) };
                f.write_str("; last error: ")?;
                last
            }
        };
        escape::write_error(f, error)?;
        let Some((attempt, earlier)) = self.earlier else { return Ok(()) };
        write!(f, " (attempt {attempt}: ")?;
        escape::write_error(f, earlier)?;
        f.write_str(")")
    }
}
