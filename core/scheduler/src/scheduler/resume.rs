//! Runs that begin with steps that have ended: given results, steps that are left out, steps whose check has failed.

use super::{
    DynamicSetup, Given, Outcome, Scheduler, Setup, StepId, Storage, StorageTooSmall,
    cause::Why,
    step_state::{Phase, StepState},
};
use crate::{
    plan::{Numbering, Plan},
    policy::{Config, Retry},
    time::Instant,
};

impl<'a> Scheduler<'a> {
    /// Begins a run at `now` in which these steps have ended already; of a step that is named twice, the first counts.
    ///
    /// Each of them ends without an attempt, by an [`Action::Ended`](super::Action::Ended) of its own: in the order in which they
    /// are named, before any step starts, and whatever their needs are. What depends on them is told as of any other end. A step
    /// that is given can be told from one of this run: see [`StepState::is_given`].
    ///
    /// O(V + E), beside what [`new`](Self::new) costs.
    ///
    /// ```
    /// use rungs_scheduler::*;
    ///
    /// // A chain of two steps, the first of which has a result from before.
    /// let [first, second] = [0, 1].map(|step| StepId::new(step).unwrap());
    /// let (needs, dependents) = ([Need::result(first)], [Need::result(second)]);
    /// let (needs, dependents) = (Edges::new(&[0, 0, 1], &needs), Edges::new(&[0, 1, 1], &dependents));
    /// let plan = Plan::new(needs, dependents, &[Settings::DEFAULT], &[]);
    /// let (mut states, mut ready) = ([StepState::NEW; 2], [0; StorageSize::ready_words(2)]);
    /// let storage = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
    /// let given = [(first, Given::Success)];
    /// let now = Instant::ZERO;
    /// let mut run = Scheduler::resume(plan, Numbering::default(), Config::DEFAULT, storage, now, given)?;
    ///
    /// assert_eq!(run.poll_action(now), Some(Action::Ended(first)));
    /// assert_eq!(run.poll_action(now), Some(Action::Start(second)));
    /// let state = run.state(first).unwrap();
    /// assert_eq!((state.status(), state.attempts(), state.is_given()), (Status::Success, 0, true));
    /// # Ok::<(), StorageTooSmall>(())
    /// ```
    ///
    /// # Errors
    /// The storage is too small.
    pub fn resume(
        plan: Plan<'a>,
        numbering: Numbering<'a>,
        config: Config,
        storage: Storage<'a>,
        now: Instant,
        given: impl IntoIterator<Item = (StepId, Given)>,
    ) -> Result<Self, StorageTooSmall> {
        Self::resume_with(DynamicSetup { plan, numbering, config }, storage, now, given)
    }
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// As [`resume`](Scheduler::resume), with any [`Setup`] that requires [`given`](super::Requirements::given).
    ///
    /// # Errors
    /// The storage is too small.
    pub fn resume_with(
        setup: S,
        storage: Storage<'a>,
        now: Instant,
        given: impl IntoIterator<Item = (StepId, Given)>,
    ) -> Result<Self, StorageTooSmall> {
        storage.states.fill(StepState::NEW);
        let mut scheduler = Self::not_begun(setup, storage, now, 0)?;
        scheduler.begin_given(given);
        Ok(scheduler)
    }

    /// As [`begin`](Self::begin), where these steps have ended before.
    #[doc(hidden)]
    pub fn begin_given(&mut self, given: impl IntoIterator<Item = (StepId, Given)>) {
        // Before the run begins, so that none of them is made ready.
        given.into_iter().for_each(|(step, given)| self.give(step, given));
        self.begin();
        if self.on_fast_path && self.has_doomed() {
            self.leave_fast_path();
        }
    }

    /// Ends a step that was told to start, as one that has ended before the run. For drivers whose steps rely on their order, which
    /// runs that [resume](Scheduler::resume) do not keep: there a given step ends before those that it needs.
    #[doc(hidden)]
    pub fn end_as_given(&mut self, step: StepId, given: Given, now: Instant) {
        self.handle_outcome(step, given.as_outcome(), now);
        if let Some(state) = self.states.get_mut(step.index()) {
            // Without the attempt: it has no body, and no start.
            state.take_start_back();
            match given {
                Given::Success => state.succeed(now),
                Given::SkippedItself => state.end(Phase::Skipped, Why::SkippedItself, step, now),
                Given::NotSelected => state.end(Phase::Skipped, Why::NotSelected, step, now),
                Given::UpToDate => state.end(Phase::Skipped, Why::UpToDate, step, now),
                Given::Failed => state.end(Phase::Failed, Why::Failed, step, now),
                Given::Panicked => state.end(Phase::Failed, Why::Panicked, step, now),
                Given::TimedOut => state.end(Phase::Failed, Why::TimedOut, step, now),
            }
        }
    }

    /// As [`end_as_given`](Self::end_as_given), for a step that ended without a start: one that was not needed is up to date, if its
    /// needs are.
    #[doc(hidden)]
    pub fn rename_not_needed(&mut self, step: StepId, given: Given) {
        if let Some(state) = self.states.get_mut(step.index())
            && (given, state.why()) == (Given::UpToDate, Why::NotNeeded)
        {
            state.end(Phase::Skipped, Why::UpToDate, step, self.now);
        }
    }

    /// A given step is doomed from the beginning: it ends when the scheduler is next asked.
    fn give(&mut self, step: StepId, given: Given) {
        if self.states.get(step.index()).is_some_and(|state| state.phase() == Phase::Waiting) {
            self.doom(step, 0);
        }
        if let Some(state) = self.states.get_mut(step.index())
            && state.given().is_none()
        {
            state.set_given(given);
        }
    }

    /// Ends a step that was given.
    #[cold]
    pub(super) fn end_given(&mut self, step: StepId, given: Given) {
        match given {
            Given::Success => self.succeed(step),
            Given::SkippedItself => self.skip_harmlessly(step, Why::SkippedItself),
            Given::NotSelected => self.skip_harmlessly(step, Why::NotSelected),
            Given::UpToDate => self.skip_harmlessly(step, Why::UpToDate),
            Given::Failed => self.fail(step, Why::Failed),
            Given::Panicked => self.fail(step, Why::Panicked),
            Given::TimedOut => self.fail_check_that_took_too_long(step),
        }
    }

    fn fail_check_that_took_too_long(&mut self, step: StepId) {
        if let Some(state) = self.states.get_mut(step.index()) {
            state.set(super::step_state::TIMED_OUT_LAST);
        }
        self.fail(step, Why::TimedOut);
    }
}

impl Given {
    /// What it is to those that wait for the step. What is left out ends as a success does, since only steps need it that have
    /// ended as well.
    const fn as_outcome(self) -> Outcome {
        match self {
            Self::Success | Self::NotSelected | Self::UpToDate => Outcome::Success,
            Self::SkippedItself => Outcome::SkippedItself,
            Self::Failed | Self::Panicked | Self::TimedOut => Outcome::Failed(Retry::No),
        }
    }
}

impl StepState {
    /// Whether the step succeeded or skipped itself before the run, and was given to it; see
    /// [`Scheduler::resume`]. It has no attempt and no start.
    pub fn is_given(&self) -> bool {
        let is_done = match self.phase() {
            Phase::Success => true,
            Phase::Skipped => self.why() == Why::SkippedItself,
            _ => false,
        };
        is_done && !self.has_started()
    }
}
