//! The scheduler alone: a state machine without clock, futures or heap, for those who drive steps in their own way.
//!
//! [`Scheduler::poll_action`] says what to do next, [`Scheduler::handle_outcome`] is told what came of it,
//! [`Scheduler::poll_deadline`] says when to ask again even if nothing happens. Time goes in as data.

mod action;
mod bits;
mod cause;
mod ends;
mod expired;
mod fast_path;
mod outcomes;
mod ready;
mod setup;
mod start;
mod status;
mod step_state;
mod stop;
mod storage;
mod timers;

pub use action::{Action, Outcome, Verdict};
pub use cause::Cause;
pub use fast_path::allows_fast_path;
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

/// A run of a plan.
///
/// A chain of two, run by hand:
///
/// ```
/// use rungs_scheduler::*;
/// use rungs_scheduler::{Config, Instant, Settings};
///
/// let zero = StepId::new(0).unwrap();
/// let one = StepId::new(1).unwrap();
/// let (needs, starts) = ([Need::result(zero)], [0, 0, 1]);
/// let (mut up, mut list) = ([0; 3], [Need::result(zero)]);
/// invert(Edges::new(&starts, &needs), &mut up, &mut list);
/// let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &[Settings::DEFAULT], &[]);
///
/// let (mut states, mut ready) = ([StepState::default(); 2], [0; StorageSize::ready_words(2)]);
/// let state = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
/// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, state, Instant::ZERO)?;
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
    ended: u32,
    /// The queue of sealed steps, linked through their states; meaningful while `sealed_count` is not 0.
    sealed_first: u32,
    sealed_last: u32,
    sealed_count: u32,
    run_deadline: Instant,
    /// What time it is, as last told.
    now: Instant,
    /// Whether steps have no timers, resources or barriers: then there is little to do at their ends.
    is_plain: bool,
    /// Whether all has gone in the order of priorities so far: see `fast_path.rs`.
    on_fast_path: bool,
    stopping: Stopping,
}

impl<'a> Scheduler<'a> {
    /// Begins a run at `now`. The plan has no cycle (steps of a cycle would never start), and the numbering is one of its
    /// own. O(V).
    ///
    /// # Errors
    /// The storage is too small.
    pub fn new(
        plan: Plan<'a>,
        numbering: Numbering<'a>,
        config: Config,
        state: Storage<'a>,
        now: Instant,
    ) -> Result<Self, StorageTooSmall> {
        Self::with(DynamicSetup { plan, numbering, config }, state, now)
    }
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Begins a run of a setup of one's own; see [`new`](Scheduler::new).
    ///
    /// # Errors
    /// The storage is too small.
    pub fn with(setup: S, state: Storage<'a>, now: Instant) -> Result<Self, StorageTooSmall> {
        state.states.fill(StepState::NEW);
        Self::after(setup, state, now, 0)
    }

    /// A run of which so many steps, from the first place, have succeeded already, each by its first attempt, as their
    /// states say: as if it had been asked for them, and told so. Of the others nothing is known. If there are any such
    /// steps, the plan's go by place.
    #[doc(hidden)]
    pub fn after(setup: S, state: Storage<'a>, now: Instant, succeeded: u32) -> Result<Self, StorageTooSmall> {
        let needed = StorageSize::for_run(setup.plan(), setup.numbering(), setup.config());
        if !needed.fits(&state) {
            return Err(StorageTooSmall(needed));
        }
        let run_deadline = now.plus(setup.config().deadline);
        let is_plain = needed.timers == 0 && setup.numbering().use_rows.is_empty() && needed.open == 0;
        let Storage { states, ready, timers, free, open } = state;
        let mut scheduler = Self {
            setup,
            states: states.get_mut(..needed.states).unwrap_or_default(),
            ready: Ready::new(ready, needed.states),
            timers: Timers::new(timers.get_mut(..needed.timers).unwrap_or_default()),
            free: free.get_mut(..needed.free).unwrap_or_default(),
            open: open.get_mut(..needed.open).unwrap_or_default(),
            level: 0,
            in_flight: 0,
            ended: succeeded,
            sealed_first: 0,
            sealed_last: 0,
            sealed_count: 0,
            run_deadline,
            now,
            is_plain,
            on_fast_path: true,
            stopping: Stopping::default(),
        };
        for (free, &capacity) in scheduler.free.iter_mut().zip(scheduler.setup.numbering().capacities) {
            *free = capacity;
        }
        scheduler.open_steps();
        Ok(scheduler)
    }

    /// What to do at `now`, one action at a time, until `None`: then wait for an outcome, or for
    /// [`poll_deadline`](Self::poll_deadline).
    ///
    /// May have a new answer after every call of a `handle_` method and when the deadline has come; asking in between is
    /// safe. O(1) amortised, O(log n) where a time limit is involved; one look at each class of resources for a start.
    #[inline]
    pub fn poll_action(&mut self, now: Instant) -> Option<Action> {
        if self.on_fast_path
            && self.in_flight == 0
            && (!S::REQUIREMENTS.deadline || now < self.run_deadline)
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
            self.settle();
        }
        let is_bounded = S::REQUIREMENTS.deadline && self.run_deadline < Instant::NEVER;
        let is_waiting = S::REQUIREMENTS.timers && !self.timers.is_empty();
        let is_quiet = !is_waiting && self.sealed_count == 0 && !is_bounded && !self.is_sweeping();
        if !is_quiet && let Some(action) = self.attend(now) {
            return Some(action);
        }
        self.start(now).map(Action::Start)
    }

    /// All that goes before a start.
    fn attend(&mut self, now: Instant) -> Option<Action> {
        if let Some(action) = self.due(now) {
            return Some(action);
        }
        if self.sealed_count > 0
            && let Some(step) = self.end_sealed()
        {
            return Some(Action::Ended(step));
        }
        self.sweep()
    }

    /// What came of an attempt that [`Action::Start`] began. Never panics: an outcome without an attempt is ignored.
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

    /// How many attempts are in flight.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// What is known of a step; `None` if there is no such step.
    pub fn state(&self, step: StepId) -> Option<&StepState> {
        self.states.get(step.index())
    }

    /// What is known of each step.
    pub fn states(&self) -> &[StepState] {
        self.states
    }

    /// What is run, and how.
    pub fn setup(&self) -> &S {
        &self.setup
    }

    /// As [`setup`](Self::setup), for what else lies there.
    #[doc(hidden)]
    #[inline]
    pub fn setup_mut(&mut self) -> &mut S {
        &mut self.setup
    }

    /// The plan that is run.
    pub fn plan(&self) -> Plan<'a> {
        *self.setup.plan()
    }
}
