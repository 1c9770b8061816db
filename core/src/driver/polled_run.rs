//! The future of a run, and the run while it is polled.

use super::{
    run::Driver,
    run_end::{RunEnd, RunRest},
    traced::{RunPanic, TracedTimer},
    wakes::Pass,
};
use crate::{
    observers::Observers,
    panics::guard,
    rounds::{PollBudget, Rounds, carry_out_all, poll_and_act, poll_run},
    sleep::ArmedSleep,
    steps::Kind,
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
    /// Runs to the end.
    #[inline]
    pub(crate) fn run<'t, T: Timer>(
        self,
        started: Instant,
        timer: &'t T,
    ) -> impl Future<Output = Result<RunEnd<E, O>, RunPanic>> + use<'r, 'env, 't, E, K, O, T> {
        Run { driver: self, timer: TracedTimer::new(timer), sleep: ArmedSleep::new(), started }
    }

    /// Registers the waker of the run, and returns whether no attempt was woken before: a wake from here on wakes the run.
    fn register_waker(&self, cx: &Context<'_>) -> bool {
        let wakes = self.parts.slots.wakes();
        wakes.run.register(cx.waker());
        !wakes.woken.is_any()
    }
}

/// How often one poll of the run looks for attempts that were woken. What wakes itself, as `yield_now` does, then goes on without
/// a turn of the executor; but not each time, as it yields for the sake of other tasks.
const PASSES: u32 = 4;

pin_project! {
    /// The future of a run. It alone holds the timer's sleep.
    struct Run<'r, 'env, 't, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> {
        driver: Driver<'r, 'env, E, K, O>,
        timer: TracedTimer<'t, T>,
        #[pin]
        sleep: ArmedSleep<TracedTimer<'t, T>>,
        started: Instant,
    }

    impl<'env, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> PinnedDrop for Run<'_, 'env, '_, E, K, O, T> {
        fn drop(this: Pin<&mut Self>) {
            this.project().sleep.disarm_caught();
        }
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> Future for Run<'_, 'env, '_, E, K, O, T> {
    type Output = Result<RunEnd<E, O>, RunPanic>;

    /// Panics are caught here, once, and not at each poll of an attempt.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let mut budget = PollBudget::new(this.driver.parts.scheduler.setup().config().get_poll_budget());
        loop {
            let polled = guard(|| {
                let (driver, timer) = (&mut *this.driver, &*this.timer);
                driver.parts.notify_start(&driver.run, *this.started);
                // The time of the start was read just before the first poll.
                let is_current = core::mem::replace(&mut driver.is_first_poll, false);
                let mut run = PolledRun { driver, timer, now: *this.started, is_current, budget };
                ready!(poll_run(&mut run, this.sleep.as_mut(), cx));
                let PolledRun { driver, now, .. } = run;
                driver.parts.notify_end(&driver.run, now);
                #[cfg(feature = "checkpoints")]
                let store = driver.take_store();
                let errors = core::mem::take(&mut driver.run.errors);
                let pauses = driver.apart.take_pauses();
                let rest = RunRest {
                    observers: driver.parts.observers.take(),
                    tokens: core::mem::take(&mut driver.parts.tokens),
                    #[cfg(feature = "checkpoints")]
                    store,
                };
                Poll::Ready(RunEnd { errors, pauses, started: *this.started, finished: now, rest })
            });
            match polled {
                Ok(polled) => return polled.map(Ok),
                Err(payload) => {
                    // What the attempts before it have spent is forgotten with the panic.
                    if !budget.is_used_up() {
                        budget.spend_one();
                    }
                    if let Err(panic) = this.driver.panicked(payload, this.timer) {
                        return Poll::Ready(Err(panic));
                    }
                    // The pass went with the panic, and with it wakes that it had taken.
                    this.driver.parts.slots.mark_all_woken();
                }
            }
        }
    }
}

/// A run while it is polled: what lasts no longer than one poll lies beside the driver.
struct PolledRun<'d, 'r, 'env, 't, E, K: Kind<'env, E>, O: Observers<E>, T> {
    driver: &'d mut Driver<'r, 'env, E, K, O>,
    timer: &'d TracedTimer<'t, T>,
    /// When the clock was last read in this poll.
    now: Instant,
    /// Whether that is the time to act at: the clock was read after what was woken has been polled, or with the end of an
    /// attempt that was.
    is_current: bool,
    budget: PollBudget,
}

impl<'env, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> PolledRun<'_, '_, 'env, '_, E, K, O, T> {
    /// Reads the clock, unless it has just been read: that costs as much as a step.
    #[inline]
    fn read_clock(&mut self) {
        if !core::mem::replace(&mut self.is_current, true) {
            self.now = self.timer.now();
        }
    }
}

impl<'env, 't, E, K: Kind<'env, E>, O: Observers<E>, T: Timer> Rounds for PolledRun<'_, '_, 'env, 't, E, K, O, T> {
    type Timer = TracedTimer<'t, T>;

    // Without a clock, `check` has refused all limits.
    const HAS_LIMITS: bool = T::TICKS;

    /// The waker is registered last: as long as none is, a wake only notes who was woken. A simulation is told of each wake
    /// before more is done, as it must not come from another thread.
    fn progress(&mut self, cx: &mut Context<'_>) -> bool {
        if T::PICKS {
            self.driver.register_waker(cx);
        }
        for _ in 0..if T::PICKS { 1 } else { PASSES } {
            if !poll_and_act(self, cx) {
                return false;
            }
            self.is_current = false;
            if self.has_ended() || !self.driver.parts.slots.wakes().woken.is_any() {
                break;
            }
        }
        self.has_ended() || self.driver.register_waker(cx)
    }

    // A function of its own, with the rare cases out of line: a step that succeeds at once costs a quarter more otherwise.
    #[inline(never)]
    fn act(&mut self, cx: &mut Context<'_>) -> bool {
        let is_through = carry_out_all(self, cx);
        // A step whose retry is postponed still has its permit, and may not keep it.
        if O::LISTEN && is_through && !self.driver.apart.has_postponed() {
            self.driver.notify_lacking(self.now);
        }
        is_through
    }

    #[inline]
    fn report_postponed(&mut self) -> bool {
        if self.driver.apart.has_postponed() {
            self.read_clock();
        }
        self.driver.report_postponed(self.now)
    }

    #[inline]
    fn poll_woken(&mut self, _: &mut Context<'_>) -> bool {
        let has_emissions = O::LISTEN && self.driver.run.has_emissions();
        if has_emissions || self.driver.parts.rare.is_some() {
            self.read_clock();
        }
        let driver = &mut *self.driver;
        driver.poll_due_claims(self.now);
        if has_emissions {
            driver.parts.notify_emitted(&driver.run, self.now);
        }
        let mut pass = if driver.is_half_way { core::mem::take(&mut driver.pass) } else { Pass::default() };
        while !self.budget.is_used_up() {
            let driver = &mut *self.driver;
            let woken = &driver.parts.slots.wakes().woken;
            let next =
                if T::PICKS { pass.next_picked(woken, |woken| self.timer.pick(woken)) } else { pass.next(woken) };
            let Some(slot) = next else {
                driver.is_half_way = false;
                self.read_clock();
                return true;
            };
            if let Some(step) = driver.parts.slots.step_in(slot) {
                self.budget.spend_one();
                self.is_current |= driver.poll_step(StepId::from_number(step), slot, &mut self.now, self.timer);
            }
        }
        self.driver.pass = pass;
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
        let limit = self.driver.parts.scheduler.poll_deadline();
        if self.driver.parts.rare.is_some() { self.driver.limit_or_due_claim(limit) } else { limit }
    }

    fn poll_sleep(
        &mut self,
        sleep: Pin<&mut ArmedSleep<TracedTimer<'t, T>>>,
        deadline: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.timer.trace(|| sleep.poll_until(deadline, self.timer, cx))
    }
}
