//! What a scheduler and whoever drives it say to each other.

use crate::{plan::StepId, policy::Retry, time::Instant};

/// What to do next.
///
/// [`Scheduler`](super::Scheduler) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Action {
    /// Begin an attempt of this step.
    Start(StepId),
    /// Make the attempt in flight end, and confirm it with [`Outcome::Abandoned`]. If it turns out that it has just come
    /// to a result, say that instead: it counts.
    Abandon(StepId),
    /// Nothing: the step has ended without an outcome of its own, as [`Scheduler::node`](super::Scheduler::node) tells.
    Ended(StepId),
}

/// What came of an attempt.
///
/// [`Scheduler`](super::Scheduler) and [`Verdict`] have examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// A result.
    Success,
    /// An error, and whether another attempt makes sense.
    Failed(Retry),
    /// A panic: never tried again.
    Panicked,
    /// No result, and it runs no more. Unasked, it means that whoever ran the attempt has lost it.
    Abandoned,
}

/// What an outcome led to.
///
/// A step that is tried again after a second:
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::*;
/// use rungs_scheduler::{Backoff, Config, Instant, Retry, Settings};
///
/// let settings = [Settings::DEFAULT.retries(1).backoff(Backoff::fixed(Duration::from_secs(1)))];
/// let free = Edges::new(&[0, 0], &[]);
/// let plan = Plan::new(free, free, &settings, &[]);
/// let (mut states, mut ready, mut timers) = ([StepState::default()], [0; StorageSize::ready_words(1)], [TimerEntry::default()]);
/// let state = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
/// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, state, Instant::ZERO)?;
///
/// let step = StepId::new(0).unwrap();
/// let (now, later) = (Instant::ZERO, Instant::ZERO + Duration::from_secs(1));
/// assert_eq!(run.poll_action(now), Some(Action::Start(step)));
/// assert_eq!(run.handle_outcome(step, Outcome::Failed(Retry::Yes), now), Verdict::Retry(later));
/// assert_eq!((run.poll_action(now), run.poll_deadline()), (None, Some(later)));
/// assert_eq!(run.poll_action(later), Some(Action::Start(step)));
/// assert_eq!(run.handle_outcome(step, Outcome::Failed(Retry::Yes), later), Verdict::Ended);
/// assert_eq!(run.handle_outcome(step, Outcome::Success, later), Verdict::Ignored);
/// let node = run.state(step).unwrap();
/// assert_eq!((node.status(), node.cause(), node.attempts()), (Status::Failed, Some(Cause::Failed), 2));
/// # Ok::<(), StorageTooSmall>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// The step has ended, as [`Scheduler::node`](super::Scheduler::node) tells.
    Ended,
    /// Another attempt will start, not before this.
    Retry(Instant),
    /// No attempt of this step was in flight: nothing has changed.
    Ignored,
}
