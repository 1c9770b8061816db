//! What the drive and the paths say to each other: one word a path.
//!
//! Drive and paths take turns within one poll of the run, so nothing here is ever contended and no order is asked of the
//! atomics: they are there because a future that is to be `Send` may share nothing less, and plain loads and stores are
//! all that a core without compare-and-swap has. They cost what a `Cell` costs.

use super::{
    cells::Handed,
    output::step_id,
    packed::{PackedCause, PackedContext},
};
use crate::{
    plan::StepId,
    policy::Retry,
    scheduler::Cause,
    step_cx::StepCx,
    time::{Instant, Timer},
};
use core::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    task::{Context, Poll},
};
use pin_project_lite::pin_project;

// A word says what in its low bits, and of which step in the others.
const STEP: u32 = 3;
const WHAT: u32 = (1 << STEP) - 1;
/// Nothing is said.
const IDLE: u32 = 0;
/// To the path: begin an attempt.
const START: u32 = 1;
/// An attempt is in flight.
const RUNNING: u32 = 2;
/// To the path: the attempt is to end.
const ABANDON: u32 = 3;
/// From the path: the attempt came to a result.
const SUCCESS: u32 = 4;
/// From the path: it failed; what of it is shared.
const FAILED: u32 = 5;
/// From the path: it was dropped.
const ABANDONED: u32 = 6;

/// No step goes ahead.
const NOT_AHEAD: u32 = u32::MAX;
/// A step that went ahead has come to something else than a success: its path says what.
const STOPPED: u32 = u32::MAX - 1;

/// The words of all paths, and what goes with them. `PATHS` is the number of paths, `NEEDS` the most needs of a step that
/// takes settled ones, and `CONTEXTS` 1 if a step asks for its context, else 0.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Wires<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> {
    words: [AtomicU32; PATHS],
    causes: [PackedCause; NEEDS],
    contexts: [PackedContext; CONTEXTS],
    shared: Shared<E>,
}

/// What is passed on to whoever looks next: written by one side right before it is read by the other.
#[derive(Debug)]
struct Shared<E> {
    /// The step that may start without being told, as all before it have succeeded; see `ahead.rs`.
    ahead: AtomicU32,
    error: Handed<(E, Retry)>,
}

impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> Wires<E, PATHS, NEEDS, CONTEXTS> {
    /// Nothing has been said yet.
    pub const fn new() -> Self {
        Self {
            words: [const { AtomicU32::new(IDLE) }; PATHS],
            causes: [const { PackedCause::none() }; NEEDS],
            contexts: [const { PackedContext::none() }; CONTEXTS],
            shared: Shared { ahead: AtomicU32::new(NOT_AHEAD), error: Handed::empty() },
        }
    }
}

impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> Default for Wires<E, PATHS, NEEDS, CONTEXTS> {
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
impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> Wires<E, PATHS, NEEDS, CONTEXTS> {
    pub(super) fn is_running(&self, path: usize) -> bool {
        self.read(path) & WHAT == RUNNING
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

    /// What came of the path's attempt, and of which step; `None` while it is in flight.
    #[inline]
    pub(super) fn take(&self, path: usize) -> Option<(StepId, Reply<E>)> {
        let word = self.read(path);
        let reply = match word & WHAT {
            SUCCESS => Reply::Success,
            FAILED => self.shared.error.take().map_or(Reply::Abandoned, |(error, retry)| Reply::Failed(error, retry)),
            ABANDONED => Reply::Abandoned,
            _ => return None,
        };
        self.say(path, IDLE, StepId(0));
        Some((StepId(word >> STEP), reply))
    }

    /// Lets a step start without being told.
    #[inline]
    pub(super) fn let_ahead(&self, step: StepId) {
        self.shared.ahead.store(step.0, Relaxed);
    }

    /// How far steps have gone ahead since this one of this path might: the first that has not succeeded.
    #[inline]
    pub(super) fn gone_ahead<T: Timer>(&self, from: StepId) -> StepId {
        match self.shared.ahead.load(Relaxed) {
            ahead if T::TICKS => StepId(from.0 + u32::from(ahead == NOT_AHEAD)),
            ahead => StepId(ahead),
        }
    }

    /// The step that is under way on a path, where [`gone_ahead`](Self::gone_ahead) tells of none that there is.
    pub(super) fn stopped_at(&self, path: usize) -> StepId {
        StepId(self.read(path) >> STEP)
    }

    /// No more steps go ahead. This one did, and is under way unless its path says otherwise.
    pub(super) fn stop_ahead(&self, path: usize, step: StepId) {
        self.shared.ahead.store(NOT_AHEAD, Relaxed);
        if self.read(path) & WHAT == IDLE {
            self.say(path, RUNNING, step);
        }
    }
}

pin_project! {
    /// An attempt, and the word by which it is told to end.
    #[must_use = "nothing runs until it is awaited"]
    #[derive(Debug)]
    pub struct Attempt<'w, F> {
        word: Option<&'w AtomicU32>,
        #[pin]
        attempt: F,
    }
}

impl<F: Future> Future for Attempt<'_, F> {
    type Output = Option<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.attempt.poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if this.word.is_some_and(|word| word.load(Relaxed) & WHAT == ABANDON) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

const fn say(what: u32, step: StepId) -> u32 {
    what | step.0 << STEP
}

/// A path's end of its wire. A path takes its steps one after another, each through as many attempts as it is told.
impl<E, const PATHS: usize, const NEEDS: usize, const CONTEXTS: usize> Wires<E, PATHS, NEEDS, CONTEXTS> {
    /// Whether an attempt of the step is to begin at once, before its turn is waited for.
    #[inline]
    fn goes_ahead(&self, step: StepId) -> bool {
        self.shared.ahead.load(Relaxed) == step.0
    }

    /// Waits until an attempt of the step is to begin. False: a later step of the path is to start, so this one has ended.
    #[inline]
    pub fn turn<const PATH: usize, const STEP: u32>(&self) -> impl Future<Output = bool> {
        poll_fn(move |_| self.poll_turn(PATH, step_id(STEP)))
    }

    fn poll_turn(&self, path: usize, step: StepId) -> Poll<bool> {
        if self.goes_ahead(step) {
            return Poll::Ready(true);
        }
        let word = self.read(path);
        if word & WHAT != START {
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
    pub fn attempt<F: Future>(&self, path: usize, attempt: F) -> Attempt<'_, F> {
        Attempt { word: self.words.get(path), attempt }
    }

    /// What the step may know of its attempt; `None` if `CONTEXTS` is 0. To be asked for as soon as its turn has come.
    pub fn context(&self) -> Option<StepCx> {
        self.contexts.first().map(PackedContext::get)
    }

    /// Why the step's `nth` need has no result; `None` if it has one. To be asked for as soon as its turn has come.
    pub fn cause(&self, nth: usize) -> Option<Cause> {
        self.causes.get(nth).and_then(PackedCause::get)
    }

    /// The attempt has come to a result.
    #[inline]
    pub fn succeeded<T: Timer>(&self, path: usize, step: StepId) {
        if self.goes_ahead(step) {
            // With a clock, the drive notes the time before another step starts.
            self.shared.ahead.store(if T::TICKS { NOT_AHEAD } else { step.0 + 1 }, Relaxed);
        } else {
            self.say(path, SUCCESS, step);
        }
    }

    /// The attempt has failed.
    #[cold]
    #[inline(never)]
    pub fn failed(&self, path: usize, step: StepId, error: E, retry: Retry) {
        self.shared.error.give((error, retry));
        self.end_ahead(step);
        self.say(path, FAILED, step);
    }

    /// The attempt has been dropped, or never came to be.
    #[cold]
    #[inline(never)]
    pub fn abandoned(&self, path: usize, step: StepId) {
        self.end_ahead(step);
        self.say(path, ABANDONED, step);
    }

    /// Another attempt waits to be told.
    fn end_ahead(&self, step: StepId) {
        if self.goes_ahead(step) {
            self.shared.ahead.store(STOPPED, Relaxed);
        }
    }

    #[inline]
    fn read(&self, path: usize) -> u32 {
        self.words.get(path).map_or(IDLE, |word| word.load(Relaxed))
    }

    #[inline]
    fn say(&self, path: usize, what: u32, step: StepId) {
        if let Some(word) = self.words.get(path) {
            word.store(say(what, step), Relaxed);
        }
    }
}
