//! The scheduler alone: a state machine without clock, futures or heap, for those who drive steps in their own way.
//!
//! [`Scheduler::poll_action`] says what to do next, [`Scheduler::handle_outcome`] is told what came of it,
//! [`Scheduler::poll_deadline`] says when to ask again even if nothing happens. Time goes in as data.

mod action;
mod alarms;
mod bits;
mod cause;
mod due;
mod ends;
mod node;
mod outcomes;
mod ready;
mod setup;
mod start;
mod state;
mod status;
mod stop;
mod straight;

pub use crate::plan::{
    Edges, Need, Numbering, Plan, StepId, Use, find_cycle, invert, levels, longest_remaining, needs_come_first,
    topological,
};
pub use action::{Action, Outcome, Verdict};
pub use alarms::Alarm;
pub use cause::Cause;
pub use node::Node;
pub use setup::{AnySetup, Asks, Setup};
pub use state::{Needed, State, TooSmall};
pub use status::Status;
pub use stop::Stop;
#[cfg(feature = "macros")]
pub(crate) use straight::goes_by_place;

use crate::{policy::Config, time::Instant};
use alarms::Alarms;
use ready::Ready;
use stop::Stopping;

/// A run of a plan.
///
/// A chain of two, run by hand:
///
/// ```
/// use rungs::scheduler::*;
/// use rungs::{Config, Instant, Settings};
///
/// let zero = StepId::new(0).unwrap();
/// let one = StepId::new(1).unwrap();
/// let (needs, starts) = ([Need::result(zero)], [0, 0, 1]);
/// let (mut up, mut list) = ([0; 3], [Need::result(zero)]);
/// invert(Edges::new(&starts, &needs), &mut up, &mut list);
/// let plan = Plan::new(Edges::new(&starts, &needs), Edges::new(&up, &list), &[Settings::DEFAULT], &[]);
///
/// let (mut nodes, mut ready) = ([Node::default(); 2], [0; Needed::ready_words(2)]);
/// let state = State { nodes: &mut nodes, ready: &mut ready, ..State::default() };
/// let mut run = Scheduler::new(plan, Numbering::default(), Config::DEFAULT, state, Instant::ZERO)?;
///
/// let now = Instant::ZERO;
/// assert_eq!(run.poll_action(now), Some(Action::Start(zero)));
/// assert_eq!(run.poll_action(now), None); // until something happens
/// run.handle_outcome(zero, Outcome::Success, now);
/// assert_eq!(run.poll_action(now), Some(Action::Start(one)));
/// run.handle_outcome(one, Outcome::Success, now);
/// assert!(run.has_ended());
/// # Ok::<(), TooSmall>(())
/// ```
#[derive(Debug)]
pub struct Scheduler<'a, S = AnySetup<'a>> {
    setup: S,
    nodes: &'a mut [Node],
    ready: Ready<'a>,
    alarms: Alarms<'a>,
    free: &'a mut [u32],
    open: &'a mut [u32],
    /// The lowest level in which a step has not ended.
    level: u32,
    in_flight: u32,
    ended: u32,
    /// The queue of sealed steps, linked through their nodes; meaningful while `sealed_count` is not 0.
    sealed_first: u32,
    sealed_last: u32,
    sealed_count: u32,
    run_deadline: Instant,
    /// What time it is, as last told.
    now: Instant,
    /// Whether steps have no alarms, resources or barriers: then there is little to do at their ends.
    is_plain: bool,
    /// Whether all has gone in the order of places so far: see `straight.rs`.
    is_straight: bool,
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
        state: State<'a>,
        now: Instant,
    ) -> Result<Self, TooSmall> {
        Self::with(AnySetup { plan, numbering, config }, state, now)
    }
}

impl<'a, S: Setup<'a>> Scheduler<'a, S> {
    /// Begins a run of a setup of one's own; see [`new`](Scheduler::new).
    ///
    /// # Errors
    /// The storage is too small.
    pub fn with(setup: S, state: State<'a>, now: Instant) -> Result<Self, TooSmall> {
        state.nodes.fill(Node::NEW);
        Self::after(setup, state, now, 0)
    }

    /// A run of which so many steps, from the first place, have succeeded already, each by its first attempt, as their
    /// nodes say: as if it had been asked for them, and told so. Of the others nothing is known. If there are any such
    /// steps, the plan's go by place.
    pub(crate) fn after(setup: S, state: State<'a>, now: Instant, succeeded: u32) -> Result<Self, TooSmall> {
        let needed = Needed::for_run(setup.plan(), setup.numbering(), setup.config());
        if !needed.fits(&state) {
            return Err(TooSmall(needed));
        }
        let run_deadline = now.plus(setup.config().deadline);
        let is_plain = needed.alarms == 0 && setup.numbering().use_rows.is_empty() && needed.open == 0;
        let State { nodes, ready, alarms, free, open } = state;
        let mut scheduler = Self {
            setup,
            nodes: nodes.get_mut(..needed.nodes).unwrap_or_default(),
            ready: Ready::new(ready, needed.nodes),
            alarms: Alarms::new(alarms.get_mut(..needed.alarms).unwrap_or_default()),
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
            is_straight: true,
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
        if self.is_straight
            && self.in_flight == 0
            && (!S::ASKS.deadline || now < self.run_deadline)
            && let Some(step) = self.start_next(now)
        {
            return Some(Action::Start(step));
        }
        self.next_action(now)
    }

    #[inline(never)]
    fn next_action(&mut self, now: Instant) -> Option<Action> {
        self.now = now;
        if self.is_straight {
            if self.has_ended() {
                return None;
            }
            self.settle();
        }
        let is_bounded = S::ASKS.deadline && self.run_deadline < Instant::NEVER;
        let is_waiting = S::ASKS.alarms && !self.alarms.is_empty();
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
        if self.is_straight && outcome == Outcome::Success && self.succeed_next(step, now) {
            return Verdict::Ended;
        }
        self.take_outcome(step, outcome, now)
    }

    /// How many steps have ended.
    #[cfg(feature = "alloc")]
    pub(crate) fn ended(&self) -> u32 {
        self.ended
    }

    /// Whether every step has ended.
    #[inline]
    pub fn has_ended(&self) -> bool {
        self.ended as usize >= self.nodes.len()
    }

    /// How many attempts are in flight.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// What is known of a step; `None` if there is no such step.
    pub fn node(&self, step: StepId) -> Option<&Node> {
        self.nodes.get(step.index())
    }

    /// What is known of each step.
    pub fn nodes(&self) -> &[Node] {
        self.nodes
    }

    /// What is run, and how.
    pub fn setup(&self) -> &S {
        &self.setup
    }

    /// As [`setup`](Self::setup), for what else lies there.
    #[cfg(feature = "macros")]
    pub(crate) fn setup_mut(&mut self) -> &mut S {
        &mut self.setup
    }

    /// The plan that is run.
    pub fn plan(&self) -> Plan<'a> {
        *self.setup.plan()
    }
}
