//! The scheduler alone: a state machine without a clock, futures or a heap, for drivers of any kind.
//!
//! [`Scheduler::poll_action`] returns what to do next, [`Scheduler::handle_outcome`] takes the outcome of an attempt,
//! and [`Scheduler::poll_deadline`] returns when to ask again even if nothing happens. Time goes in as data.

mod action;
mod after_all;
mod attempt_count;
mod bits;
mod cause;
mod ends;
mod expired;
mod fast_path;
mod given;
mod grace;
mod lacking;
mod outcomes;
mod put_off;
mod queues;
mod ready;
mod resume;
mod setup;
mod start;
mod status;
mod step_state;
mod stop;
mod storage;
mod timers;
mod tournament;

pub use action::{Action, Outcome, Verdict};
pub use attempt_count::AttemptCount;
pub use cause::{Cause, Why};
pub use fast_path::allows_fast_path;
pub use given::Given;
pub use lacking::LackingStep;
pub use setup::{DynamicSetup, Requirements, Setup};
pub use status::Status;
pub use step_state::StepState;
pub use stop::Stop;
pub use storage::{Storage, StorageSize, StorageTooSmall};
pub use timers::TimerEntry;

use crate::{
    plan::{Numbering, Plan, StepId},
    policy::Config,
    time::Instant,
};
use ready::Ready;
use stop::Stopping;
use timers::Timers;

/// No step, as the number of one that is doomed; [`Plan::MAX_STEPS`] is below it.
const NONE_DOOMED: u32 = u32::MAX;

/// A run of a plan.
///
/// A chain of two steps, driven by hand:
///
/// ```
/// use rungs_scheduler::*;
///
/// let zero = StepId::new(0).unwrap();
/// let one = StepId::new(1).unwrap();
/// let (needs, starts) = ([Need::result(zero)], [0, 0, 1]);
/// let (mut up, mut list) = ([0; 3], [Need::result(zero)]);
/// invert(Edges::new(&starts, &needs), &mut up, &mut list);
/// let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &[Settings::DEFAULT], &[]);
///
/// let (mut states, mut ready) = ([StepState::default(); 2], [0; StorageSize::ready_words(2)]);
/// let storage = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
/// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, storage, Instant::ZERO)?;
///
/// let now = Instant::ZERO;
/// assert_eq!(run.poll_action(now), Some(Action::Start(zero)));
/// assert_eq!(run.poll_action(now), None); // until something happens
/// run.handle_outcome(zero, Outcome::Success, now);
/// assert_eq!(run.poll_action(now), Some(Action::Start(one)));
/// run.handle_outcome(one, Outcome::Success, now);
/// assert!(run.has_ended());
/// # Ok::<(), StorageTooSmall>(())
/// ```
#[derive(Debug)]
pub struct Scheduler<'a, S = DynamicSetup<'a>> {
    setup: S,
    states: &'a mut [StepState],
    ready: Ready<'a>,
    timers: Timers<'a>,
    free: &'a mut [u32],
    open: &'a mut [u32],
    /// The lowest level in which a step has not ended.
    level: u32,
    in_flight: u32,
    /// Attempts that were given up and have not ended since.
    still_running: u32,
    ended: u32,
    /// The queue of doomed steps, linked through their states: its first step, or `NONE_DOOMED`.
    doomed_first: u32,
    doomed_last: u32,
    run_deadline: Instant,
    /// The time of the last call.
    now: Instant,
    /// Whether no step has timers or resources and there are no levels: then little is to be done at an end.
    is_plain: bool,
    /// Whether some step may end without a start though no need has doomed it: see `is_refused`.
    may_refuse: bool,
    /// The first step that has not ended, once the run has left the fast path; kept only for steps that need all before them,
    /// see `after_all.rs`.
    first_open: u32,
    /// The first step whose end has doomed the joins among those.
    first_wrong: u32,
    /// Whether all steps so far have succeeded in the order of the priorities: see `fast_path.rs`.
    on_fast_path: bool,
    stopping: Stopping,
}

impl<'a> Scheduler<'a> {
    /// Begins a run at `now`. The plan must not have a cycle (the steps of a cycle would never start), and the
    /// numbering must be one of this plan. O(V).
    ///
    /// # Errors
    /// The storage is too small.
    pub fn new(
        plan: Plan<'a>,
        numbering: Numbering<'a>,
        config: Config,
        storage: Storage<'a>,
        now: Instant,
    ) -> Result<Self, StorageTooSmall> {
        Self::with(DynamicSetup { plan, numbering, config }, storage, now)
    }
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Begins a run with any [`Setup`]; see [`new`](Scheduler::new).
    ///
    /// # Errors
    /// The storage is too small.
    pub fn with(setup: S, storage: Storage<'a>, now: Instant) -> Result<Self, StorageTooSmall> {
        storage.states.fill(StepState::NEW);
        Self::after(setup, storage, now, 0)
    }

    /// Takes over a run whose first steps, `succeeded` of them by priority, have succeeded at their first attempt, as
    /// their states say. It behaves as if it had started them and been told their outcomes. The states of all other
    /// steps must be [`StepState::NEW`], and unless `succeeded` is 0 the plan must allow the fast path.
    #[doc(hidden)]
    pub fn after(setup: S, storage: Storage<'a>, now: Instant, succeeded: u32) -> Result<Self, StorageTooSmall> {
        let mut scheduler = Self::not_begun(setup, storage, now, succeeded)?;
        scheduler.begin();
        Ok(scheduler)
    }

    /// As [`after`](Self::after), but still to be [begun](Self::begin), where it stays: so it need not be moved.
    #[doc(hidden)]
    #[inline]
    pub fn not_begun(setup: S, storage: Storage<'a>, now: Instant, succeeded: u32) -> Result<Self, StorageTooSmall> {
        let needed = StorageSize::for_run(setup.plan(), setup.numbering(), setup.config());
        let resources = setup.numbering().capacities.len();
        if !(StorageSize { free: resources, ..needed }).fits(&storage) {
            return Err(StorageTooSmall(needed));
        }
        let run_deadline = now.plus(setup.config().deadline);
        let is_plain = needed.timers == 0 && setup.numbering().use_rows.is_empty() && needed.open == 0;
        let may_refuse = (S::REQUIREMENTS.any_failed || S::REQUIREMENTS.none_failed)
            && fast_path::may_refuse(setup.plan(), S::REQUIREMENTS.none_failed);
        let Storage { states, ready, timers, free, open } = storage;
        let free = queues::fit(S::REQUIREMENTS.queues, setup.numbering(), free);
        Ok(Self {
            setup,
            states: states.get_mut(..needed.states).unwrap_or_default(),
            ready: Ready::new(ready, needed.states),
            timers: Timers::new(timers.get_mut(..needed.timers).unwrap_or_default()),
            free,
            open: open.get_mut(..needed.open).unwrap_or_default(),
            level: 0,
            in_flight: 0,
            still_running: 0,
            ended: succeeded,
            doomed_first: NONE_DOOMED,
            doomed_last: 0,
            run_deadline,
            now,
            is_plain,
            may_refuse,
            first_open: 0,
            first_wrong: u32::MAX,
            on_fast_path: true,
            stopping: Stopping::default(),
        })
    }

    /// Call it once, before anything else.
    #[doc(hidden)]
    #[inline]
    pub fn begin(&mut self) {
        for (free, &capacity) in self.free.iter_mut().zip(self.setup.numbering().capacities) {
            *free = capacity;
        }
        self.lay_queues_out();
        self.check_fast_path();
    }

    /// Returns what to do at `now`, one action per call, until it returns `None`: then wait for an outcome, or for
    /// [`poll_deadline`](Self::poll_deadline).
    ///
    /// The answer may change after each call of a `handle_` method and when the deadline has passed; a call in between
    /// is safe. O(1) amortised, O(log n) where a time limit or a resource is involved; beside that, a start passes over
    /// each class that came to lack another resource since it was last passed over.
    #[inline]
    pub fn poll_action(&mut self, now: Instant) -> Option<Action> {
        if self.on_fast_path
            && self.in_flight == 0
            && (!S::REQUIREMENTS.run_deadline || now < self.run_deadline)
            && let Some(step) = self.start_next(now)
        {
            return Some(Action::Start(step));
        }
        self.next_action(now)
    }

    #[inline(never)]
    fn next_action(&mut self, now: Instant) -> Option<Action> {
        self.now = now;
        if self.on_fast_path {
            if self.has_ended() {
                return None;
            }
            self.leave_fast_path();
        }
        let is_bounded = S::REQUIREMENTS.run_deadline && self.run_deadline < Instant::NEVER;
        let is_waiting = S::REQUIREMENTS.timers && !self.timers.is_empty();
        let only_starts = !is_waiting && !self.has_doomed() && !is_bounded && !self.in_stop_pass();
        if !only_starts && let Some(action) = self.action_before_starts(now) {
            return Some(action);
        }
        match self.start(now) {
            Some(step) => Some(Action::Start(step)),
            None => self.fail_blocked().map(Action::Ended),
        }
    }

    /// Timers, the run's deadline, doomed steps and the stop pass all come before a start, in this order.
    fn action_before_starts(&mut self, now: Instant) -> Option<Action> {
        if let Some(action) = self.fire_timers(now) {
            return Some(action);
        }
        if self.has_doomed()
            && let Some(step) = self.end_doomed()
        {
            return Some(Action::Ended(step));
        }
        self.stop_pass()
    }

    /// Takes the outcome of an attempt that [`Action::Start`] began. Never panics: an outcome without an attempt is
    /// ignored.
    #[inline]
    pub fn handle_outcome(&mut self, step: StepId, outcome: Outcome, now: Instant) -> Verdict {
        if self.on_fast_path && outcome == Outcome::Success && self.succeed_next(step, now) {
            return Verdict::Ended;
        }
        self.take_outcome(step, outcome, now)
    }

    /// How many steps have ended.
    #[doc(hidden)]
    #[inline]
    pub fn ended(&self) -> u32 {
        self.ended
    }

    /// Whether every step has ended.
    #[inline]
    pub fn has_ended(&self) -> bool {
        self.ended as usize >= self.states.len()
    }

    /// How many attempts are in flight. One that was given up is not.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// How many attempts were given up after their grace and have not ended since.
    #[inline]
    pub fn still_running(&self) -> u32 {
        self.still_running
    }

    /// The state of a step; `None` if there is no such step.
    pub fn state(&self, step: StepId) -> Option<&StepState> {
        self.states.get(step.index())
    }

    /// The states of all steps, in the order of declaration.
    pub fn states(&self) -> &[StepState] {
        self.states
    }

    /// The setup of the run.
    pub fn setup(&self) -> &S {
        &self.setup
    }

    /// The setup, for what else its owner keeps in it.
    #[doc(hidden)]
    #[inline]
    pub fn setup_mut(&mut self) -> &mut S {
        &mut self.setup
    }

    /// The plan of the run.
    pub fn plan(&self) -> Plan<'a> {
        *self.setup.plan()
    }
}
