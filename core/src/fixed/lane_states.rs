//! What the drive and the paths say to each other: one word a path.
//!
//! Driver and paths take turns within one poll of the run, so nothing here is ever contended and no order is asked of the
//! atomics: they are there because a future that is to be `Send` may share nothing less, and plain loads and stores are
//! all that a core without compare-and-swap has. They cost what a `Cell` costs.

use super::{
    cells::Handover,
    output::step_id,
    packed::{PackedCause, PackedContext},
    static_plan::StaticPipeline,
};
use crate::step_cx::StepCx;
use core::{
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    task::{Context, Poll},
};
use pin_project_lite::pin_project;
use rungs_scheduler::{Cause, Instant, Retry, StepId};

// A word says what in its upper bits, and of which step in the others. One that says nothing else lets steps go ahead, up to
// the step that it says: none, if it is 0.
const WHAT: u32 = 28;
const STEP: u32 = (1 << WHAT) - 1;
/// To the path: begin an attempt.
const START: u32 = 8;
/// An attempt has begun. If that stands when the path has been polled, it has come to a result.
const RUNNING: u32 = 9;
/// An attempt is in flight, and was not ready when it was polled.
const WAITING: u32 = 10;
/// To the path: the attempt is to end. If that stands when the path has been polled, it has come to a result.
const ABANDON: u32 = 11;
/// From the path: the attempt failed; what of it is shared.
const FAILED: u32 = 12;
/// From the path: it was dropped.
const ABANDONED: u32 = 13;

const fn say(what: u32, step: StepId) -> u32 {
    what << WHAT | step.number()
}

/// Whether the step may begin without being told. What says anything else is negative.
#[inline]
const fn lets_ahead(word: u32, step: StepId) -> bool {
    word as i32 > step.number() as i32
}

/// The words of all paths, and what goes with them. `PATHS` is the number of paths, `NEEDS` the most needs of a step that
/// takes settled ones, and `CONTEXTS` 1 if a step asks for its context, else 0.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct LaneStates<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> {
    words: [AtomicU32; PATHS],
    causes: [PackedCause; NEEDS],
    contexts: [PackedContext; CONTEXTS],
    /// From the path that has just failed.
    error: Handover<(E, Retry)>,
}

impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> LaneStates<E, PATHS, NEEDS, CONTEXTS> {
    /// Nothing has been said yet.
    pub const fn new() -> Self {
        Self {
            words: [const { AtomicU32::new(0) }; PATHS],
            causes: [const { PackedCause::none() }; NEEDS],
            contexts: [const { PackedContext::none() }; CONTEXTS],
            error: Handover::empty(),
        }
    }
}

impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> Default
    for LaneStates<E, PATHS, NEEDS, CONTEXTS>
{
    fn default() -> Self {
        Self::new()
    }
}

/// What a path says of its attempt.
pub(super) enum Reply<E> {
    Success,
    Failed(E, Retry),
    Abandoned,
}

/// The drive's end of all wires.
impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> LaneStates<E, PATHS, NEEDS, CONTEXTS> {
    /// Whether an attempt is in flight that is to be polled again; if so, the path is told.
    pub(super) fn resume(&self, path: usize) -> bool {
        let word = self.read(path);
        let is_waiting = word >> WHAT == WAITING;
        if is_waiting {
            self.say(path, RUNNING, StepId::from_number(word & STEP));
        }
        is_waiting
    }

    #[inline]
    pub(super) fn tell_to_start(&self, path: usize, step: StepId) {
        self.say(path, START, step);
    }

    pub(super) fn tell_to_abandon(&self, path: usize, step: StepId) {
        self.say(path, ABANDON, step);
    }

    /// What the step that is about to start may ask for.
    pub(super) fn tell_attempt(&self, attempt: u32, started: Instant, limit: Option<Instant>) {
        if let Some(context) = self.contexts.first() {
            context.set(attempt, started, limit);
        }
    }

    /// Why each need of the step that is about to start has no result.
    pub(super) fn tell_causes(&self, causes: impl Iterator<Item = Option<Cause>>) {
        self.causes.iter().zip(causes).for_each(|(packed, cause)| packed.set(cause));
    }

    /// What came of the path's attempt, and of which step; `None` while it is in flight. To be asked once a poll.
    #[inline]
    pub(super) fn take(&self, path: usize) -> Option<(StepId, Reply<E>)> {
        let word = self.read(path);
        let reply = match word >> WHAT {
            RUNNING | ABANDON => Reply::Success,
            FAILED => self.error.take().map_or(Reply::Abandoned, |(error, retry)| Reply::Failed(error, retry)),
            ABANDONED => Reply::Abandoned,
            _ => return None,
        };
        Some((StepId::from_number(word & STEP), reply))
    }

    /// Lets the path's steps before this one begin without being told, each when the one before has succeeded.
    #[inline]
    pub(super) fn allow_until(&self, path: usize, end: u32) {
        self.write(path, end);
    }

    /// The step that has not succeeded at once, if any of those that were [let ahead](Self::allow_until) has not.
    #[inline]
    pub(super) fn stopped(&self, path: usize, end: u32) -> Option<StepId> {
        let word = self.read(path);
        (word != end).then_some(StepId::from_number(word & STEP))
    }
}

pin_project! {
    /// An attempt, and the words among which it is told to end, and tells that it waits.
    struct Attempt<'w, W, F, S> {
        words: &'w W,
        #[pin]
        attempt: F,
        step: PhantomData<fn() -> S>,
    }
}

/// A step and its path, as a type: constants would do, if the macro above knew of them.
enum On<const PATH: usize, const STEP: u32> {}

/// An [`On`].
trait Place {
    const PATH: usize;
    const STEP: StepId;
}

impl<const PATH: usize, const STEP: u32> Place for On<PATH, STEP> {
    const PATH: usize = PATH;
    const STEP: StepId = step_id(STEP);
}

impl<W: AsRef<[AtomicU32]>, F: Future, S: Place> Future for Attempt<'_, W, F, S> {
    type Output = Option<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.attempt.poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if waits(*this.words, S::PATH, S::STEP) => Poll::Pending,
            Poll::Pending => Poll::Ready(None),
        }
    }
}

/// Whether an attempt that is not ready is waited for; if so, its word says so.
#[cold]
#[inline(never)]
fn waits<W: AsRef<[AtomicU32]>>(words: &W, path: usize, step: StepId) -> bool {
    let Some(word) = words.as_ref().get(path) else { return false };
    let waits = word.load(Relaxed) >> WHAT != ABANDON;
    if waits {
        word.store(say(WAITING, step), Relaxed);
    }
    waits
}

/// A path's end of its wire. A path takes its steps one after another, each through as many attempts as it is told. It says
/// what came of each but of one that succeeded: then it goes on to its next step.
impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> LaneStates<E, PATHS, NEEDS, CONTEXTS> {
    /// Waits until an attempt of the step is to begin. False: a later step of the path is to start, so this one has ended.
    #[inline]
    pub fn turn<const PATH: usize, const STEP: u32>(&self) -> impl Future<Output = bool> {
        poll_fn(move |_| {
            let (word, step) = (self.read(PATH), step_id(STEP));
            if lets_ahead(word, step) { Poll::Ready(true) } else { self.poll_turn(PATH, step) }
        })
    }

    #[inline(never)]
    fn poll_turn(&self, path: usize, step: StepId) -> Poll<bool> {
        let word = self.read(path);
        if word >> WHAT != START {
            return Poll::Pending;
        }
        let is_its = word == say(START, step);
        if is_its {
            self.say(path, RUNNING, step);
        }
        Poll::Ready(is_its)
    }

    /// Polls the attempt to its end; `None` if it was told to end before. (A result that is ready by then counts.)
    #[inline]
    pub fn attempt<const PATH: usize, const STEP: u32, F: Future>(
        &self,
        attempt: F,
    ) -> impl Future<Output = Option<F::Output>> {
        Attempt { words: &self.words, attempt, step: PhantomData::<fn() -> On<PATH, STEP>> }
    }

    /// What the step may know of its attempt; `None` if `CONTEXTS` is 0. To be asked for as soon as its turn has come.
    pub fn context<P: StaticPipeline>(&self, step: StepId) -> Option<StepCx> {
        self.contexts.first().map(|context| context.get(P::STATIC_PLAN, step))
    }

    /// Why the step's `nth` need has no result; `None` if it has one. To be asked for as soon as its turn has come.
    pub fn cause(&self, nth: usize) -> Option<Cause> {
        self.causes.get(nth).and_then(PackedCause::get)
    }

    /// The attempt has failed.
    #[cold]
    #[inline(never)]
    pub fn failed(&self, path: usize, step: StepId, error: E, retry: Retry) {
        self.error.give((error, retry));
        self.say(path, FAILED, step);
    }

    /// The attempt has been dropped, or never came to be.
    #[cold]
    #[inline(never)]
    pub fn abandoned(&self, path: usize, step: StepId) {
        self.say(path, ABANDONED, step);
    }

    #[inline]
    fn read(&self, path: usize) -> u32 {
        self.words.get(path).map_or(0, |word| word.load(Relaxed))
    }

    #[inline]
    fn write(&self, path: usize, said: u32) {
        if let Some(word) = self.words.get(path) {
            word.store(said, Relaxed);
        }
    }

    fn say(&self, path: usize, what: u32, step: StepId) {
        self.write(path, say(what, step));
    }
}
