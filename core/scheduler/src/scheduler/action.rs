//! The messages between a scheduler and its driver: actions, outcomes and verdicts.

use crate::{plan::StepId, policy::Retry, time::Instant};

/// What the driver is to do next. A driver cannot pass over an action that it does not know, so this enum is exhaustive: a new
/// action is a breaking change.
///
/// [`Scheduler`](super::Scheduler) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Action {
    /// Start an attempt of this step.
    Start(StepId),
    /// Make the attempt in flight end, and confirm it with [`Outcome::Abandoned`]. If the attempt has produced a result
    /// in the meantime, report the result instead: it counts.
    ///
    /// For a step with [`Settings::never_cancel`](crate::Settings::never_cancel) this comes of a second cancel only, and asks
    /// no attempt to end: give one up that can go on without the run, with [`Outcome::GivenUp`], and let any other go on.
    Abandon(StepId),
    /// Nothing is to be done: the step has ended without an outcome of its own.
    /// [`Scheduler::state`](super::Scheduler::state) has its status and cause.
    ///
    /// If the state [is still running](super::StepState::is_still_running), the attempt in flight was given up: the driver
    /// no longer waits for it. If it ends before the run does, report that, so that its resources are free again.
    Ended(StepId),
}

/// How an attempt ended.
///
/// [`Scheduler`](super::Scheduler) and [`Verdict`] have examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It returned a result.
    Success,
    /// It returned an error; `Retry` tells whether another attempt makes sense.
    Failed(Retry),
    /// It found that its step has nothing to do: the step is skipped by itself. That is an end and no failure. Steps that need
    /// its result are skipped in turn.
    ///
    /// ```
    /// use rungs_scheduler::*;
    ///
    /// // Of two branches one is taken; the join needs both.
    /// let [left, right, join] = [0, 1, 2].map(|step| StepId::new(step).unwrap());
    /// let (needs, dependents) = ([Need::result(left), Need::result(right)], [Need::result(join), Need::result(join)]);
    /// let (needs, dependents) = (Edges::new(&[0, 0, 0, 2], &needs), Edges::new(&[0, 1, 2, 2], &dependents));
    /// let settings = [Settings::DEFAULT, Settings::DEFAULT.when(When::NoneFailed)];
    /// let plan = Plan::new(needs, dependents, &settings, &[0, 0, 1]);
    /// let (mut states, mut ready) = ([StepState::NEW; 3], [0; StorageSize::ready_words(3)]);
    /// let storage = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
    /// let mut run = Scheduler::new(plan, Numbering::declared(&plan), Config::DEFAULT, storage, Instant::ZERO)?;
    ///
    /// let now = Instant::ZERO;
    /// for (branch, outcome) in [(left, Outcome::SkippedItself), (right, Outcome::Success)] {
    ///     assert_eq!(run.poll_action(now), Some(Action::Start(branch)));
    ///     assert_eq!(run.handle_outcome(branch, outcome, now), Verdict::Ended);
    /// }
    /// assert_eq!(run.poll_action(now), Some(Action::Start(join)));
    /// let left = run.state(left).unwrap();
    /// assert_eq!((left.status(), left.cause(), left.attempts()), (Status::Skipped, Some(Cause::SkippedItself), 1));
    /// # Ok::<(), StorageTooSmall>(())
    /// ```
    SkippedItself,
    /// It panicked; the step is not retried.
    Panicked,
    /// It goes on, and the driver no longer waits for it: an answer to [`Action::Abandon`]. The step ends with the cause of the
    /// request, is not retried, and [is still running](super::StepState::is_still_running). As after a
    /// [grace](crate::Config::grace), a later outcome frees its resources. Without a request before it counts as
    /// [`Abandoned`](Self::Abandoned).
    ///
    /// ```
    /// use rungs_scheduler::*;
    ///
    /// let (free, settings) = (Edges::new(&[0, 0], &[]), [Settings::DEFAULT.never_cancel()]);
    /// let plan = Plan::new(free, free, &settings, &[]);
    /// let (mut states, mut ready) = ([StepState::NEW], [0; StorageSize::ready_words(1)]);
    /// let storage = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
    /// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, storage, Instant::ZERO)?;
    ///
    /// let (step, now) = (StepId::new(0).unwrap(), Instant::ZERO);
    /// assert_eq!(run.poll_action(now), Some(Action::Start(step)));
    /// run.handle_stop(Stop::Cancel);
    /// assert_eq!(run.poll_action(now), None); // it goes on
    /// run.handle_stop(Stop::Cancel);
    /// assert_eq!(run.poll_action(now), Some(Action::Abandon(step)));
    /// assert_eq!(run.handle_outcome(step, Outcome::GivenUp, now), Verdict::Ended);
    /// let state = run.state(step).unwrap();
    /// assert_eq!((state.cause(), state.is_still_running()), (Some(Cause::Cancelled), true));
    /// # Ok::<(), StorageTooSmall>(())
    /// ```
    GivenUp,
    /// It no longer runs and has no result. Without an [`Action::Abandon`] before, its executor has dropped it.
    Abandoned,
}

/// What the scheduler makes of an outcome.
///
/// A step that is retried after one second:
///
/// ```
/// use core::time::Duration;
/// use rungs_scheduler::*;
///
/// let settings = [Settings::DEFAULT.retries(1).backoff(Backoff::fixed(Duration::from_secs(1)))];
/// let free = Edges::new(&[0, 0], &[]);
/// let plan = Plan::new(free, free, &settings, &[]);
/// let (mut states, mut ready, mut timers) = ([StepState::default()], [0; StorageSize::ready_words(1)], [TimerEntry::default()]);
/// let storage = Storage { states: &mut states, ready: &mut ready, timers: &mut timers, ..Storage::default() };
/// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, storage, Instant::ZERO)?;
///
/// let step = StepId::new(0).unwrap();
/// let (now, later) = (Instant::ZERO, Instant::ZERO + Duration::from_secs(1));
/// assert_eq!(run.poll_action(now), Some(Action::Start(step)));
/// assert_eq!(run.handle_outcome(step, Outcome::Failed(Retry::Yes), now), Verdict::Retry(later));
/// assert_eq!((run.poll_action(now), run.poll_deadline()), (None, Some(later)));
/// assert_eq!(run.poll_action(later), Some(Action::Start(step)));
/// assert_eq!(run.handle_outcome(step, Outcome::Failed(Retry::Yes), later), Verdict::Ended);
/// assert_eq!(run.handle_outcome(step, Outcome::Success, later), Verdict::Ignored);
/// let state = run.state(step).unwrap();
/// assert_eq!((state.status(), state.cause(), state.attempts()), (Status::Failed, Some(Cause::Failed), 2));
/// # Ok::<(), StorageTooSmall>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// The step has ended; [`Scheduler::state`](super::Scheduler::state) has its status and cause.
    Ended,
    /// Another attempt will start, at this time or later.
    Retry(Instant),
    /// No attempt of this step was in flight. If one was given up before, this was its end: its resources are free, and
    /// its result is to be dropped. Otherwise nothing has changed.
    Ignored,
}
