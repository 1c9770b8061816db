//! A static run while it is polled.

use super::{
    driver::{Driver, ScheduledBy},
    fast_path::FastPath,
    lanes::Lanes,
    settings::{RunSettings, StaticSetup},
    static_plan::StaticPipeline,
    unmet_needs::UnmetNeeds,
};
use crate::{
    observers::Observers,
    rounds::{PollBudget, Rounds},
    sleep::ArmedSleep,
    time::Timer,
};
use core::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};
use rungs_scheduler::{Action, Instant, Plan, Setup, StepId, StepState, Stop};

/// A run while it is polled: its driver and its scheduler, and what lasts no longer than one poll.
pub(super) struct PolledRun<'d, D, R, L> {
    driver: &'d mut D,
    scheduler: &'d mut R,
    budget: PollBudget,
    /// Whether there is nothing in flight yet but what this very poll has begun.
    is_first: bool,
    limits: PhantomData<L>,
}

/// What is known of the polls of a run before it runs.
pub(super) struct Polls<P, S>(PhantomData<fn() -> (P, S)>);

impl<P: StaticPipeline, S: RunSettings> Polls<P, S> {
    /// Whether one poll may have more to do than the budget allows. If not, nothing is counted.
    pub(super) const COUNT: bool =
        !S::IS_DECLARED || most_actions(&P::STATIC_PLAN.plan) > P::STATIC_PLAN.config.get_poll_budget() as u64;
}

/// The most that a whole run has to do. Each attempt is started and told to end at most once; a step that ends in another way
/// leaves out an attempt.
const fn most_actions(plan: &Plan<'_>) -> u64 {
    let (mut attempts, mut step) = (0, 0);
    while step < plan.len() {
        attempts += 1 + plan.settings(StepId::from_number(step as u32)).get_retries() as u64;
        step += 1;
    }
    2 * attempts
}

impl<
    'd,
    'r,
    P: StaticPipeline,
    E,
    O: Observers<E>,
    S: RunSettings,
    T: Timer,
    F: Lanes,
    const STEPS: usize,
    const LANES: usize,
    N: UnmetNeeds<E>,
    const CONTEXTS: usize,
> PolledRun<'d, Driver<'r, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>, ScheduledBy<'r, P, S, T>, Polls<P, S>>
{
    pub(super) fn begin(
        driver: &'d mut Driver<'r, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>,
        scheduler: &'d mut ScheduledBy<'r, P, S, T>,
        is_first: bool,
        fast_path: &FastPath,
    ) -> Self {
        // The last step that the fast path started is not among those that succeeded.
        let started = fast_path.succeeded as u32 + u32::from(fast_path.started.is_some());
        let budget = PollBudget::new(scheduler.setup().config().get_poll_budget().saturating_sub(started));
        Self { driver, scheduler, budget, is_first, limits: PhantomData }
    }
}

impl<
    'r,
    P: StaticPipeline,
    E,
    O: Observers<E>,
    S: RunSettings,
    T: Timer,
    F: Lanes,
    const STEPS: usize,
    const LANES: usize,
    N: UnmetNeeds<E>,
    const CONTEXTS: usize,
> Rounds
    for PolledRun<'_, Driver<'r, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>, ScheduledBy<'r, P, S, T>, Polls<P, S>>
{
    type Timer = T;

    const HAS_LIMITS: bool =
        StaticSetup::<P, S, T>::REQUIREMENTS.timers || StaticSetup::<P, S, T>::REQUIREMENTS.run_deadline;

    #[inline]
    fn report_postponed(&mut self) -> bool {
        StaticSetup::<P, S, T>::REQUIREMENTS.retries
            && core::mem::take(&mut self.driver.has_postponed)
            && (0..LANES).fold(false, |is_any, lane| self.driver.report_postponed(self.scheduler, lane) | is_any)
    }

    /// Each attempt in flight is polled once, whatever the budget: the run has one waker for all.
    fn poll_woken(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.is_first {
            self.driver.poll_running(self.scheduler, cx);
        }
        true
    }

    #[inline]
    fn is_used_up(&self) -> bool {
        Polls::<P, S>::COUNT && self.budget.is_used_up()
    }

    #[inline]
    fn spend_one(&mut self) {
        if Polls::<P, S>::COUNT {
            self.budget.spend_one();
        }
    }

    #[inline]
    fn next_stop(&mut self) -> Option<Stop> {
        self.scheduler.setup_mut().next_stop()
    }

    fn handle_stop(&mut self, stop: Stop) {
        self.scheduler.handle_stop(stop);
    }

    #[inline]
    fn next_action(&mut self) -> Option<Action> {
        self.scheduler.poll_action(self.driver.now)
    }

    fn start(&mut self, step: StepId, cx: &mut Context<'_>) {
        if S::HAS_GIVEN && self.driver.end_given(self.scheduler, step) {
            return;
        }
        self.driver.start(self.scheduler, step);
        self.driver.poll_path(self.scheduler, P::STATIC_PLAN.lane_of(step), cx);
    }

    fn abandon(&mut self, step: StepId, cx: &mut Context<'_>) {
        if self.report_postponed() && !self.scheduler.state(step).is_some_and(StepState::is_being_abandoned) {
            return;
        }
        // It ends by itself: nothing can go on in place without the run.
        if StaticSetup::<P, S, T>::REQUIREMENTS.never_cancel && P::STATIC_PLAN.plan.settings(step).get_never_cancel() {
            return;
        }
        let lane = P::STATIC_PLAN.lane_of(step);
        self.driver.lane_states.request_abandon(lane, step);
        self.driver.poll_path(self.scheduler, lane, cx);
    }

    fn ended(&mut self, step: StepId) {
        if S::HAS_GIVEN
            && let Some(given) = self.scheduler.setup().given(step)
        {
            self.scheduler.rename_not_needed(step, given);
        }
        self.driver.notify_end(self.scheduler, step);
    }

    fn has_ended(&self) -> bool {
        self.scheduler.has_ended()
    }

    fn poll_stop(&mut self, cx: &mut Context<'_>) -> Option<Stop> {
        self.scheduler.setup().register(cx.waker());
        self.next_stop()
    }

    fn poll_deadline(&mut self) -> Option<Instant> {
        self.scheduler.poll_deadline()
    }

    fn poll_sleep(
        &mut self,
        sleep: Pin<&mut ArmedSleep<T>>,
        deadline: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        sleep.poll_until(deadline, self.driver.timer, cx)
    }
}
