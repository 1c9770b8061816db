//! What the scheduler remembers of one step: 24 bytes.

use super::{Cause, Status, cause::Why};
use crate::{plan::StepId, policy::When, time::Instant};
use core::time::Duration;

/// A step's state during a run.
///
/// [`Verdict`](super::Verdict) has an example.
// Nothing is known of a step while all is zero, so a board can clear many states at once.
#[derive(Clone, Copy, Debug)]
pub struct StepState {
    /// When the first attempt started. Of a step that has not started: its wave (above), and the need through which its
    /// cause came (below).
    first: u64,
    /// When the step ended; of one whose attempt is abandoned for a stop, before that, whose failure it was.
    last: u64,
    /// Of a waiting step, how many needs have not ended; of one that is sealed, the next in that queue; of one that
    /// started, its alarm's place plus one; of one that ended for another's sake, the root of its cause.
    pub(super) link: u32,
    /// Attempts after the first.
    retried: u16,
    /// The phase, and above it the cause.
    what: u8,
    flags: u8,
}

const _: () = assert!(size_of::<StepState>() == 24, "the design grants 24 bytes a step");

/// How far the cause lies above the phase.
const CAUSE: u32 = 4;
const PHASE: u8 = (1 << CAUSE) - 1;

/// The last failed attempt ran out of time.
pub(super) const TIMED_OUT_LAST: u8 = 1 << 0;
/// It has started.
const STARTED: u8 = 1 << 1;
/// The step ended because something went wrong, with itself or above it.
pub(super) const WENT_WRONG: u8 = 1 << 2;
pub(super) const OPTIONAL: u8 = 1 << 3;
pub(super) const CLEAN_UP: u8 = 1 << 4;
pub(super) const SKIP_ON_ERROR: u8 = 1 << 5;
pub(super) const ANY_FAILED: u8 = 1 << 6;
/// A stop has ended it.
pub(super) const SWEPT: u8 = 1 << 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Some need has not ended.
    Waiting,
    /// A need has sealed its fate; it ends when the scheduler is next asked.
    Sealed,
    /// May start: for the first time or again.
    Ready,
    /// Between two attempts.
    Backoff,
    /// An attempt is in flight.
    Running,
    /// An attempt is in flight and has been told to end, for what its cause says.
    Abandoning,
    /// This and all behind it are ends.
    Success,
    Failed,
    Skipped,
    Cancelled,
}

impl Phase {
    const fn of(what: u8) -> Self {
        match what & PHASE {
            0 => Self::Waiting,
            1 => Self::Sealed,
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
    /// Nothing is known of the step yet.
    #[doc(hidden)]
    pub const NEW: Self = Self { first: 0, last: 0, link: 0, retried: 0, what: 0, flags: 0 };

    /// The first attempt has succeeded, if nothing was known of the step before.
    #[inline]
    #[doc(hidden)]
    pub fn succeed_at_once(&mut self, started: Instant, finished: Instant) {
        self.first = started.as_nanos();
        self.last = finished.as_nanos();
        self.what = Phase::Success as u8;
        self.flags = STARTED;
    }

    /// As [`succeed_at_once`](Self::succeed_at_once), all of them, where there is no time. By fours, because for each alone
    /// the loop would cost more than what it does.
    #[inline]
    #[doc(hidden)]
    pub fn all_succeed(states: &mut [Self]) {
        let succeed = |node: &mut Self| (node.what, node.flags) = (Phase::Success as u8, STARTED);
        let (fours, rest) = states.as_chunks_mut();
        for [a, b, c, d] in fours {
            succeed(a);
            succeed(b);
            succeed(c);
            succeed(d);
        }
        rest.iter_mut().for_each(succeed);
    }

    pub(super) fn flags_for(when: When, optional: bool) -> u8 {
        let rule = match when {
            When::AllSucceeded => 0,
            When::SkipOnError => SKIP_ON_ERROR,
            When::AllDone => CLEAN_UP,
            When::AnyFailed => CLEAN_UP | ANY_FAILED,
        };
        rule | if optional { OPTIONAL } else { 0 }
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) fn set(&mut self, flags: u8) {
        self.flags |= flags;
    }

    pub(super) fn unset(&mut self, flags: u8) {
        self.flags &= !flags;
    }

    #[inline]
    pub(super) fn phase(&self) -> Phase {
        Phase::of(self.what)
    }

    pub(super) fn why(&self) -> Why {
        Why::from_bits(self.what >> CAUSE)
    }

    #[inline]
    pub(super) fn set_phase(&mut self, phase: Phase) {
        self.what = phase as u8;
    }

    /// The first attempt begins.
    #[inline]
    pub(super) fn start_first(&mut self, now: Instant) {
        self.first = now.as_nanos();
        self.flags |= STARTED;
        self.set_phase(Phase::Running);
    }

    /// The first attempt begins, or another.
    #[inline]
    pub(super) fn start(&mut self, now: Instant) {
        if self.has_started() {
            self.retried = self.retried.saturating_add(1);
            self.set_phase(Phase::Running);
        } else {
            self.start_first(now);
        }
    }

    /// Whether an attempt is in flight, and has not been told to end.
    #[inline]
    pub(super) fn is_running(&self) -> bool {
        self.what == Phase::Running as u8
    }

    /// The attempt in flight is to end. If that is for a stop, `by` is the step whose failure stopped the run.
    pub(super) fn abandon(&mut self, why: Why, by: StepId) {
        self.what = Phase::Abandoning as u8 | (why as u8) << CAUSE;
        self.last = u64::from(by.0);
    }

    /// Whose failure is the reason for which the attempt is abandoned.
    pub(super) fn abandoned_by(&self) -> StepId {
        StepId(self.last as u32)
    }

    /// The step has a result.
    #[inline]
    pub(super) fn succeed(&mut self, now: Instant) {
        self.last = now.as_nanos();
        self.set_phase(Phase::Success);
    }

    /// The step has ended without a result; `root` is where that began.
    pub(super) fn end(&mut self, phase: Phase, why: Why, root: StepId, now: Instant) {
        self.what = phase as u8 | (why as u8) << CAUSE;
        self.link = root.0;
        self.last = now.as_nanos();
    }

    /// Notes the wave in which a step ends that has not started, and the need for whose sake.
    pub(super) fn set_wave(&mut self, wave: u32, via: StepId) {
        if !self.has_started() {
            self.first = u64::from(wave) << 32 | u64::from(via.0);
        }
    }

    /// The wave in which the step ends or ended: 0 if it has started.
    pub(super) fn wave(&self) -> u32 {
        if self.has_started() { 0 } else { (self.first >> 32) as u32 }
    }

    #[inline]
    pub(super) fn has_started(&self) -> bool {
        self.has(STARTED)
    }

    #[inline]
    /// Whether the step has ended, however.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase(), Phase::Success | Phase::Failed | Phase::Skipped | Phase::Cancelled)
    }

    /// Whether the last attempt that failed ran out of time.
    #[doc(hidden)]
    pub fn timed_out_last(&self) -> bool {
        self.has(TIMED_OUT_LAST)
    }

    /// What has become of the step.
    pub fn status(&self) -> Status {
        match self.phase() {
            Phase::Waiting | Phase::Sealed => Status::Pending,
            Phase::Ready if !self.has_started() => Status::Pending,
            Phase::Ready | Phase::Backoff | Phase::Running | Phase::Abandoning => Status::Running,
            Phase::Success => Status::Success,
            Phase::Failed => Status::Failed,
            Phase::Skipped => Status::Skipped,
            Phase::Cancelled => Status::Cancelled,
        }
    }

    /// Why the step did not succeed; `None` while it may yet, and if it did.
    pub fn cause(&self) -> Option<Cause> {
        if !self.has_ended() {
            return None;
        }
        Cause::of(self.why(), StepId(self.link), StepId(self.first as u32))
    }

    /// How many attempts were started; 65,536 may be more.
    #[inline]
    pub fn attempts(&self) -> u32 {
        if self.has_started() { u32::from(self.retried) + 1 } else { 0 }
    }

    /// When the first attempt started.
    #[inline]
    pub fn started_at(&self) -> Option<Instant> {
        self.has_started().then_some(Instant::from_nanos(self.first))
    }

    /// When the step ended.
    #[inline]
    pub fn finished_at(&self) -> Option<Instant> {
        self.has_ended().then_some(Instant::from_nanos(self.last))
    }

    /// From the first attempt's start to the end; zero of a step that never started, or has not ended.
    pub fn duration(&self) -> Duration {
        match (self.started_at(), self.finished_at()) {
            (Some(started), Some(finished)) => finished - started,
            _ => Duration::ZERO,
        }
    }

    /// Whether its failure counts: it was not declared optional.
    pub fn is_required(&self) -> bool {
        !self.has(OPTIONAL)
    }

    #[doc(hidden)]
    pub fn is_being_abandoned(&self) -> bool {
        self.phase() == Phase::Abandoning
    }

    /// Whether an attempt is in flight, told to end or not.
    pub fn is_in_flight(&self) -> bool {
        matches!(self.phase(), Phase::Running | Phase::Abandoning)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for StepState {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{} (attempts: {=u32})", self.status(), self.attempts());
        if let Some(cause) = self.cause() {
            defmt::write!(f, ": {}", cause);
        }
    }
}
