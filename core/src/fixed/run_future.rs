//! The future of a run: first the fast path, then the scheduler's actions.

use super::{
    driver::{Driver, ScheduledBy},
    fast_path::FastPath,
    lane_states::LaneStates,
    lanes::Lanes,
    polled_run::{PolledRun, Polls},
    report::StartTime,
    runner::Runner,
    settings::{RunSettings, StaticSetup},
    static_plan::StaticPipeline,
    storage::{Lend, RunBuffers},
    unmet_needs::UnmetNeeds,
};
use crate::{observers::Observers, rounds::poll_run, sleep::ArmedSleep, time::Timer};
use core::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};
use pin_project_lite::pin_project;
use rungs_scheduler::{Instant, Scheduler, StepState};

impl<'r, E, const STEPS: usize, const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize>
    RunBuffers<'r, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
    /// Runs all steps on these lanes.
    #[inline]
    pub fn drive<
        P: StaticPipeline,
        O: Observers<E>,
        S: RunSettings,
        T: Timer,
        const LANES: usize,
        N: UnmetNeeds<E>,
        const CONTEXTS: usize,
    >(
        self,
        runner: Runner<P, O, S>,
        timer: &'r T,
        lane_states: &'r LaneStates<E, LANES, N, CONTEXTS>,
        lanes: impl Lanes,
    ) -> impl Future<Output = ()> {
        let (Self { states, store, notes }, Runner { settings, observers, store: (), pipeline }) = (self, runner);
        let now = Instant::ZERO;
        RunFuture::new(
            RunStart { states, store, settings },
            Driver { notes, lane_states, timer, now, lanes, observers, has_postponed: false, pipeline },
        )
    }
}

pin_project! {
    /// A run in progress. A plain state machine: an async function would keep several copies of all this.
    pub(super) struct RunFuture<D, G, T: Timer> {
        driver: D,
        stage: G,
        #[pin]
        sleep: ArmedSleep<T>,
    }
}

/// How far a run has come.
pub(super) enum Stage<'r, P, S, T, L, const STEPS: usize> {
    Start(RunStart<'r, S, L, STEPS>),
    Scheduled(ScheduledBy<'r, P, S, T>),
    Ended,
}

/// What a scheduler is made of.
pub(super) struct RunStart<'r, S, L, const STEPS: usize> {
    pub(super) states: &'r mut [StepState; STEPS],
    pub(super) store: L,
    pub(super) settings: S,
}

impl<'r, P, S, T: Timer, L, D, const STEPS: usize> RunFuture<D, Stage<'r, P, S, T, L, STEPS>, T> {
    pub(super) fn new(start: RunStart<'r, S, L, STEPS>, driver: D) -> Self {
        Self { driver, stage: Stage::Start(start), sleep: ArmedSleep::new() }
    }
}

impl<
    'r,
    P: StaticPipeline,
    E,
    O: Observers<E>,
    S: RunSettings,
    T: Timer,
    L: Lend<'r>,
    F: Lanes,
    const STEPS: usize,
    const LANES: usize,
    N: UnmetNeeds<E>,
    const CONTEXTS: usize,
> Future for RunFuture<Driver<'r, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>, Stage<'r, P, S, T, L, STEPS>, T>
{
    type Output = ();

    // Inlined where it is awaited: what is left of the fast path is then the work of the steps.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_mut().project();
        let driver = this.driver;
        driver.tick();
        if let Stage::Start(start) = this.stage {
            if T::TICKS {
                driver.notes.started = StartTime::new(driver.now);
            }
            driver.notify_run_start(&start.settings);
            let config = start.settings.config(&P::STATIC_PLAN.config);
            let is_plain = !S::HAS_SIGNAL && !S::HAS_LIMITS && !S::HAS_GIVEN && !O::LISTEN;
            if is_plain && P::STATIC_PLAN.may_use_fast_path(config) {
                let budget = if Polls::<P, S>::COUNT { config.get_poll_budget() } else { u32::MAX };
                let Err(fast_path) = driver.run_fast_path(start.states, budget, cx) else {
                    driver.end();
                    return Poll::Ready(());
                };
                return self.schedule(&fast_path, cx);
            }
        }
        self.schedule(&FastPath::default(), cx)
    }
}

impl<
    'r,
    P: StaticPipeline,
    E,
    O: Observers<E>,
    S: RunSettings,
    T: Timer,
    L: Lend<'r>,
    F: Lanes,
    const STEPS: usize,
    const LANES: usize,
    N: UnmetNeeds<E>,
    const CONTEXTS: usize,
> RunFuture<Driver<'r, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>, Stage<'r, P, S, T, L, STEPS>, T>
{
    /// Carries out the scheduler's actions until it waits for something or the run has ended. At first it makes the
    /// scheduler, from where the fast path stopped.
    #[inline(never)]
    fn schedule(self: Pin<&mut Self>, fast_path: &FastPath, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let driver = this.driver;
        let is_first = !matches!(this.stage, Stage::Scheduled(_));
        if is_first && let Stage::Start(start) = mem::replace(this.stage, Stage::Ended) {
            *this.stage = driver.scheduled(start, fast_path);
        }
        let Stage::Scheduled(scheduler) = this.stage else { return Poll::Ready(()) };
        if is_first {
            driver.leave_fast_path(scheduler, fast_path);
        }
        let mut polled = PolledRun::begin(driver, scheduler, is_first, fast_path);
        ready!(poll_run(&mut polled, this.sleep, cx));
        driver.end();
        driver.notify_run_end(scheduler);
        Poll::Ready(())
    }
}

impl<
    'r,
    P: StaticPipeline,
    E,
    O: Observers<E>,
    T: Timer,
    F: Lanes,
    const STEPS: usize,
    const LANES: usize,
    N: UnmetNeeds<E>,
    const CONTEXTS: usize,
> Driver<'r, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>
{
    /// The scheduler of the steps that the fast path left, before it has begun.
    #[inline]
    fn scheduled<S: RunSettings, L: Lend<'r>>(
        &self,
        start: RunStart<'r, S, L, STEPS>,
        fast_path: &FastPath,
    ) -> Stage<'r, P, S, T, L, STEPS> {
        let RunStart { states, store, settings } = start;
        let (setup, storage, started) = (StaticSetup::new(settings), store.lend(states), self.notes.started.get());
        // The lengths of the storage are the plan's own constants; with others, no step would run, and the report would say
        // so of each.
        match Scheduler::not_begun(setup, storage, started, fast_path.succeeded as u32) {
            Ok(scheduler) => Stage::Scheduled(scheduler),
            Err(_) => Stage::Ended,
        }
    }

    /// Begins where the fast path stopped.
    #[inline]
    fn leave_fast_path<S: RunSettings>(&mut self, scheduler: &mut ScheduledBy<'r, P, S, T>, fast_path: &FastPath) {
        scheduler.begin();
        if let Some(step) = fast_path.started.and_then(|started| scheduler.start_next(started)) {
            self.finish_attempt(scheduler, P::STATIC_PLAN.lane_of(step));
        }
    }
}
