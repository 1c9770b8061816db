//! What the scheduler remembers of one step: 24 bytes.

#[cfg(feature = "defmt")]
use super::AttemptCount;
use super::{Cause, Given, Status, attempt_count::HIGHEST, cause::Why};
use crate::{plan::StepId, time::Instant};
use core::time::Duration;

/// The state of a step during a run.
///
/// A step goes through these phases:
///
/// ```text
///  ┌─────────┐        ┌────────┐
///  │ Waiting ├───2───►│ Doomed ├───3───► Failed, Skipped; Success of a given step
///  └────┬────┘        └────────┘
///       1
///  ┌────▼────┐        ┌─────────┐
///  │  Ready  │◄───4───┤ Backoff │
///  └──┬───▲──┘        └────▲────┘
///     5   6                7
///  ┌──▼───┴────────────────┴──┐
///  │ an attempt is in flight: ├───9───► Success
///  │ Running ──8─► Abandoning ├───10──► Failed
///  │                          ├───11──► Cancelled
///  │                          ├───14──► Skipped
///  └──────────────────────────┘
///    Ready                     ───12──► Failed
///    Waiting, Ready, Backoff   ───13──► Skipped, Cancelled
/// ```
///
/// 1. All steps that it depends on have ended, as its [`When`](crate::When) asks.
/// 2. The ends of its needs decide its fate: it will never start. Or it has ended before the run, and is given to it.
/// 3. The scheduler is asked for the next action: failures propagate breadth-first, one doomed step per action.
/// 4. The backoff is over.
/// 5. A permit and all its resources are free, and no ready step comes before it.
/// 6. The attempt failed or timed out, and is retried without a delay.
/// 7. The attempt failed or timed out, and is retried after a delay.
/// 8. The attempt reached its timeout or the step's deadline, or a stop reached it. It keeps its permit and its
///    resources until the abandonment is confirmed.
/// 9. The attempt succeeded, possibly after it was told to end.
/// 10. The attempt failed or timed out and is not retried, it panicked, its task was dropped, or it was abandoned at
///     the step's deadline. Or it was given up after its timeout or its deadline.
/// 11. The attempt was abandoned for a stop and has ended or was given up, or failed and a stop forbids the retry.
/// 12. The step's deadline passed while it waited for a permit or for resources to be retried, or attempts that were
///     given up hold what it lacks.
/// 13. The stop pass reached it: skipped if it never started, else cancelled.
/// 14. The attempt found that the step has nothing to do.
///
/// A start that the driver puts off, because the step lacks something of which the scheduler knows nothing, goes from
/// `Running` back to `Backoff` without an attempt; there it waits for the driver instead of a time.
///
/// On the fast path a step goes from `Waiting` through 1, 5 and 9 to `Success` without the bookkeeping of `Ready`.
/// [`status`](Self::status) groups the phases; [`Verdict`](super::Verdict) has an example.
// All zero is a step of which nothing is known, so a board can clear many states at once.
#[derive(Clone, Copy, Debug)]
pub struct StepState {
    /// The start of the first attempt. For a step that has not started: its depth in the upper half, and in the lower
    /// half the need through which its cause came.
    start_time: u64,
    /// The end of the step. While an attempt is abandoned for a stop: the step whose failure stopped the run. While the step
    /// is doomed: how it was given, or 0.
    end_time: u64,
    /// One word that each phase uses in its own way:
    ///
    /// - `Waiting`: how many of its needs have not ended.
    /// - `Doomed`: the next step in the queue of doomed steps.
    /// - From `Ready` to `Abandoning`: the heap index of its timer plus one, or 0 without a timer.
    /// - Ended because of another step: the root of its cause.
    pub(super) link: u32,
    /// From the lowest bit: the phase, the cause, the flags, and the number of attempts.
    word: u32,
}

const _: () = assert!(size_of::<StepState>() == 24, "the design grants 24 bytes per step");

/// The cause lies this many bits above the phase.
const WHY_SHIFT: u32 = 4;
const PHASE_MASK: u8 = (1 << WHY_SHIFT) - 1;
const PHASE_AND_WHY: u32 = 0xFF;

/// The last attempt that failed ran into its timeout.
pub(super) const TIMED_OUT_LAST: u32 = 1 << 8;
/// The step ended because something went wrong, in itself or in a step that it depends on.
pub(super) const WENT_WRONG: u32 = 1 << 9;
/// A stop ended the step.
pub(super) const STOPPED: u32 = 1 << 10;
/// The step's attempt was given up, and has not ended since.
pub(super) const STILL_RUNNING: u32 = 1 << 11;

/// A time limit or a stop has reached the attempt in flight, and it goes on, as it is never cancelled; or the step has
/// succeeded after that.
pub(super) const LATE: u32 = 1 << 12;

/// The number of attempts lies in the bits from this one on.
const ATTEMPTS_SHIFT: u32 = 14;
const ONE_ATTEMPT: u32 = 1 << ATTEMPTS_SHIFT;
const _: () = assert!(HIGHEST == u32::MAX >> ATTEMPTS_SHIFT, "the highest count is the last that has room");

/// The drawing at [`StepState`] has the transitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Some of its needs have not ended.
    Waiting,
    /// The end of a need has decided its fate; it ends when the scheduler is next asked.
    Doomed,
    /// The next attempt may start, be it the first or a retry.
    Ready,
    /// Between two attempts.
    Backoff,
    /// An attempt is in flight.
    Running,
    /// An attempt is in flight and has been told to end; the cause says why.
    Abandoning,
    // The step has ended in this phase and in those below.
    Success,
    Failed,
    Skipped,
    Cancelled,
}

impl Phase {
    const fn of(word: u32) -> Self {
        match word as u8 & PHASE_MASK {
            0 => Self::Waiting,
            1 => Self::Doomed,
            2 => Self::Ready,
            3 => Self::Backoff,
            4 => Self::Running,
            5 => Self::Abandoning,
            6 => Self::Success,
            7 => Self::Failed,
            8 => Self::Skipped,
            _ => Self::Cancelled,
        }
    }
}

impl Default for StepState {
    fn default() -> Self {
        Self::NEW
    }
}

impl StepState {
    /// The state of a step of which nothing is known yet.
    #[doc(hidden)]
    pub const NEW: Self = Self { start_time: 0, end_time: 0, link: 0, word: 0 };

    /// The number up to which attempts are counted; it stands for itself and all that are higher.
    pub const MAX_ATTEMPTS: u32 = HIGHEST;

    /// Records on a [`NEW`](Self::NEW) state that the first attempt succeeded.
    #[inline]
    #[doc(hidden)]
    pub fn succeed_at_once(&mut self, started: Instant, finished: Instant) {
        self.start_time = started.as_nanos();
        self.end_time = finished.as_nanos();
        self.word = Phase::Success as u32 | ONE_ATTEMPT;
    }

    /// Does the same as [`succeed_at_once`](Self::succeed_at_once) to all of them at time zero, for runs without a
    /// clock. It goes by fours, because a loop over single states would cost more than its body.
    #[inline]
    #[doc(hidden)]
    pub fn all_succeed(states: &mut [Self]) {
        let succeed = |state: &mut Self| state.word = Phase::Success as u32 | ONE_ATTEMPT;
        let (fours, rest) = states.as_chunks_mut();
        for [a, b, c, d] in fours {
            succeed(a);
            succeed(b);
            succeed(c);
            succeed(d);
        }
        rest.iter_mut().for_each(succeed);
    }

    pub(super) fn has(&self, flag: u32) -> bool {
        self.word & flag != 0
    }

    pub(super) fn set(&mut self, flags: u32) {
        self.word |= flags;
    }

    pub(super) fn unset(&mut self, flags: u32) {
        self.word &= !flags;
    }

    #[inline]
    pub(super) fn phase(&self) -> Phase {
        Phase::of(self.word)
    }

    /// The cause without its steps, once the step has ended.
    #[doc(hidden)]
    pub fn why(&self) -> Why {
        Why::from_bits(self.word as u8 >> WHY_SHIFT)
    }

    #[inline]
    pub(super) fn set_phase(&mut self, phase: Phase) {
        self.set_phase_and_why(phase, Why::None);
    }

    #[inline]
    fn set_phase_and_why(&mut self, phase: Phase, why: Why) {
        self.word = self.word & !PHASE_AND_WHY | phase as u32 | (why as u32) << WHY_SHIFT;
    }

    /// Starts the first attempt. No flag is set before it.
    #[inline]
    pub(super) fn start_first(&mut self, now: Instant) {
        self.start_time = now.as_nanos();
        self.word = Phase::Running as u32 | ONE_ATTEMPT;
    }

    /// Starts the first attempt or a retry.
    #[inline]
    pub(super) fn start(&mut self, now: Instant) {
        if self.has_started() {
            self.word = self.word.checked_add(ONE_ATTEMPT).unwrap_or(self.word);
            self.set_phase(Phase::Running);
        } else {
            self.start_first(now);
        }
    }

    /// Undoes [`start`](Self::start): the step waits as between two attempts, also if there has been none.
    pub(super) fn take_start_back(&mut self) {
        self.word = self.word.wrapping_sub(if self.has_started() { ONE_ATTEMPT } else { 0 });
        if !self.has_started() {
            self.start_time = 0;
        }
        self.set_phase(Phase::Backoff);
    }

    /// Whether an attempt is in flight, and has not been told to end.
    #[inline]
    #[doc(hidden)]
    pub fn is_running(&self) -> bool {
        self.word as u8 == Phase::Running as u8
    }

    /// Notes that the attempt in flight is told to end. For a stop, `by` is the step whose failure stopped the run.
    pub(super) fn abandon(&mut self, why: Why, by: StepId) {
        self.set_phase_and_why(Phase::Abandoning, why);
        self.end_time = u64::from(by.0);
    }

    /// Notes that a time limit or a stop has reached an attempt that is never cancelled: it goes on.
    pub(super) fn overrun(&mut self, why: Why) {
        self.set_phase_and_why(Phase::Running, why);
        self.set(LATE);
    }

    /// Whether an error of the attempt in flight is final: a deadline or a stop has reached it, and it went on.
    pub(super) fn has_last_attempt(&self) -> bool {
        self.has(LATE) && self.why() != Why::TimedOut
    }

    /// The step whose failure stopped the run, while an attempt is abandoned for a stop.
    pub(super) fn abandoned_by(&self) -> StepId {
        StepId(self.end_time as u32)
    }

    /// Ends the step with a result.
    #[inline]
    pub(super) fn succeed(&mut self, now: Instant) {
        self.end_time = now.as_nanos();
        self.set_phase(Phase::Success);
    }

    /// Ends the step without a result; `root` is the step where the cause began.
    pub(super) fn end(&mut self, phase: Phase, why: Why, root: StepId, now: Instant) {
        self.set_phase_and_why(phase, why);
        self.link = root.0;
        self.end_time = now.as_nanos();
    }

    /// Notes at which depth a step that has not started ends, and through which need.
    pub(super) fn set_depth(&mut self, depth: u32, via: StepId) {
        if !self.has_started() {
            self.start_time = u64::from(depth) << 32 | u64::from(via.0);
        }
    }

    /// The distance of the step from the outcome that doomed it; 0 if it has started.
    pub(super) fn depth(&self) -> u32 {
        if self.has_started() { 0 } else { (self.start_time >> 32) as u32 }
    }

    #[inline]
    pub(super) fn has_started(&self) -> bool {
        self.word >= ONE_ATTEMPT
    }

    /// Notes how a doomed step has ended before the run.
    pub(super) fn set_given(&mut self, given: Given) {
        if self.phase() == Phase::Doomed {
            self.end_time = given.to_mark();
        }
    }

    /// How a doomed step has ended before the run, if that is why it is doomed.
    pub(super) fn given(&self) -> Option<Given> {
        Given::from_mark(self.end_time).filter(|_| self.phase() == Phase::Doomed)
    }

    /// Whether the step has ended, with any status.
    #[inline]
    pub fn has_ended(&self) -> bool {
        matches!(self.phase(), Phase::Success | Phase::Failed | Phase::Skipped | Phase::Cancelled)
    }

    /// Whether the last attempt that failed ran into its timeout.
    #[doc(hidden)]
    pub fn timed_out_last(&self) -> bool {
        self.has(TIMED_OUT_LAST)
    }

    /// The step's status.
    pub fn status(&self) -> Status {
        match self.phase() {
            Phase::Waiting | Phase::Doomed => Status::Pending,
            Phase::Ready | Phase::Backoff if !self.has_started() => Status::Pending,
            Phase::Ready | Phase::Backoff | Phase::Running | Phase::Abandoning => Status::Running,
            Phase::Success => Status::Success,
            Phase::Failed => Status::Failed,
            Phase::Skipped => Status::Skipped,
            Phase::Cancelled => Status::Cancelled,
        }
    }

    /// Why the step did not succeed; `None` if it did, and until it has ended.
    pub fn cause(&self) -> Option<Cause> {
        if !self.has_ended() {
            return None;
        }
        Cause::of(self.why(), StepId(self.link), StepId(self.start_time as u32))
    }

    /// How many attempts were started, up to [`MAX_ATTEMPTS`](Self::MAX_ATTEMPTS).
    #[inline]
    pub fn attempts(&self) -> u32 {
        self.word >> ATTEMPTS_SHIFT
    }

    /// When the first attempt started.
    #[inline]
    pub fn started_at(&self) -> Option<Instant> {
        self.has_started().then_some(Instant::from_nanos(self.start_time))
    }

    /// When the step ended.
    #[inline]
    pub fn finished_at(&self) -> Option<Instant> {
        self.has_ended().then_some(Instant::from_nanos(self.end_time))
    }

    /// The time from the start of the first attempt to the end of the step; zero if it never started or has not ended.
    pub fn duration(&self) -> Duration {
        match (self.started_at(), self.finished_at()) {
            (Some(started), Some(finished)) => finished - started,
            _ => Duration::ZERO,
        }
    }

    #[doc(hidden)]
    pub fn is_being_abandoned(&self) -> bool {
        self.phase() == Phase::Abandoning
    }

    /// Whether the step has ended while its last attempt had not: it was told to end and given up after the run's
    /// [grace](crate::Config::grace). False again once the attempt has ended.
    pub fn is_still_running(&self) -> bool {
        self.has(STILL_RUNNING)
    }

    /// Whether the step succeeded after its timeout, its deadline, the run's deadline or a cancel had reached its attempt,
    /// which is [never cancelled](crate::Settings::never_cancel).
    pub fn is_late(&self) -> bool {
        self.has(LATE) && self.phase() == Phase::Success
    }

    /// Whether an attempt is in flight, told to end or not.
    pub fn is_in_flight(&self) -> bool {
        matches!(self.phase(), Phase::Running | Phase::Abandoning)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for StepState {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{} (attempts: {})", self.status(), AttemptCount(self.attempts()));
        if let Some(cause) = self.cause() {
            defmt::write!(f, ": {}", cause);
        }
    }
}
