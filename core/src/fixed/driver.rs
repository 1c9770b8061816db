//! The driver of a static run: it carries out the scheduler's actions on lanes.

use super::{
    lane_states::{AttemptEnd, LaneStates},
    lanes::Lanes,
    report::RunNotes,
    settings::{RunSettings, StaticSetup},
    static_plan::{StaticPipeline, StaticPlan},
    unmet_needs::UnmetNeeds,
};
use crate::{
    error::StepError,
    observe::{Counts, Event, EventKind, RunInfo},
    observers::Observers,
    reason::Origin,
    report::{OptionalSteps, exit_code},
    rounds::is_retried_at_once,
    time::Timer,
};
use core::{marker::PhantomData, task::Context};
use rungs_scheduler::{Cause, Instant, Outcome, Retry, Scheduler, Setup, Status, StepId, StepState, Verdict};

/// The scheduler of a run.
pub(super) type ScheduledBy<'r, P, S, T> = Scheduler<'r, StaticSetup<P, S, T>>;

/// What a run works with, beside its scheduler.
#[derive(Debug)]
pub(super) struct Driver<'r, P, E, O, T, F, const STEPS: usize, const LANES: usize, N, const CONTEXTS: usize> {
    pub(super) notes: &'r mut RunNotes<E, STEPS>,
    pub(super) lane_states: &'r LaneStates<E, LANES, N, CONTEXTS>,
    pub(super) timer: &'r T,
    /// The time when the clock was last read.
    pub(super) now: Instant,
    pub(super) lanes: F,
    pub(super) observers: O,
    /// Whether the end of an attempt is postponed on some lane.
    pub(super) has_postponed: bool,
    pub(super) pipeline: PhantomData<fn() -> P>,
}

impl<
    P: StaticPipeline,
    E,
    O: Observers<E>,
    T: Timer,
    F: Lanes,
    const STEPS: usize,
    const LANES: usize,
    N: UnmetNeeds<E>,
    const CONTEXTS: usize,
> Driver<'_, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>
{
    /// Reads the clock, if there is one. Without a clock all times stay those of a new report.
    pub(super) fn tick(&mut self) {
        if T::TICKS {
            self.now = self.timer.now();
        }
    }

    /// Tells the observers that the run starts.
    #[inline]
    pub(super) fn notify_run_start(&mut self, settings: &impl RunSettings) {
        if O::LISTEN {
            let StaticPlan { name, names, plan, config, .. } = P::STATIC_PLAN;
            let kind = EventKind::RunStarted(RunInfo { names, plan, config: settings.config(config) });
            self.observers.on_event(&Event { at: self.now, step: None, name, attempt: 0, kind });
            #[cfg(feature = "postcard")]
            self.notify_outdated(settings);
        }
    }

    /// Tells the observers which stored results are not used.
    #[cfg(feature = "postcard")]
    fn notify_outdated<S: RunSettings>(&mut self, settings: &S) {
        let steps = P::STATIC_PLAN.plan.steps().filter(|_| S::HAS_GIVEN);
        for (step, outdated) in steps.filter_map(|step| Some((step, settings.outdated(step)?))) {
            let (name, kind) = (P::STATIC_PLAN.name(step), EventKind::Outdated(outdated));
            self.observers.on_event(&Event { at: self.now, step: Some(step), name, attempt: 0, kind });
        }
    }

    /// Tells the observers how the run ended.
    #[inline]
    pub(super) fn notify_run_end<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>) {
        if O::LISTEN {
            let states = scheduler.states();
            let StaticPlan { name, plan, .. } = P::STATIC_PLAN;
            let exit_code = exit_code(states, OptionalSteps::Plan(plan));
            let kind = EventKind::RunEnded { counts: Counts::of(states), exit_code };
            self.observers.on_event(&Event { at: self.now, step: None, name, attempt: 0, kind });
        }
    }

    pub(super) fn end(&mut self) {
        if T::TICKS {
            self.notes.finished = self.now;
        }
    }

    /// Polls the attempts in flight, so that results are known before time limits and stops are looked at. Wakers are passed
    /// through untouched, so every attempt is polled.
    pub(super) fn poll_running<S: RunSettings>(
        &mut self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        cx: &mut Context<'_>,
    ) {
        for lane in 0..LANES {
            if self.lane_states.resume(lane) {
                self.poll_path(scheduler, lane, cx);
            }
        }
    }

    /// Tells the scheduler of an attempt whose end was postponed.
    pub(super) fn report_postponed<S: RunSettings>(
        &mut self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        lane: usize,
    ) -> bool {
        if !StaticSetup::<P, S, T>::REQUIREMENTS.retries {
            return false;
        }
        let postponed = self.lane_states.take_postponed(lane);
        if let Some((step, outcome)) = postponed {
            self.report_outcome(scheduler, step, outcome);
        }
        postponed.is_some()
    }

    /// Ends a step that is to start and has ended before the run, and returns whether it has. Only now: lanes, and those that take
    /// a field in turn, rely on the order of the steps.
    pub(super) fn end_given<S: RunSettings>(&mut self, scheduler: &mut ScheduledBy<'_, P, S, T>, step: StepId) -> bool {
        let Some(given) = scheduler.setup().given(step) else { return false };
        scheduler.end_as_given(step, given, self.now);
        self.notify_end(scheduler, step);
        true
    }

    #[inline]
    pub(super) fn start<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>, step: StepId) {
        let (at, static_plan) = (self.now, P::STATIC_PLAN);
        let Some(state) = scheduler.state(step) else { return };
        let attempt = state.attempts();
        if O::LISTEN {
            let (name, kind) = (static_plan.name(step), EventKind::Started);
            self.observers.on_event(&Event { at, step: Some(step), name, attempt, kind });
        }
        if CONTEXTS > 0 {
            self.lane_states.set_context(attempt, at, scheduler.attempt_limit(step, at));
        }
        if N::ANY {
            self.lane_states.needs().set(static_plan, step, scheduler.states(), &self.notes.errors);
        }
        self.lane_states.request_start(static_plan.lane_of(step), step);
    }

    // Not inlined, because it has several callers: a board has it in flash once.
    #[inline(never)]
    pub(super) fn poll_path<S: RunSettings>(
        &mut self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        lane: usize,
        cx: &mut Context<'_>,
    ) {
        // A lane that has ended has no more steps, and the scheduler starts none on it.
        let _ = self.lanes.poll(lane, cx);
        self.finish_attempt(scheduler, lane);
    }

    /// Passes the end of a lane's attempt on to the scheduler, if it has ended.
    pub(super) fn finish_attempt<S: RunSettings>(&mut self, scheduler: &mut ScheduledBy<'_, P, S, T>, lane: usize) {
        let Some((step, end)) = self.lane_states.take_end(lane, P::STATIC_PLAN.may_skip_itself) else { return };
        self.tick();
        let outcome = match end {
            AttemptEnd::Success => return self.report_outcome(scheduler, step, Outcome::Success),
            AttemptEnd::Abandoned => Outcome::Abandoned,
            AttemptEnd::SkippedItself => Outcome::SkippedItself,
            AttemptEnd::Failed(error, retry) => {
                self.note_error(scheduler, step, error);
                match retry {
                    // Without a clock there is no delay: the next attempt starts at once.
                    Retry::After(_) if !T::TICKS => Outcome::Failed(Retry::Yes),
                    retry => Outcome::Failed(retry),
                }
            }
        };
        let required = StaticSetup::<P, S, T>::REQUIREMENTS;
        if required.retries {
            let attempts = scheduler.state(step).map_or(1, StepState::attempts);
            if is_retried_at_once(P::STATIC_PLAN.plan.settings(step), attempts, outcome, required) {
                self.has_postponed = true;
                return self.lane_states.postpone(lane, step, outcome);
            }
        }
        self.report_outcome(scheduler, step, outcome);
    }

    fn report_outcome<S: RunSettings>(
        &mut self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        step: StepId,
        outcome: Outcome,
    ) {
        match scheduler.handle_outcome(step, outcome, self.now) {
            Verdict::Ended => self.notify_end(scheduler, step),
            Verdict::Retry(next) => self.notify_retry(scheduler, step, next),
            Verdict::Ignored => {}
        }
    }

    /// Keeps the error that a step itself returned, and the attempt that did, for as long as it returns no other.
    #[inline]
    fn note_error<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>, step: StepId, error: E) {
        let RunNotes { errors, attempts, .. } = &mut *self.notes;
        let (Some(last), Some(attempt)) = (errors.get_mut(step.index()), attempts.get_mut(step.index())) else {
            return;
        };
        *last = Some(error);
        *attempt = scheduler.state(step).map_or(1, StepState::attempts);
    }

    fn notify_retry<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>, step: StepId, next: Instant) {
        if !O::LISTEN {
            return;
        }
        let Some(state) = scheduler.state(step) else { return };
        let Some(own) = self.notes.errors.get_mut(step.index()) else { return };
        let (name, at, attempt) = (P::STATIC_PLAN.name(step), self.now, state.attempts());
        with_errors(state, own, attempt, |error, _| {
            if let Some(error) = error {
                let kind = EventKind::Retrying { error, next };
                self.observers.on_event(&Event { at, step: Some(step), name, attempt, kind });
            }
        });
    }

    #[inline]
    pub(super) fn notify_end<S: RunSettings>(&mut self, scheduler: &ScheduledBy<'_, P, S, T>, step: StepId) {
        let at = self.now;
        if !O::LISTEN {
            return;
        }
        let Some(state) = scheduler.state(step) else { return };
        let Some(own) = self.notes.errors.get_mut(step.index()) else { return };
        let returned_by = self.notes.attempts.get(step.index()).map_or(0, |attempt| *attempt);
        let (status, cause, attempt) = (state.status(), state.cause(), state.attempts());
        let origin = cause.and_then(|cause| Origin::of(cause, scheduler.states(), &P::STATIC_PLAN.names));
        let name = P::STATIC_PLAN.name(step);
        with_errors(state, own, returned_by, |error, own_error| {
            let kind = EventKind::Ended { status, cause, origin, error, own_error };
            self.observers.on_event(&Event { at, step: Some(step), name, attempt, kind });
        });
    }
}

/// Shows the error of a step without success, unless it skipped itself, and the one that it last returned itself with the
/// attempt that did. For a step that ended with its own error, that is taken from its slot meanwhile, and put back.
fn with_errors<E>(
    state: &StepState,
    slot: &mut Option<E>,
    attempt: u32,
    show: impl FnOnce(Option<&StepError<E>>, Option<(u32, &E)>),
) {
    if state.status() == Status::Success || state.cause() == Some(Cause::SkippedItself) {
        return show(None, None);
    }
    if let Some(derived) = StepError::of(state) {
        return show(Some(&derived), slot.as_ref().map(|own| (attempt, own)));
    }
    let own = slot.take().map(StepError::Failed);
    let returned = match &own {
        Some(StepError::Failed(error)) => Some((attempt, error)),
        _ => None,
    };
    show(own.as_ref(), returned);
    if let Some(StepError::Failed(own)) = own {
        *slot = Some(own);
    }
}
