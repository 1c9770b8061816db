//! Stops: draining, cancelling, and the stop pass that carries them out.

use super::{Action, Scheduler, Setup, StepId, cause::Why, step_state::Phase};
use crate::policy::OnFailure;

/// How a run is to be stopped from outside; see [`Scheduler::handle_stop`] and, for whole pipelines,
/// `CancelToken`.
///
/// ```
/// use rungs_scheduler::*;
/// use rungs_scheduler::{Config, Instant, Settings};
///
/// let free = Edges::new(&[0, 0], &[]);
/// let plan = Plan::new(free, free, &[Settings::DEFAULT], &[]);
/// let (mut states, mut ready) = ([StepState::default()], [0; StorageSize::ready_words(1)]);
/// let state = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
/// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, state, Instant::ZERO)?;
///
/// let step = StepId::new(0).unwrap();
/// assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Start(step)));
/// run.handle_stop(Stop::Cancel);
/// assert_eq!(run.poll_action(Instant::ZERO), Some(Action::Abandon(step)));
/// run.handle_outcome(step, Outcome::Abandoned, Instant::ZERO);
/// assert_eq!(run.state(step).unwrap().cause(), Some(Cause::Cancelled));
/// # Ok::<(), StorageTooSmall>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Stop {
    /// No ordinary step and no further attempt starts; attempts in flight end. What it stops has the cause
    /// [`Drained`](super::Cause::Drained).
    Drain,
    /// Attempts in flight are abandoned as well. A second one prevents clean-up steps too. What it stops has the cause
    /// [`Cancelled`](super::Cause::Cancelled); what a drain has ended before keeps its own.
    Cancel,
}

/// How far a stop goes: each does all that those before it do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    #[default]
    Nothing,
    /// Ordinary steps start no more.
    Starts,
    /// Ordinary attempts in flight are abandoned.
    Attempts,
    /// Both for clean-up steps too.
    CleanUp,
}

/// The stop as it stands.
#[derive(Debug)]
pub(super) struct Stopping {
    reach: Reach,
    why: Why,
    /// Whose failure it was, if it was one.
    pub(super) by: StepId,
    /// Cancels asked for from outside; the second reaches clean-up steps.
    cancels: u8,
    pub(super) deadline_noted: bool,
    /// The next step of the stop pass; beyond the last step when there is none.
    next: u32,
}

impl Default for Stopping {
    fn default() -> Self {
        Self { reach: Reach::Nothing, why: Why::None, by: StepId(0), cancels: 0, deadline_noted: false, next: u32::MAX }
    }
}

impl Stopping {
    /// A stop that reaches further takes the place of the one before, with its cause; any other changes nothing.
    fn extend(&mut self, reach: Reach, why: Why, by: StepId) {
        if reach > self.reach {
            self.reach = reach;
            self.why = why;
            self.by = by;
            self.next = 0;
        }
    }
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Stops the run from outside. Results that are already there count: report them first.
    ///
    /// The stop pass over all steps that follows is spread over [`poll_action`](Scheduler::poll_action). O(1), or O(V +
    /// E) if no attempt has come to anything but a success at once before.
    pub fn handle_stop(&mut self, stop: Stop) {
        if self.on_fast_path {
            self.leave_fast_path();
        }
        let (reach, why) = match stop {
            Stop::Drain => (Reach::Starts, Why::Drained),
            Stop::Cancel => {
                self.stopping.cancels = self.stopping.cancels.saturating_add(1);
                let reach = if self.stopping.cancels > 1 { Reach::CleanUp } else { Reach::Attempts };
                (reach, Why::Cancelled)
            }
        };
        self.stopping.extend(reach, why, StepId(0));
    }

    pub(super) fn stop_at_deadline(&mut self) {
        self.stopping.deadline_noted = true;
        self.stopping.extend(Reach::Attempts, Why::RunDeadline, StepId(0));
    }

    pub(super) fn stop_after_failure(&mut self, step: StepId) {
        if !S::REQUIREMENTS.stops {
            return;
        }
        let reach = match self.setup.config().on_failure {
            OnFailure::GoOn => Reach::Nothing,
            OnFailure::Drain => Reach::Starts,
            OnFailure::Cancel => Reach::Attempts,
        };
        self.stopping.extend(reach, Why::Stopped, step);
    }

    /// Why the step may not start an attempt, if so.
    pub(super) fn forbidden(&self, step: StepId) -> Option<Why> {
        if !S::REQUIREMENTS.stops || self.stopping.reach == Reach::Nothing {
            return None;
        }
        let least = if self.is_clean_up(step) { Reach::CleanUp } else { Reach::Starts };
        (self.stopping.reach >= least).then_some(self.stopping.why)
    }

    #[inline]
    pub(super) fn in_stop_pass(&self) -> bool {
        S::REQUIREMENTS.stops && (self.stopping.next as usize) < self.states.len()
    }

    /// Goes on through the steps, ends what a stop has reached and abandons what is in flight: one at a time.
    #[inline]
    pub(super) fn stop_pass(&mut self) -> Option<Action> {
        while self.in_stop_pass() {
            let step = StepId(self.stopping.next);
            self.stopping.next += 1;
            if let Some(why) = self.forbidden(step)
                && let Some(action) = self.stop_step(step, why)
            {
                return Some(action);
            }
        }
        None
    }

    fn stop_step(&mut self, step: StepId, why: Why) -> Option<Action> {
        let (reach, by) = (self.stopping.reach, self.stopping.by);
        let node = self.states.get_mut(step.index())?;
        match node.phase() {
            Phase::Waiting => self.end_stopped(step, Phase::Skipped, why, by),
            Phase::Ready | Phase::Backoff => {
                let was_ready = node.phase() == Phase::Ready;
                let phase = if node.has_started() { Phase::Cancelled } else { Phase::Skipped };
                self.timers.disarm(step, self.states);
                if was_ready {
                    self.withdraw(step);
                }
                self.end_stopped(step, phase, why, by);
            }
            Phase::Running if reach >= Reach::Attempts => {
                return self.cut_short(step, why, by, reach == Reach::CleanUp);
            }
            _ => return None,
        }
        Some(Action::Ended(step))
    }
}
