//! Events of a run.

use crate::{
    diagram::StepNames,
    error::StepError,
    escape::{StepName, write_error},
    reason::{Origin, ReasonText, earlier},
};
#[cfg(feature = "alloc")]
use crate::{
    escape::{Escape, Name},
    steps::Emitted,
};
use core::{fmt, time::Duration};
#[cfg(any(feature = "alloc", feature = "macros"))]
use rungs_scheduler::StepState;
use rungs_scheduler::{__private::AttemptCount, Cause, Config, Instant, Plan, Status, StepId};

/// Something that happened to a run or to one of its steps. Its `Display` is a line for a log, whatever names and errors
/// contain: line breaks, control characters and the like are escaped.
///
/// ```
/// use rungs::{NoClock, Pipeline};
///
/// let mut p = Pipeline::with_error("log");
/// p.step("lucky").retries(1).run_with(|cx| async move { if cx.attempt() == 1 { Err("unlucky") } else { Ok(()) } });
/// let bad = p.step("bad").run(|| async { Err::<(), _>("no") });
/// let next = p.step("next").skip_on_error().needs(bad).run(|_| async { Ok(()) });
/// p.step("last").needs(next).run(|_| async { Ok(()) });
/// let mut log = Vec::new();
/// let run = p.runner().on_event(|event| log.push(event.to_string())).run(&NoClock);
/// assert_eq!(futures_lite::future::block_on(run)?.exit_code(), 1);
/// assert_eq!(log, [
///     "log: run started: 4 steps",
///     "lucky: started",
///     "bad: started",
///     "bad: failed: no",
///     "next: skipped: `bad` failed",
///     "last: skipped: `bad` failed, through `next`",
///     "lucky: unlucky; again at once",
///     "lucky: attempt 2",
///     "lucky: success after retries",
///     "log: run ended: 1 success, 1 failed, 2 skipped, exit code 1",
/// ]);
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Event<'a, E> {
    /// When, by the run's timer.
    pub at: Instant,
    /// The step; none for the run's own start and end.
    pub step: Option<StepId>,
    /// The step's name; the pipeline's for the run's own start and end.
    pub name: &'a str,
    /// The attempt, from 1. For the end of a step it is the last one; 0 if there was none, as of a given step.
    pub attempt: u32,
    /// What happened.
    pub kind: EventKind<'a, E>,
}

/// What happened.
///
/// [`Observer`](crate::Observer) and [`Origin`] have examples.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EventKind<'a, E> {
    /// The run begins. It comes before all else.
    RunStarted(RunInfo<'a>),
    /// A result of the step is stored, and not used: the step runs again.
    #[cfg(feature = "postcard")]
    Outdated(Outdated),
    /// An attempt begins.
    Started,
    /// The step could start but for a permit of [`max_concurrent`](crate::Runner::max_concurrent) or a resource, its pipeline's
    /// or a [shared](crate::SharedResource) one. Its attempt begins when all that it uses is free; it has not begun before.
    /// It is told once, and again where the step then lacks a shared resource.
    ///
    /// A `#[pipeline]` does not tell it.
    #[cfg(feature = "alloc")]
    Waiting {
        /// The resource by name; of several shared ones, the one that is lacking longest. `None` if it lacks a permit alone.
        resource: Option<&'a str>,
        /// For starts: not before this. `None` if attempts that are in flight hold what it lacks.
        until: Option<Instant>,
    },
    /// The step tells something while its attempt is in flight, by [`StepCx::emit`](crate::StepCx::emit).
    #[cfg(feature = "alloc")]
    Emitted(&'a Emitted),
    /// An attempt failed, and another will follow.
    Retrying {
        /// Why it failed.
        error: &'a StepError<E>,
        /// Not before this.
        next: Instant,
    },
    /// The step has ended.
    Ended {
        /// How it ended.
        status: Status,
        /// Why it did not succeed.
        cause: Option<Cause>,
        /// The steps of that cause by name, if it has any.
        origin: Option<Origin<'a>>,
        /// Its error: of a cancelled step, the last attempt's.
        error: Option<&'a StepError<E>>,
        /// The error that the step itself last returned, and the number of the attempt that did, unless it succeeded.
        own_error: Option<(u32, &'a E)>,
    },
    /// All steps have ended, and so has the run.
    RunEnded {
        /// How many steps ended with each status.
        counts: Counts,
        /// As the report will have it.
        exit_code: u8,
    },
}

/// Why a stored result is not used in a run of a `#[pipeline]`.
///
/// ```
/// assert_eq!(rungs::Outdated::Unreadable.to_string(), "its stored result cannot be read");
/// ```
#[cfg(feature = "postcard")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outdated {
    /// The step has changed since, or one that it needs.
    Changed,
    /// It cannot be read as a result of the step.
    Unreadable,
}

#[cfg(feature = "postcard")]
impl fmt::Display for Outdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Changed => "it has changed since its result was stored, or a step that it needs has",
            Self::Unreadable => "its stored result cannot be read",
        })
    }
}

/// What a run is about to do: its steps and its limits.
///
/// ```
/// use std::time::Duration;
/// use rungs::{EventKind, NoClock, Pipeline};
///
/// let mut p = Pipeline::new("limited");
/// let a = p.step("a").run(|| async { Ok(()) });
/// p.step("b").needs(a).run(|_| async { Ok(()) });
/// let mut seen = None;
/// let run = p.runner().max_concurrent(1).on_event(|event| {
///     if let EventKind::RunStarted(run) = &event.kind {
///         let names: Vec<_> = run.names().map(String::from).collect();
///         seen = Some((names, run.max_concurrent(), run.deadline()));
///     }
/// });
/// assert!(futures_lite::future::block_on(run.run(&NoClock))?.is_success());
/// assert_eq!(seen, Some((vec!["a".into(), "b".into()], Some(1), None)));
/// # Ok::<(), rungs::PipelineError>(())
/// ```
#[derive(Clone, Copy)]
pub struct RunInfo<'a> {
    pub(crate) names: &'a dyn StepNames,
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) config: &'a Config,
}

impl<'a> RunInfo<'a> {
    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.plan.len()
    }

    /// Whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of all steps, in the order of declaration.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let names = self.names;
        (0..self.plan.len() as u32).map(move |step| names.name(StepId::from_number(step)))
    }

    /// What the steps need, and their settings.
    pub fn plan(&self) -> &'a Plan<'a> {
        self.plan
    }

    /// The most attempts that may be in flight at once, if there is a limit.
    pub fn max_concurrent(&self) -> Option<u32> {
        self.config.get_max_concurrent()
    }

    /// How long the run may take, if there is a limit.
    pub fn deadline(&self) -> Option<Duration> {
        self.config.get_deadline()
    }
}

impl fmt::Debug for RunInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, config, .. } = self;
        f.debug_struct("RunInfo").field("steps", &plan.len()).field("config", config).finish_non_exhaustive()
    }
}

impl fmt::Display for RunInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.len();
        write!(f, "{steps} step{}", if steps == 1 { "" } else { "s" })?;
        self.max_concurrent().map_or(Ok(()), |limit| write!(f, ", at most {limit} at once"))?;
        self.deadline().map_or(Ok(()), |limit| write!(f, ", at most {limit:?}"))
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for RunInfo<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=usize} steps", self.len());
        if let Some(limit) = self.max_concurrent() {
            defmt::write!(f, ", at most {=u32} at once", limit);
        }
        if let Some(limit) = self.deadline() {
            defmt::write!(f, ", at most {}", Instant::ZERO + limit);
        }
    }
}

/// How many steps ended with each status. Its `Display` leaves out statuses with no steps.
///
/// [`Event`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// [`Status::Success`].
    pub success: u32,
    /// [`Status::Failed`].
    pub failed: u32,
    /// Of these, the steps that failed only because a need did.
    pub for_need: u32,
    /// [`Status::Skipped`].
    pub skipped: u32,
    /// [`Status::Cancelled`].
    pub cancelled: u32,
    /// What stopped the run, if a step did not succeed for that. Of several stops it is not the drain.
    pub stop: Option<Cause>,
}

#[cfg(any(feature = "alloc", feature = "macros"))]
impl Counts {
    pub(crate) fn of(states: &[StepState]) -> Self {
        let mut counts = Self::default();
        for state in states {
            match state.cause() {
                Some(Cause::Dependency { .. }) => counts.for_need += u32::from(state.status() == Status::Failed),
                Some(stop) if stop.is_stop() && matches!(counts.stop, None | Some(Cause::Drained)) => {
                    counts.stop = Some(stop);
                }
                _ => {}
            }
            match state.status() {
                Status::Success => counts.success += 1,
                Status::Failed => counts.failed += 1,
                Status::Skipped => counts.skipped += 1,
                Status::Cancelled => counts.cancelled += 1,
                // Pending or running: no step is, once the run has ended.
                _ => {}
            }
        }
        counts
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { success, failed, for_need, skipped, cancelled, .. } = *self;
        let rows = [
            (success, "success"),
            (failed - for_need.min(failed), "failed"),
            (for_need, "more for a failed need"),
            (skipped, "skipped"),
            (cancelled, "cancelled"),
        ];
        let mut comma = "";
        for (count, what) in rows.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{comma}{count} {what}")?;
            comma = ", ";
        }
        // A run without steps.
        if comma.is_empty() { f.write_str("nothing to do") } else { Ok(()) }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Counts {
    fn format(&self, f: defmt::Formatter<'_>) {
        let Self { success, failed, for_need, skipped, cancelled, .. } = *self;
        defmt::write!(f, "{=u32} success, {=u32} failed, ", success, failed - for_need.min(failed));
        if for_need > 0 {
            defmt::write!(f, "{=u32} more for a failed need, ", for_need);
        }
        defmt::write!(f, "{=u32} skipped, {=u32} cancelled", skipped, cancelled);
    }
}

impl<E: fmt::Display> fmt::Display for Event<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", StepName(self.name))?;
        match &self.kind {
            EventKind::RunStarted(run) => write!(f, "run started: {run}"),
            #[cfg(feature = "postcard")]
            EventKind::Outdated(outdated) => write!(f, "runs again: {outdated}"),
            EventKind::Started if self.attempt == 1 => f.write_str("started"),
            EventKind::Started => write!(f, "attempt {}", AttemptCount(self.attempt)),
            #[cfg(feature = "alloc")]
            EventKind::Emitted(value) => fmt::Write::write_fmt(&mut Escape(f), format_args!("{value}")),
            #[cfg(feature = "alloc")]
            EventKind::Waiting { resource, until } => {
                if self.attempt > 1 {
                    write!(f, "attempt {} ", AttemptCount(self.attempt))?;
                }
                match resource {
                    Some(resource) => write!(f, "waits for `{}`", Name(resource))?,
                    None => f.write_str("waits for a permit")?,
                }
                until.map_or(Ok(()), |until| write!(f, ", at least {:?}", until - self.at))
            }
            EventKind::Retrying { error, next } => {
                write_error(f, error)?;
                match *next > self.at {
                    true => write!(f, "; again in {:?}", *next - self.at),
                    false => f.write_str("; again at once"),
                }
            }
            EventKind::Ended { status: Status::Success, .. } if self.attempt != 1 => {
                f.write_str(if self.attempt == 0 { "success, given" } else { "success after retries" })
            }
            &EventKind::Ended { status, cause: Some(cause), origin, error, own_error } => {
                match self.attempt {
                    0 | 1 => write!(f, "{status}: ")?,
                    attempts => write!(f, "{status} after {} attempts: ", AttemptCount(attempts))?,
                }
                let earlier = earlier(error, own_error);
                let reason = ReasonText {
                    status,
                    cause,
                    origin,
                    error: error.map(|error| error as &dyn fmt::Display),
                    earlier: earlier.map(|(attempt, error)| (attempt, error as &dyn fmt::Display)),
                };
                reason.fmt(f)
            }
            EventKind::Ended { status, .. } => write!(f, "{status}"),
            EventKind::RunEnded { counts, exit_code } => {
                write!(f, "run ended: {counts}, exit code {exit_code}")?;
                counts.stop.map_or(Ok(()), |stop| write!(f, "; {stop}"))
            }
        }
    }
}
