//! The future of a run: first ahead of the scheduler, then as it says.

use super::{
    drive::{Driver, Paths, ScheduledBy},
    fast_path::FastPath,
    settings::{RunSettings, StaticSetup},
    static_plan::StaticPipeline,
    storage::Lend,
};
use crate::{observers::Observers, time::Timer};
use core::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;
use rungs_scheduler::{Instant, Scheduler, Setup, StepState};

pin_project! {
    /// A run in progress. A plain state machine: an async function would keep several copies of all this.
    pub(super) struct RunFuture<D, G, T: Timer> {
        drive: D,
        stage: G,
        #[pin]
        sleep: Option<T::Sleep>,
    }
}

/// How far a run has come.
pub(super) enum Stage<'r, P, S, T, L, const STEPS: usize> {
    RunStart(RunStart<'r, S, L, STEPS>),
    /// With what the sleep sleeps until.
    Scheduled(ScheduledBy<'r, P, S, T>, Instant),
    Ended,
}

/// What a scheduler is made of.
pub(super) struct RunStart<'r, S, L, const STEPS: usize> {
    pub(super) states: &'r mut [StepState; STEPS],
    pub(super) store: L,
    pub(super) settings: S,
}

impl<'r, P, S, T: Timer, L, D, const STEPS: usize> RunFuture<D, Stage<'r, P, S, T, L, STEPS>, T> {
    pub(super) fn new(fresh: RunStart<'r, S, L, STEPS>, drive: D) -> Self {
        Self { drive, stage: Stage::RunStart(fresh), sleep: None }
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
    F: Paths,
    const STEPS: usize,
    const PATHS: usize,
    const NEEDS: usize,
    const CONTEXTS: usize,
> Future for RunFuture<Driver<'r, P, E, O, T, F, STEPS, PATHS, NEEDS, CONTEXTS>, Stage<'r, P, S, T, L, STEPS>, T>
{
    type Output = ();

    // Where it is awaited: all that is left of the way ahead is then what the steps do.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_mut().project();
        let drive = this.drive;
        drive.tick();
        if let Stage::RunStart(fresh) = this.stage {
            if T::TICKS {
                drive.notes.started = drive.now;
            }
            drive.tell_run_start(&fresh.settings);
            if P::STATIC_PLAN.may_use_fast_path(&fresh.settings) && !O::LISTEN {
                let Err(ahead) = drive.run_fast_path(fresh.states, cx) else {
                    drive.end();
                    return Poll::Ready(());
                };
                return self.go_on(&ahead, cx);
            }
        }
        self.go_on(&FastPath::default(), cx)
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
    F: Paths,
    const STEPS: usize,
    const PATHS: usize,
    const NEEDS: usize,
    const CONTEXTS: usize,
> RunFuture<Driver<'r, P, E, O, T, F, STEPS, PATHS, NEEDS, CONTEXTS>, Stage<'r, P, S, T, L, STEPS>, T>
{
    /// Does as the scheduler says, until it has nothing to say or all has ended; first it is told what has gone ahead.
    #[inline(never)]
    fn go_on(self: Pin<&mut Self>, ahead: &FastPath, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let drive = this.drive;
        if let Stage::Scheduled(scheduler, _) = this.stage {
            drive.poll_running(scheduler, cx);
        } else if let Stage::RunStart(fresh) = mem::replace(this.stage, Stage::Ended)
            && let Some(scheduler) = drive.schedule(fresh, ahead)
        {
            *this.stage = Stage::Scheduled(scheduler, Instant::NEVER);
        }
        let Stage::Scheduled(scheduler, armed) = this.stage else { return Poll::Ready(()) };
        loop {
            drive.act(scheduler, cx);
            if scheduler.has_ended() {
                drive.end();
                drive.tell_run_end(scheduler);
                return Poll::Ready(());
            }
            if drive.poll_signal(scheduler, cx) {
                continue;
            }
            if !(StaticSetup::<P, S, T>::REQUIREMENTS.timers || StaticSetup::<P, S, T>::REQUIREMENTS.run_deadline) {
                return Poll::Pending;
            }
            let deadline = scheduler.poll_deadline();
            let at = deadline.unwrap_or(Instant::NEVER);
            if *armed != at {
                this.sleep.set(deadline.map(|deadline| drive.timer.sleep_until(deadline)));
                *armed = at;
            }
            let Some(sleep) = this.sleep.as_mut().as_pin_mut() else { return Poll::Pending };
            if sleep.poll(cx).is_pending() {
                return Poll::Pending;
            }
            // A sleep may end early: the clock decides, and if it says that it is too soon there is another sleep.
            *armed = Instant::NEVER;
            drive.tick();
        }
    }
}

impl<
    'r,
    P: StaticPipeline,
    E,
    O: Observers<E>,
    T: Timer,
    F: Paths,
    const STEPS: usize,
    const PATHS: usize,
    const NEEDS: usize,
    const CONTEXTS: usize,
> Driver<'r, P, E, O, T, F, STEPS, PATHS, NEEDS, CONTEXTS>
{
    /// What is left when as many steps have gone ahead.
    fn schedule<S: RunSettings, L: Lend<'r>>(
        &mut self,
        fresh: RunStart<'r, S, L, STEPS>,
        ahead: &FastPath,
    ) -> Option<ScheduledBy<'r, P, S, T>> {
        let RunStart { states, store, settings } = fresh;
        // The lengths of the storage are the plan's own constants; were they not, nothing would run, and the report would
        // say so of every step.
        let state = store.lend(states);
        let mut scheduler =
            Scheduler::after(StaticSetup::new(settings), state, self.notes.started, ahead.succeeded as u32).ok()?;
        if let Some(step) = ahead.begun.and_then(|begun| scheduler.start_next(begun)) {
            self.hear(&mut scheduler, P::STATIC_PLAN.path_of(step));
        }
        Some(scheduler)
    }
}
