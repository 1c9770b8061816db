//! The future of a run, and the run while it is polled.

use super::{attempt, run::Driver, wakes::Pass};
use crate::{
    observers::Observers,
    rounds::{PollBudget, Rounds, carry_out_all, poll_and_act, poll_run},
    sleep::ArmedSleep,
    steps::{Errors, Kind},
    time::Timer,
};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use pin_project_lite::pin_project;
use rungs_scheduler::{Action, Instant, Setup, StepId, Stop};

impl<'r, 'env, E, K: Kind<'env, E>, O: Observers<E>> Driver<'r, 'env, E, K, O> {
    /// Runs to the end, and returns the errors.
    pub(crate) fn run<'t, T: Timer>(
        mut self,
        started: Instant,
        timer: &'t T,
    ) -> impl Future<Output = Errors<E>> + use<'r, 'env, 't, E, K, O, T> {
        self.parts.notify_start(started);
        Run { driver: self, timer, sleep: ArmedSleep::new() }
    }
}

pin_project! {
    /// The future of a run. It alone holds the timer's sleep.
    struct Run<'r, 'env, 't, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> {
        driver: Driver<'r, 'env, E, K, O>,
        timer: &'t T,
        #[pin]
        sleep: ArmedSleep<T>,
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> Future for Run<'_, 'env, '_, E, K, O, T> {
    type Output = Errors<E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Errors<E>> {
        let this = self.project();
        let mut polled = PolledRun::begin(this.driver, *this.timer, cx);
        ready!(poll_run(&mut polled, this.sleep, cx));
        let now = polled.now;
        this.driver.parts.notify_end(now);
        Poll::Ready(core::mem::take(&mut this.driver.errors))
    }
}

/// A run while it is polled: what lasts no longer than one poll lies beside the driver.
pub(super) struct PolledRun<'d, 'r, 'env, E, K: Kind<'env, E>, O: Observers<E>, T> {
    driver: &'d mut Driver<'r, 'env, E, K, O>,
    timer: &'d T,
    pub(super) now: Instant,
    budget: PollBudget,
    /// Whether this poll goes on with the pass of an earlier one, which may lack later wakes.
    is_resumed: bool,
}

impl<'d, 'r, 'env, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> PolledRun<'d, 'r, 'env, E, K, O, T> {
    /// Registers the waker of the run: a wake from here on causes a further poll, and an earlier one is in the pass, unless
    /// the pass itself is an earlier one.
    pub(super) fn begin(driver: &'d mut Driver<'r, 'env, E, K, O>, timer: &'d T, cx: &Context<'_>) -> Self {
        driver.parts.slots.wakes().run.register(cx.waker());
        let is_resumed = driver.is_half_way;
        if !is_resumed {
            driver.pass = Pass::default();
        }
        let budget = PollBudget::new(driver.parts.scheduler.setup().config().get_poll_budget());
        Self { driver, timer, now: timer.now(), budget, is_resumed }
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> Rounds for PolledRun<'_, '_, 'env, E, K, O, T> {
    type Timer = T;

    const HAS_LIMITS: bool = true;

    /// Panics are caught here, once, and not at each poll of an attempt.
    fn progress(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            match attempt::guard(|| poll_and_act(self, cx)) {
                Ok(is_through) => return is_through && !self.is_resumed,
                Err(payload) => self.driver.panicked(payload, &mut self.now, self.timer),
            }
        }
    }

    // A function of its own, with the rare cases out of line: a step that succeeds at once costs a quarter more otherwise.
    #[inline(never)]
    fn act(&mut self, cx: &mut Context<'_>) -> bool {
        carry_out_all(self, cx)
    }

    #[inline]
    fn report_postponed(&mut self) -> bool {
        let is_any = !self.driver.parts.postponed.is_empty();
        if is_any {
            self.driver.report_postponed(self.now);
        }
        is_any
    }

    #[inline]
    fn poll_woken(&mut self, _: &mut Context<'_>) -> bool {
        while !self.budget.is_used_up() {
            let driver = &mut *self.driver;
            let Some(slot) = driver.pass.next(&driver.parts.slots.wakes().woken) else {
                driver.is_half_way = false;
                return true;
            };
            if let Some(step) = driver.parts.slots.step_in(slot) {
                self.budget.spend_one();
                driver.poll_step(StepId::from_number(step), slot, &mut self.now, self.timer);
            }
        }
        self.driver.is_half_way = true;
        false
    }

    #[inline]
    fn is_used_up(&self) -> bool {
        self.budget.is_used_up()
    }

    #[inline]
    fn spend_one(&mut self) {
        self.budget.spend_one();
    }

    #[inline]
    fn next_stop(&mut self) -> Option<Stop> {
        self.driver.parts.tokens.next()
    }

    #[inline]
    fn next_action(&mut self) -> Option<Action> {
        self.driver.parts.scheduler.poll_action(self.now)
    }

    #[inline]
    fn start(&mut self, step: StepId, _: &mut Context<'_>) {
        self.driver.look_ahead();
        self.driver.start(step, &mut self.now, self.timer);
    }

    fn abandon(&mut self, step: StepId, _: &mut Context<'_>) {
        self.driver.abandon(step, &mut self.now, self.timer);
    }

    fn ended(&mut self, step: StepId) {
        self.driver.ended(step, self.now);
    }

    fn has_ended(&self) -> bool {
        self.driver.parts.scheduler.has_ended()
    }

    fn poll_stop(&mut self, cx: &mut Context<'_>) -> Option<Stop> {
        self.driver.parts.tokens.poll_next(cx)
    }

    fn handle_stop(&mut self, stop: Stop) {
        self.driver.parts.scheduler.handle_stop(stop);
    }

    fn poll_deadline(&mut self) -> Option<Instant> {
        self.driver.parts.scheduler.poll_deadline()
    }

    fn timer(&self) -> &T {
        self.timer
    }
}
