//! What happens, as it happens.

use crate::{
    error::StepError,
    reason::{Origin, Reason},
};
use core::fmt;
use rungs_scheduler::{Cause, Instant, Status, StepId};

/// Is told of every event of a run, in order. Any closure that takes an [`Event`] is one; `()` listens to nothing.
///
/// It is called between the steps of the run, so it should be quick, and its panic is the run's.
///
/// ```
/// use rungs::{Event, EventKind, NoClock, Observer, Pipeline};
///
/// #[derive(Default)]
/// struct Count(u32);
///
/// impl<E> Observer<E> for &mut Count {
///     fn notice(&mut self, event: &Event<'_, E>) {
///         if let EventKind::Started { .. } = event.kind {
///             self.0 += 1;
///         }
///     }
/// }
///
/// let mut p: Pipeline = Pipeline::new("counted");
/// p.step("one").run(|| async { Ok(()) });
/// p.step("two").run(|| async { Ok(()) });
/// let mut count = Count::default();
/// let report = futures_lite::future::block_on(p.runner().observe(&mut count).run(&NoClock))?;
/// assert!(report.is_success());
/// assert_eq!(count.0, 2);
/// # Ok::<(), rungs::PlanError>(())
/// ```
pub trait Observer<E> {
    /// Whether it wants to be told at all: false only for `()`, and then no event is made.
    const LISTENS: bool = true;

    /// Something kind.
    fn notice(&mut self, event: &Event<'_, E>);
}

impl<E> Observer<E> for () {
    const LISTENS: bool = false;

    #[inline]
    fn notice(&mut self, _: &Event<'_, E>) {}
}

impl<E, F: FnMut(&Event<'_, E>)> Observer<E> for F {
    fn notice(&mut self, event: &Event<'_, E>) {
        self(event);
    }
}

/// Something that kind to a step. Its `Display` is a line for a log.
///
/// ```
/// use rungs::{Event, NoClock, Pipeline};
///
/// let mut p = Pipeline::new("log");
/// p.step("lucky").retries(1).run_with(|cx| async move { if cx.attempt() == 1 { Err("unlucky") } else { Ok(()) } });
/// let bad = p.step("bad").run(|| async { Err::<(), _>("no") });
/// let next = p.step("next").skip_on_error().needs(bad).run(|_| async { Ok(()) });
/// p.step("last").needs(next).run(|_| async { Ok(()) });
/// let mut log = Vec::new();
/// let run = p.runner().observe(|event: &Event<'_, _>| log.push(event.to_string())).run(&NoClock);
/// assert_eq!(futures_lite::future::block_on(run)?.exit_code(), 1);
/// assert_eq!(log, [
///     "lucky: started",
///     "lucky: unlucky; again at once",
///     "lucky: attempt 2",
///     "lucky: success after retries",
///     "bad: started",
///     "bad: failed: no",
///     "next: skipped: `bad` failed",
///     "last: skipped: `bad` failed, through `next`",
/// ]);
/// # Ok::<(), rungs::PlanError>(())
/// ```
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Event<'a, E> {
    /// The step.
    pub step: StepId,
    /// Its name.
    pub name: &'a str,
    /// When, by the run's timer.
    pub at: Instant,
    /// What.
    pub kind: EventKind<'a, E>,
}

/// What kind to a step.
///
/// [`Observer`] and [`Origin`] have examples.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EventKind<'a, E> {
    /// An attempt begins.
    Started {
        /// Which, from 1.
        attempt: u32,
    },
    /// An attempt failed, and another will follow.
    Retrying {
        /// Why it failed.
        error: &'a StepError<E>,
        /// Not before this.
        next: Instant,
    },
    /// The step has ended.
    Ended {
        /// What has become of it.
        status: Status,
        /// Why it did not succeed.
        cause: Option<Cause>,
        /// The steps of that cause by name, if it has any.
        origin: Option<Origin<'a>>,
        /// How many attempts there were.
        attempts: u32,
        /// Its error: of a cancelled step, the last attempt's.
        error: Option<&'a StepError<E>>,
    },
}

impl<E: fmt::Display> fmt::Display for Event<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.kind {
            EventKind::Started { attempt: 1 } => f.write_str("started"),
            EventKind::Started { attempt } => write!(f, "attempt {attempt}"),
            EventKind::Retrying { error, next } if *next > self.at => {
                write!(f, "{error}; again in {:?}", *next - self.at)
            }
            EventKind::Retrying { error, .. } => write!(f, "{error}; again at once"),
            EventKind::Ended { status: Status::Success, attempts: 2.., .. } => f.write_str("success after retries"),
            &EventKind::Ended { status, cause: Some(cause), origin, error, .. } => {
                let error = error.map(|error| error as &dyn fmt::Display);
                write!(f, "{status}: {}", Reason { status, cause, origin, error })
            }
            EventKind::Ended { status, .. } => write!(f, "{status}"),
        }
    }
}
