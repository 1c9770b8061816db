//! The scheduler alone: a state machine without clock, futures or heap, for those who drive steps in their own way.
//!
//! [`Scheduler::poll_action`] says what to do next, [`Scheduler::handle_outcome`] is told what came of it,
//! [`Scheduler::poll_deadline`] says when to ask again even if nothing happens. Time goes in as data.

mod alarms;
mod bits;
mod ends;
mod node;
mod ready;
mod setup;
mod start;
mod state;
mod stop;
mod straight;

pub use crate::plan::{
    Edges, Need, Numbering, Plan, StepId, Use, find_cycle, invert, levels, longest_remaining, needs_come_first,
    topological,
};
pub use alarms::Alarm;
pub use node::{Cause, Node, Status};
pub use setup::{AnySetup, Asks, Setup};
pub use state::{Needed, State, TooSmall};
pub use stop::Stop;
#[cfg(feature = "macros")]
pub(crate) use straight::goes_by_place;

use crate::{
    policy::{Config, Retry},
    time::Instant,
};
use alarms::Alarms;
use node::{Phase, TIMED_OUT_LAST, Why};
use ready::Ready;
use stop::Stopping;

/// What to do next.
///
/// [`Scheduler`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Action {
    /// Begin an attempt of this step.
    Start(StepId),
    /// Make the attempt in flight end, and confirm it with [`Outcome::Abandoned`]. If it turns out that it has just come
    /// to a result, say that instead: it counts.
    Abandon(StepId),
    /// Nothing: the step has ended without an outcome of its own, as [`Scheduler::node`] tells.
    Ended(StepId),
}

/// What came of an attempt.
///
/// [`Scheduler`] and [`Verdict`] have examples.
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
/// use rungs::scheduler::*;
/// use rungs::{Backoff, Config, Instant, Retry, Settings};
///
/// let settings = [Settings::DEFAULT.retries(1).backoff(Backoff::fixed(Duration::from_secs(1)))];
/// let free = Edges::new(&[0, 0], &[]);
/// let plan = Plan::new(free, free, &settings, &[]);
/// let (mut nodes, mut ready, mut alarms) = ([Node::default()], [0; Needed::ready_words(1)], [Alarm::default()]);
/// let state = State { nodes: &mut nodes, ready: &mut ready, alarms: &mut alarms, ..State::default() };
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
/// let node = run.node(step).unwrap();
/// assert_eq!((node.status(), node.cause(), node.attempts()), (Status::Failed, Some(Cause::Failed), 2));
/// # Ok::<(), TooSmall>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Verdict {
    /// The step has ended, as [`Scheduler::node`] tells.
    Ended,
    /// Another attempt will start, not before this.
    Retry(Instant),
    /// No attempt of this step was in flight: nothing has changed.
    Ignored,
}

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

    /// When to call [`poll_action`](Self::poll_action) even if nothing happens; `None`: not before an outcome.
    ///
    /// Changes with each outcome and action.
    pub fn poll_deadline(&self) -> Option<Instant> {
        if !S::ASKS.alarms && !S::ASKS.deadline {
            return None;
        }
        let mut deadline = self.alarms.first().map_or(Instant::NEVER, |(at, _)| Instant::from_nanos(at));
        if S::ASKS.deadline && !self.has_ended() && !self.stopping.deadline_noted {
            deadline = deadline.min(self.run_deadline);
        }
        (deadline < Instant::NEVER).then_some(deadline)
    }

    /// What came of an attempt that [`Action::Start`] began. Never panics: an outcome without an attempt is ignored.
    #[inline]
    pub fn handle_outcome(&mut self, step: StepId, outcome: Outcome, now: Instant) -> Verdict {
        if self.is_straight && outcome == Outcome::Success && self.succeed_next(step, now) {
            return Verdict::Ended;
        }
        self.take_outcome(step, outcome, now)
    }

    #[inline(never)]
    fn take_outcome(&mut self, step: StepId, outcome: Outcome, now: Instant) -> Verdict {
        self.now = now;
        if self.is_straight {
            self.settle();
        }
        let Some(node) = self.nodes.get(step.index()) else { return Verdict::Ignored };
        let (abandoning, why, by) = match node.phase() {
            Phase::Running => (false, Why::None, StepId(0)),
            Phase::Abandoning => (true, node.why(), node.abandoned_by()),
            _ => return Verdict::Ignored,
        };
        self.release(step);
        match outcome {
            Outcome::Success => self.succeed(step),
            Outcome::Failed(retry) => return self.attempt_failed(step, Why::Own, retry, now),
            Outcome::Panicked => self.fail(step, Why::Panicked),
            Outcome::Abandoned if !abandoning => self.fail(step, Why::Lost),
            Outcome::Abandoned => match why {
                Why::TimedOut => {
                    let retry = self.setup.plan().settings(step).retry_on_timeout;
                    return self.attempt_failed(step, Why::TimedOut, retry.into(), now);
                }
                Why::Deadline => self.fail(step, Why::Deadline),
                _ => self.end_swept(step, Phase::Cancelled, why, by),
            },
        }
        Verdict::Ended
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

    /// The plan that is run.
    pub fn plan(&self) -> Plan<'a> {
        *self.setup.plan()
    }

    /// Until when the attempt in flight may take; `None` if there is none, or no limit.
    pub fn attempt_limit(&self, step: StepId, started: Instant) -> Option<Instant> {
        self.node(step).filter(|node| node.is_in_flight())?;
        let timeout = started.plus(self.setup.plan().settings(step).timeout);
        let limit = timeout.min(self.deadline_of(step));
        (limit < Instant::NEVER).then_some(limit)
    }

    /// When the step's own deadline falls, once its first attempt has started.
    fn deadline_of(&self, step: StepId) -> Instant {
        let started = if S::ASKS.deadlines { self.node(step).and_then(Node::started_at) } else { None };
        started.map_or(Instant::NEVER, |started| started.plus(self.setup.plan().settings(step).deadline))
    }

    fn attempt_failed(&mut self, step: StepId, why: Why, retry: Retry, now: Instant) -> Verdict {
        let settings = self.setup.plan().settings(step);
        let Some(node) = self.nodes.get_mut(step.index()) else { return Verdict::Ignored };
        if why == Why::TimedOut {
            node.set(TIMED_OUT_LAST);
        } else {
            node.unset(TIMED_OUT_LAST);
        }
        let attempts = node.attempts();
        if !S::ASKS.retries || retry == Retry::No || attempts > settings.retries {
            self.fail(step, why);
            return Verdict::Ended;
        }
        let delay = match retry {
            Retry::After(delay) => crate::time::nanos(delay),
            _ if S::ASKS.jitter => settings.backoff.delay_nanos(attempts, self.seed_of(step)),
            _ => settings.backoff.plain(attempts),
        };
        let again = now.plus(delay);
        if again >= self.deadline_of(step) {
            self.fail(step, why);
            return Verdict::Ended;
        }
        if let Some(cause) = self.forbidden(step) {
            self.end_swept(step, Phase::Cancelled, cause, self.stopping.by);
            return Verdict::Ended;
        }
        if !S::ASKS.alarms || delay == 0 {
            self.make_ready(step);
        } else {
            self.set_phase(step, Phase::Backoff);
            self.alarms.arm(step, again.as_nanos(), self.nodes);
        }
        Verdict::Retry(again)
    }

    /// Each step draws from a place of its own, so that no two share their delays.
    fn seed_of(&self, step: StepId) -> u64 {
        let seed = self.setup.config().seed.unwrap_or(0);
        seed ^ u64::from(step.0).wrapping_add(1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
    }

    /// Looks after what falls due at `now`: time limits, ends of backoffs, the run's deadline.
    fn due(&mut self, now: Instant) -> Option<Action> {
        while S::ASKS.alarms
            && let Some((at, step)) = self.alarms.first()
            && at <= now.as_nanos()
        {
            self.alarms.disarm(step, self.nodes);
            if let Some(action) = self.alarm(step, at) {
                return Some(action);
            }
        }
        if S::ASKS.deadline && now >= self.run_deadline && !self.stopping.deadline_noted && !self.has_ended() {
            self.stop_at_deadline();
        }
        None
    }

    fn alarm(&mut self, step: StepId, at: u64) -> Option<Action> {
        let deadline = self.deadline_of(step);
        let node = self.nodes.get_mut(step.index())?;
        match node.phase() {
            Phase::Running => {
                node.abandon(if at >= deadline.as_nanos() { Why::Deadline } else { Why::TimedOut }, step);
                Some(Action::Abandon(step))
            }
            Phase::Backoff => {
                self.make_ready(step);
                None
            }
            // Waits for a place after a retry, and has no time left: its last error stands.
            Phase::Ready => {
                let why = if node.has(TIMED_OUT_LAST) { Why::TimedOut } else { Why::Own };
                self.ready.remove(self.setup.numbering().place(step));
                self.fail(step, why);
                Some(Action::Ended(step))
            }
            _ => None,
        }
    }

    /// The step may start, for the first time or again; if again, its deadline runs while it waits for a place.
    #[inline]
    fn make_ready(&mut self, step: StepId) {
        self.set_phase(step, Phase::Ready);
        self.ready.insert(self.setup.numbering().place(step));
        let deadline = self.deadline_of(step);
        if deadline < Instant::NEVER {
            self.alarms.arm(step, deadline.as_nanos(), self.nodes);
        }
    }

    fn set_phase(&mut self, step: StepId, phase: Phase) {
        if let Some(node) = self.nodes.get_mut(step.index()) {
            node.set_phase(phase);
        }
    }
}
