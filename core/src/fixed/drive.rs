//! A run in progress: the scheduler's actions carried out on paths.

use super::{
    lane_states::{LaneStates, Reply},
    report::RunNotes,
    settings::{RunSettings, StaticSetup},
    static_plan::{StaticPipeline, StaticPlan},
};
use crate::{
    error::StepError,
    observe::{Counts, Event, EventKind, RunInfo},
    observers::Observers,
    reason::Origin,
    report::exit_code,
    time::Timer,
};
use core::{
    marker::PhantomData,
    task::{Context, Poll},
};
use rungs_scheduler::{Action, Instant, Outcome, Retry, Scheduler, Status, StepId, StepState, Verdict};

/// The scheduler of a run.
pub(super) type ScheduledBy<'r, P, S, T> = Scheduler<'r, StaticSetup<P, S, T>>;

/// What a run works with, beside its scheduler.
#[derive(Debug)]
pub(super) struct Driver<
    'r,
    P,
    E,
    O,
    T,
    F,
    const STEPS: usize,
    const PATHS: usize,
    const NEEDS: usize,
    const CONTEXTS: usize,
> {
    pub(super) notes: &'r mut RunNotes<E, STEPS>,
    pub(super) wires: &'r LaneStates<E, PATHS, NEEDS, CONTEXTS>,
    pub(super) timer: &'r T,
    /// What the clock last said.
    pub(super) now: Instant,
    pub(super) paths: F,
    pub(super) observers: O,
    pub(super) pipeline: PhantomData<fn() -> P>,
}

/// Polls a path by its number.
pub(super) trait Paths: FnMut(usize, &mut Context<'_>) -> Poll<()> {}

impl<P: FnMut(usize, &mut Context<'_>) -> Poll<()>> Paths for P {}

impl<
    P: StaticPipeline,
    E,
    O: Observers<E>,
    T: Timer,
    F: Paths,
    const STEPS: usize,
    const PATHS: usize,
    const NEEDS: usize,
    const CONTEXTS: usize,
> Driver<'_, P, E, O, T, F, STEPS, PATHS, NEEDS, CONTEXTS>
{
    /// Looks at the clock, if there is one: without, all times are those that a new report has.
    pub(super) fn tick(&mut self) {
        if T::TICKS {
            self.now = self.timer.now();
        }
    }

    /// Tells that the run begins.
    #[inline]
    pub(super) fn tell_run_start(&mut self, settings: &impl RunSettings) {
        if O::LISTEN {
            let StaticPlan { name, names, plan, config, .. } = P::STATIC_PLAN;
            let kind = EventKind::RunStarted(RunInfo { names, plan, config: settings.config(config) });
            self.observers.on_event(&Event { at: self.now, step: None, name, attempt: 0, kind });
        }
    }

    /// Tells what the run came to.
    #[inline]
    pub(super) fn tell_run_end<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>) {
        if O::LISTEN {
            let states = scheduler.states();
            let kind = EventKind::RunEnded { counts: Counts::of(states), exit_code: exit_code(states) };
            let name = P::STATIC_PLAN.name;
            self.observers.on_event(&Event { at: self.now, step: None, name, attempt: 0, kind });
        }
    }

    pub(super) fn end(&mut self) {
        if T::TICKS {
            self.notes.finished = self.now;
        }
    }

    /// Polls what is in flight, so that results are known before time limits and stops are looked at. Wakers are passed
    /// through untouched, so all are polled.
    pub(super) fn poll_running<S: RunSettings>(
        &mut self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        cx: &mut Context<'_>,
    ) {
        for path in 0..PATHS {
            if self.wires.resume(path) {
                self.poll_path(scheduler, path, cx);
            }
        }
    }

    /// Whether a signal has something new.
    pub(super) fn poll_signal<S: RunSettings>(
        &mut self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        cx: &mut Context<'_>,
    ) -> bool {
        scheduler.setup().register(cx.waker());
        self.heed(scheduler)
    }

    fn heed<S: RunSettings>(&mut self, scheduler: &mut ScheduledBy<'_, P, S, T>) -> bool {
        let stop = scheduler.setup_mut().next_stop();
        if let Some(stop) = stop {
            scheduler.handle_stop(stop);
        }
        stop.is_some()
    }

    /// Does what the scheduler says until it has nothing more to say.
    pub(super) fn act<S: RunSettings>(&mut self, scheduler: &mut ScheduledBy<'_, P, S, T>, cx: &mut Context<'_>) {
        loop {
            self.heed(scheduler);
            let step = match scheduler.poll_action(self.now) {
                Some(Action::Start(step)) => {
                    self.start(scheduler, step);
                    step
                }
                Some(Action::Abandon(step)) => {
                    self.wires.tell_to_abandon(P::STATIC_PLAN.path_of(step), step);
                    step
                }
                Some(Action::Ended(step)) => {
                    self.tell_end(scheduler, step);
                    continue;
                }
                None => return,
            };
            self.poll_path(scheduler, P::STATIC_PLAN.path_of(step), cx);
        }
    }

    #[inline]
    fn start<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>, step: StepId) {
        let (at, blueprint) = (self.now, P::STATIC_PLAN);
        let Some(node) = scheduler.state(step) else { return };
        let attempt = node.attempts();
        if O::LISTEN {
            let (name, kind) = (blueprint.name(step), EventKind::Started);
            self.observers.on_event(&Event { at, step: Some(step), name, attempt, kind });
        }
        if CONTEXTS > 0 {
            self.wires.tell_attempt(attempt, at, scheduler.attempt_limit(step, at));
        }
        if NEEDS > 0 {
            let needs = blueprint.plan.needs(step).iter();
            self.wires.tell_causes(needs.map(|need| scheduler.state(need.step()).and_then(StepState::cause)));
        }
        self.wires.tell_to_start(blueprint.path_of(step), step);
    }

    fn poll_path<S: RunSettings>(
        &mut self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        path: usize,
        cx: &mut Context<'_>,
    ) {
        // A path that has ended has no more steps, and is not polled again.
        let _ = (self.paths)(path, cx);
        self.hear(scheduler, path);
    }

    /// Hears what came of a path's attempt, if it has ended.
    pub(super) fn hear<S: RunSettings>(&mut self, scheduler: &mut ScheduledBy<'_, P, S, T>, path: usize) {
        let Some((step, reply)) = self.wires.take(path) else { return };
        self.tick();
        let outcome = match reply {
            Reply::Success => Outcome::Success,
            Reply::Abandoned => Outcome::Abandoned,
            Reply::Failed(error, retry) => {
                if let Some(last) = self.notes.errors.get_mut(step.index()) {
                    *last = Some(error);
                }
                match retry {
                    // Without a clock there is no later: another attempt is made at once.
                    Retry::After(_) if !T::TICKS => Outcome::Failed(Retry::Yes),
                    retry => Outcome::Failed(retry),
                }
            }
        };
        match scheduler.handle_outcome(step, outcome, self.now) {
            Verdict::Ended => self.tell_end(scheduler, step),
            Verdict::Retry(next) => self.tell_retry(scheduler, step, next),
            Verdict::Ignored => {}
        }
    }

    fn tell_retry<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>, step: StepId, next: Instant) {
        if !O::LISTEN {
            return;
        }
        let Some(node) = scheduler.state(step) else { return };
        let Some(own) = self.notes.errors.get_mut(step.index()) else { return };
        let (name, at, attempt) = (P::STATIC_PLAN.name(step), self.now, node.attempts());
        with_error(node, own, |error| {
            if let Some(error) = error {
                let kind = EventKind::Retrying { error, next };
                self.observers.on_event(&Event { at, step: Some(step), name, attempt, kind });
            }
        });
    }

    #[inline]
    fn tell_end<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>, step: StepId) {
        let at = self.now;
        if !O::LISTEN {
            return;
        }
        let Some(node) = scheduler.state(step) else { return };
        let Some(own) = self.notes.errors.get_mut(step.index()) else { return };
        let (status, cause, attempt) = (node.status(), node.cause(), node.attempts());
        let origin = cause.and_then(|cause| Origin::of(cause, scheduler.states(), &P::STATIC_PLAN.names));
        let name = P::STATIC_PLAN.name(step);
        with_error(node, own, |error| {
            let kind = EventKind::Ended { status, cause, origin, error };
            self.observers.on_event(&Event { at, step: Some(step), name, attempt, kind });
        });
    }
}

/// Shows a step's error. Its own one is taken from its place for that, and put back.
fn with_error<E>(node: &StepState, place: &mut Option<E>, show: impl FnOnce(Option<&StepError<E>>)) {
    let derived = StepError::of(node);
    if derived.is_some() || node.status() == Status::Success {
        return show(derived.as_ref());
    }
    let own = place.take().map(StepError::Failed);
    show(own.as_ref());
    if let Some(StepError::Failed(own)) = own {
        *place = Some(own);
    }
}
