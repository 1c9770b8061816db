//! One poll of a run, in the drivers of both APIs: what was woken, then rounds of stops and actions, then the sleep.

use crate::{sleep::ArmedSleep, time::Timer};
use core::{
    pin::Pin,
    task::{Context, Poll},
};
use rungs_scheduler::{Action, Instant, Outcome, Requirements, Retry, Settings, StepId, Stop};

/// How many attempts and ends are left to one poll of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PollBudget(u32);

impl PollBudget {
    pub(crate) const fn new(attempts: u32) -> Self {
        Self(attempts)
    }

    #[inline]
    pub(crate) const fn is_used_up(&self) -> bool {
        self.0 == 0
    }

    /// Call it only while the budget is not used up.
    #[inline]
    pub(crate) const fn spend_one(&mut self) {
        self.0 = self.0.wrapping_sub(1);
    }
}

/// Whether another attempt follows at once, if the scheduler is told this outcome.
///
/// Both drivers postpone such an outcome until there are no other actions. Otherwise a step whose retries have no delay would
/// start again before the steps after it, each time. Without timers there are no delays.
#[inline]
pub(crate) fn is_retried_at_once(
    settings: &Settings<'_>,
    attempts: u32,
    outcome: Outcome,
    required: Requirements,
) -> bool {
    let is_immediate = match outcome {
        Outcome::Failed(Retry::Yes | Retry::After(_)) | Outcome::Abandoned if !required.timers => true,
        Outcome::Failed(Retry::After(delay)) => delay.is_zero(),
        Outcome::Failed(Retry::Yes) | Outcome::Abandoned => {
            settings.get_backoff().is_immediate(attempts, required.rare_delays)
        }
        _ => false,
    };
    is_immediate && attempts <= settings.get_retries()
}

/// A run that is being polled.
pub(crate) trait Rounds {
    /// The clock of the run.
    type Timer: Timer;

    /// Whether a limit may have to wake the run.
    const HAS_LIMITS: bool;

    /// Polls and acts, and returns whether nothing is left to do now: otherwise another poll has to follow.
    #[inline]
    fn progress(&mut self, cx: &mut Context<'_>) -> bool {
        poll_and_act(self, cx)
    }

    /// Carries out actions, and returns whether there are no more: otherwise the budget is used up.
    #[inline]
    fn act(&mut self, cx: &mut Context<'_>) -> bool {
        carry_out_all(self, cx)
    }

    /// Tells the scheduler of the attempts that [are retried at once](is_retried_at_once), and returns whether there were any.
    fn report_postponed(&mut self) -> bool;

    /// Polls the attempts that were woken, and returns whether none is left over.
    fn poll_woken(&mut self, cx: &mut Context<'_>) -> bool;

    /// Whether the budget allows no further action in this poll.
    fn is_used_up(&self) -> bool;

    /// Takes one action from the budget.
    fn spend_one(&mut self);

    /// A stop that was requested meanwhile.
    fn next_stop(&mut self) -> Option<Stop>;

    /// What the scheduler says to do next.
    fn next_action(&mut self) -> Option<Action>;

    /// Starts an attempt, and polls it.
    fn start(&mut self, step: StepId, cx: &mut Context<'_>);

    /// Makes an attempt end; one that is ready by now has its result.
    fn abandon(&mut self, step: StepId, cx: &mut Context<'_>);

    /// Takes note of a step that ended without an attempt.
    fn ended(&mut self, step: StepId);

    /// Whether every step has ended.
    fn has_ended(&self) -> bool;

    /// A stop that was requested since the last round. If there is none, the next one wakes the run.
    fn poll_stop(&mut self, cx: &mut Context<'_>) -> Option<Stop>;

    /// Passes a stop on to the scheduler.
    fn handle_stop(&mut self, stop: Stop);

    /// When the next limit passes.
    fn poll_deadline(&mut self) -> Option<Instant>;

    /// Sleeps until the deadline, if there is one.
    fn poll_sleep(
        &mut self,
        sleep: Pin<&mut ArmedSleep<Self::Timer>>,
        deadline: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()>;
}

/// Polls a run once; ready when every step has ended.
///
/// A run that has more to do than its budget allows wakes itself, so that other tasks of its thread have their turn in between,
/// and its own attempts as well: what was woken is polled before anything else.
#[inline]
pub(crate) fn poll_run<R: Rounds>(
    run: &mut R,
    sleep: Pin<&mut ArmedSleep<R::Timer>>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let is_through = run.progress(cx);
    if run.has_ended() {
        return Poll::Ready(());
    }
    if !is_through || has_stop(run, cx) || sleep_has_ended(run, sleep, cx) {
        cx.waker().wake_by_ref();
    }
    Poll::Pending
}

/// What [`Rounds::progress`] does in both drivers. What was woken is polled first, so that results are known before limits and
/// stops are looked at.
#[inline]
pub(crate) fn poll_and_act<R: Rounds + ?Sized>(run: &mut R, cx: &mut Context<'_>) -> bool {
    run.report_postponed();
    if !run.poll_woken(cx) {
        return false;
    }
    while run.act(cx) {
        if !run.report_postponed() {
            return true;
        }
    }
    false
}

/// What [`Rounds::act`] does in both drivers.
#[inline]
pub(crate) fn carry_out_all<R: Rounds + ?Sized>(run: &mut R, cx: &mut Context<'_>) -> bool {
    while !run.is_used_up() {
        if let Some(stop) = run.next_stop() {
            run.handle_stop(stop);
        }
        let Some(action) = run.next_action() else { return true };
        run.spend_one();
        match action {
            Action::Start(step) => run.start(step, cx),
            Action::Abandon(step) => run.abandon(step, cx),
            Action::Ended(step) => run.ended(step),
        }
    }
    false
}

#[inline]
fn has_stop<R: Rounds>(run: &mut R, cx: &mut Context<'_>) -> bool {
    let stop = run.poll_stop(cx);
    if let Some(stop) = stop {
        run.handle_stop(stop);
    }
    stop.is_some()
}

/// Arms the sleep. If it has ended already, the clock has to be read again, which is done in the next poll: a sleep may end
/// early, and as often as it likes.
#[inline]
fn sleep_has_ended<R: Rounds>(run: &mut R, sleep: Pin<&mut ArmedSleep<R::Timer>>, cx: &mut Context<'_>) -> bool {
    R::HAS_LIMITS && {
        let deadline = run.poll_deadline();
        run.poll_sleep(sleep, deadline, cx).is_ready()
    }
}
