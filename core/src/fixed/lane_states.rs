//! The state that the driver and the lanes share: one `u32` per lane.
//!
//! The driver and the lanes take turns within one poll of the run, so nothing here is ever contended, and relaxed accesses
//! suffice. The states are atomics because a `Send` future may share nothing less; they need no compare-and-swap, which
//! some cores lack, and cost what a `Cell` costs.

use super::{
    cells::Handover,
    output::step_id,
    packed::PackedContext,
    static_plan::StaticPipeline,
    unmet_cx::HeldUnmet,
    unmet_needs::{UnmetNeeds, Unmets},
};
use crate::{step_cx::StepCx, unmet::Unmet};
use core::{
    array,
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    task::{Context, Poll},
    time::Duration,
};
use pin_project_lite::pin_project;
use rungs_scheduler::{Cause, Instant, Outcome, Retry, StepId};

// Each lane has one `u32`: a 5-bit opcode and a 27-bit step index. Opcode 0 lets every step below that index start
// unasked: the fast path.
const OPCODE_SHIFT: u32 = 27;
const STEP_MASK: u32 = (1 << OPCODE_SHIFT) - 1;
/// The driver asks the lane to begin an attempt.
const START: u32 = 16;
/// An attempt has begun. If the state stays so after the lane was polled, the attempt has succeeded.
const RUNNING: u32 = 17;
/// An attempt is in flight: it was not ready when it was polled.
const WAITING: u32 = 18;
/// The driver asks the lane to end its attempt. If the state stays so after the lane was polled, the attempt has succeeded.
const ABANDON: u32 = 19;
/// The attempt failed; its error has been handed over.
const FAILED: u32 = 20;
/// The attempt was dropped.
const ABANDONED: u32 = 21;
/// The attempt failed, and the scheduler is told when there are no other actions.
const FAILED_BEFORE: u32 = 22;
/// The attempt was dropped, and the scheduler is told when there are no other actions.
const ABANDONED_BEFORE: u32 = 23;
/// The attempt found nothing to do.
const SKIPPED: u32 = 24;

const fn encode(opcode: u32, step: StepId) -> u32 {
    opcode << OPCODE_SHIFT | step.number()
}

const fn opcode(state: u32) -> u32 {
    state >> OPCODE_SHIFT
}

const fn step_of(state: u32) -> StepId {
    StepId::from_number(state & STEP_MASK)
}

/// Whether a lane looks for a start before it makes the future that waits for one, or within that future. Before it is one store
/// less per step; but a compiler that makes code small, as for a board, spends seven instructions more per step (Cortex-M0).
const LOOKS_AHEAD: bool = !cfg!(target_os = "none");

/// Whether the step may start unasked. As a signed number, a state with any opcode but 0 is negative.
#[inline]
const fn may_start_unasked(state: u32, step: StepId) -> bool {
    state as i32 > step.number() as i32
}

/// The states of all lanes, and the data that they hand over. `LANES` is the number of lanes, `N` is what a
/// step that runs though a need has no result learns of it, and `CONTEXTS` is 1 if a step takes its context, else 0.
#[derive(Debug)]
pub struct LaneStates<E, const LANES: usize, N, const CONTEXTS: usize> {
    states: [AtomicU32; LANES],
    needs: N,
    contexts: [PackedContext; CONTEXTS],
    /// The error of the attempt that has just failed, with the verdict on a retry.
    error: Handover<(E, Retry)>,
}

impl<E, const LANES: usize, N: UnmetNeeds<E>, const CONTEXTS: usize> LaneStates<E, LANES, N, CONTEXTS> {
    /// The states of a run that has not started.
    pub const fn new() -> Self {
        Self {
            states: [const { AtomicU32::new(0) }; LANES],
            needs: N::NONE,
            contexts: [const { PackedContext::none() }; CONTEXTS],
            error: Handover::empty(),
        }
    }
}

impl<E, const LANES: usize, N: UnmetNeeds<E>, const CONTEXTS: usize> Default for LaneStates<E, LANES, N, CONTEXTS> {
    fn default() -> Self {
        Self::new()
    }
}

/// How the attempt of a lane ended.
pub(super) enum AttemptEnd<E> {
    Success,
    Failed(E, Retry),
    Abandoned,
    SkippedItself,
}

/// The driver's side.
impl<E, const LANES: usize, N: UnmetNeeds<E>, const CONTEXTS: usize> LaneStates<E, LANES, N, CONTEXTS> {
    /// Whether the lane has an attempt in flight, to be polled again; if so, the state says that it runs.
    pub(super) fn resume(&self, lane: usize) -> bool {
        let state = self.load(lane);
        let is_waiting = opcode(state) == WAITING;
        if is_waiting {
            self.set(lane, RUNNING, step_of(state));
        }
        is_waiting
    }

    #[inline]
    pub(super) fn request_start(&self, lane: usize, step: StepId) {
        self.set(lane, START, step);
    }

    pub(super) fn request_abandon(&self, lane: usize, step: StepId) {
        self.set(lane, ABANDON, step);
    }

    /// Sets the context of the step that is about to start.
    pub(super) fn set_context(&self, attempt: u32, started: Instant, limit: Option<Instant>) {
        if let Some(context) = self.contexts.first() {
            context.set(attempt, started, limit);
        }
    }

    /// What the step that is about to start learns of its needs.
    pub(super) fn needs(&self) -> &N {
        &self.needs
    }

    /// How the lane's attempt ended, and of which step it was; `None` while it is in flight. Call it once per poll of the
    /// lane. `may_skip` tells whether some step of the pipeline may skip itself.
    #[inline]
    pub(super) fn take_end(&self, lane: usize, may_skip: bool) -> Option<(StepId, AttemptEnd<E>)> {
        let state = self.load(lane);
        let end = match opcode(state) {
            RUNNING | ABANDON => AttemptEnd::Success,
            FAILED => {
                self.error.take().map_or(AttemptEnd::Abandoned, |(error, retry)| AttemptEnd::Failed(error, retry))
            }
            ABANDONED => AttemptEnd::Abandoned,
            SKIPPED if may_skip => AttemptEnd::SkippedItself,
            _ => return None,
        };
        Some((step_of(state), end))
    }

    /// Keeps the end of an attempt until there are no other actions; another attempt is to follow it at once.
    pub(super) fn postpone(&self, lane: usize, step: StepId, outcome: Outcome) {
        let is_abandoned = outcome == Outcome::Abandoned;
        self.set(lane, if is_abandoned { ABANDONED_BEFORE } else { FAILED_BEFORE }, step);
    }

    /// The end of an attempt that was [postponed](Self::postpone).
    pub(super) fn take_postponed(&self, lane: usize) -> Option<(StepId, Outcome)> {
        let state = self.load(lane);
        let (outcome, told) = match opcode(state) {
            FAILED_BEFORE => (Outcome::Failed(Retry::After(Duration::ZERO)), FAILED),
            ABANDONED_BEFORE => (Outcome::Abandoned, ABANDONED),
            _ => return None,
        };
        self.set(lane, told, step_of(state));
        Some((step_of(state), outcome))
    }

    /// Lets the lane's steps before this one start unasked, each when the one before it has succeeded.
    #[inline]
    pub(super) fn allow_until(&self, lane: usize, end: u32) {
        self.store(lane, end);
    }

    /// The step that did not succeed at its first poll, if there is one among those that were
    /// [allowed](Self::allow_until).
    #[inline]
    pub(super) fn stopped_at(&self, lane: usize, end: u32) -> Option<StepId> {
        let state = self.load(lane);
        (state != end).then_some(step_of(state))
    }
}

pin_project! {
    /// An attempt, and the states in which the driver asks it to end and it says that it waits.
    struct Attempt<'s, S, F, P> {
        states: &'s S,
        #[pin]
        attempt: F,
        position: PhantomData<fn() -> P>,
    }
}

/// A step and its lane as a type, since `pin_project!` does not take constants here.
enum At<const LANE: usize, const STEP: u32> {}

/// An [`At`].
trait Position {
    const LANE: usize;
    const STEP: StepId;
}

impl<const LANE: usize, const STEP: u32> Position for At<LANE, STEP> {
    const LANE: usize = LANE;
    const STEP: StepId = step_id(STEP);
}

impl<S: AsRef<[AtomicU32]>, F: Future, P: Position> Future for Attempt<'_, S, F, P> {
    type Output = Option<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.attempt.poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if keeps_waiting(*this.states, P::LANE, P::STEP) => Poll::Pending,
            Poll::Pending => Poll::Ready(None),
        }
    }
}

/// Whether an attempt that is not ready goes on, which its state then says. It ends if the driver asked for that.
#[cold]
#[inline(never)]
fn keeps_waiting<S: AsRef<[AtomicU32]>>(states: &S, lane: usize, step: StepId) -> bool {
    let Some(state) = states.as_ref().get(lane) else { return false };
    let goes_on = opcode(state.load(Relaxed)) != ABANDON;
    if goes_on {
        state.store(encode(WAITING, step), Relaxed);
    }
    goes_on
}

/// The lane's side. A lane takes its steps one after another, each through as many attempts as the driver starts. It
/// reports every attempt that failed or was abandoned; after a success it goes on to its next step.
impl<E, const LANES: usize, N, const CONTEXTS: usize> LaneStates<E, LANES, N, CONTEXTS> {
    /// Whether an attempt of the step is known to begin now. If not, wait for its [`turn`](Self::turn).
    #[inline]
    pub fn may_start<const LANE: usize, const STEP: u32>(&self) -> bool {
        LOOKS_AHEAD && may_start_unasked(self.load(LANE), step_id(STEP))
    }

    /// Waits until an attempt of the step is to begin. False: a later step of the lane is to start, so this one has ended.
    #[inline]
    pub fn turn<const LANE: usize, const STEP: u32>(&self) -> impl Future<Output = bool> {
        poll_fn(move |_| {
            let step = step_id(STEP);
            let starts = !LOOKS_AHEAD && may_start_unasked(self.load(LANE), step);
            if starts { Poll::Ready(true) } else { self.poll_turn(LANE, step) }
        })
    }

    #[inline(never)]
    fn poll_turn(&self, lane: usize, step: StepId) -> Poll<bool> {
        let state = self.load(lane);
        // After a wait, a lane that looks ahead looks here alone.
        if may_start_unasked(state, step) {
            return Poll::Ready(true);
        }
        if opcode(state) != START {
            return Poll::Pending;
        }
        let is_its_turn = state == encode(START, step);
        if is_its_turn {
            self.set(lane, RUNNING, step);
        }
        Poll::Ready(is_its_turn)
    }

    /// Polls the attempt to its end; `None` if the driver asked it to end before. (A result that is ready by then counts.)
    #[inline]
    pub fn attempt<const LANE: usize, const STEP: u32, F: Future>(
        &self,
        attempt: F,
    ) -> impl Future<Output = Option<F::Output>> {
        Attempt { states: &self.states, attempt, position: PhantomData::<fn() -> At<LANE, STEP>> }
    }

    /// The step's context; `None` if `CONTEXTS` is 0. Call it as soon as the step's turn has come.
    pub fn context<P: StaticPipeline>(&self, step: StepId) -> Option<StepCx> {
        self.contexts.first().map(|context| context.get(P::STATIC_PLAN, step))
    }

    /// Reports that the attempt failed.
    #[cold]
    #[inline(never)]
    pub fn failed(&self, lane: usize, step: StepId, error: E, retry: Retry) {
        self.error.give((error, retry));
        self.set(lane, FAILED, step);
    }

    /// Reports that the attempt was dropped, or could not be made.
    #[cold]
    #[inline(never)]
    pub fn abandoned(&self, lane: usize, step: StepId) {
        self.set(lane, ABANDONED, step);
    }

    /// Reports that the attempt found nothing to do.
    #[cold]
    #[inline(never)]
    pub fn skipped_itself(&self, lane: usize, step: StepId) {
        self.set(lane, SKIPPED, step);
    }

    #[inline]
    fn load(&self, lane: usize) -> u32 {
        self.states.get(lane).map_or(0, |state| state.load(Relaxed))
    }

    #[inline]
    fn store(&self, lane: usize, value: u32) {
        if let Some(state) = self.states.get(lane) {
            state.store(value, Relaxed);
        }
    }

    fn set(&self, lane: usize, opcode: u32, step: StepId) {
        self.store(lane, encode(opcode, step));
    }
}

impl<E, const LANES: usize, N: UnmetNeeds<E>, const CONTEXTS: usize> LaneStates<E, LANES, N, CONTEXTS> {
    /// Why the step's `nth` need has no result; `None` if it has one. Call it as soon as the step's turn has come.
    pub fn cause(&self, nth: usize) -> Option<Cause> {
        self.needs.cause(nth)
    }
}

impl<E, const LANES: usize, const NEEDS: usize, const ALL: bool, const CONTEXTS: usize>
    LaneStates<E, LANES, Unmets<E, NEEDS, ALL>, CONTEXTS>
{
    /// The step's `nth` need if it has no result. Call it once, as soon as the step's turn has come.
    pub fn unmet(&self, nth: usize) -> Option<Unmet<E>> {
        self.needs.take(nth)
    }
}

impl<E: Clone, const LANES: usize, const NEEDS: usize, const ALL: bool, const CONTEXTS: usize>
    LaneStates<E, LANES, Unmets<E, NEEDS, ALL>, CONTEXTS>
{
    /// The step's context with all its needs that have no result; `None` if `CONTEXTS` is 0. Call it once, as soon as the
    /// step's turn has come.
    pub fn context_with_unmet<P: StaticPipeline, const N: usize>(&self, step: StepId) -> Option<HeldUnmet<E, N>> {
        let cx = self.context::<P>(step)?;
        Some(HeldUnmet { cx, unmet: array::from_fn(|nth| self.needs.take(nth)) })
    }
}
