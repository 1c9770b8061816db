//! A run in progress: the scheduler's actions carried out on paths.

use super::{
    blueprint::Blueprint,
    report::Times,
    signal::{Seen, StopSignal},
    wire::{Reply, Switchboard},
};
use crate::{
    error::StepError,
    observe::{Event, Happened, Observer},
    plan::StepId,
    policy::Retry,
    scheduler::{Action, Cause, Node, Outcome, Scheduler, Status, Verdict},
    time::{Instant, Timer},
};
use core::task::{Context, Poll};

/// What a run works with, once there is something to schedule.
#[derive(Debug)]
pub(super) struct Drive<'r, E, O> {
    pub(super) blueprint: &'static Blueprint,
    pub(super) scheduler: Scheduler<'r>,
    pub(super) times: &'r mut [Times],
    /// Each step's own last error.
    pub(super) errors: &'r mut [Option<E>],
    pub(super) span: &'r mut Times,
    pub(super) wires: Switchboard<'r, E>,
    pub(super) signal: Option<&'r StopSignal>,
    pub(super) seen: Seen,
    pub(super) observer: O,
}

/// The clock, and what it last said.
pub(super) struct Now<'t, T> {
    pub(super) at: Instant,
    pub(super) timer: &'t T,
}

impl<'t, T: Timer> Now<'t, T> {
    pub(super) fn new(timer: &'t T) -> Self {
        Self { at: timer.now(), timer }
    }

    pub(super) fn tick(&mut self) {
        self.at = self.timer.now();
    }
}

/// Polls a path by its number.
pub(super) trait Paths: FnMut(usize, &mut Context<'_>) -> Poll<()> {}

impl<P: FnMut(usize, &mut Context<'_>) -> Poll<()>> Paths for P {}

impl<E, O: Observer<E>> Drive<'_, E, O> {
    /// Polls what is in flight, so that results are known before time limits and stops are looked at. Wakers are passed
    /// through untouched, so all are polled.
    pub(super) fn poll_running<T: Timer>(
        &mut self,
        cx: &mut Context<'_>,
        now: &mut Now<'_, T>,
        paths: &mut impl Paths,
    ) {
        for path in 0..self.wires.paths() {
            if self.wires.is_running(path) {
                self.poll_path(path, cx, now, paths);
            }
        }
    }

    /// Whether the signal has something new.
    pub(super) fn poll_signal(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(signal) = self.signal else { return false };
        signal.register(cx.waker());
        self.heed(signal)
    }

    fn heed(&mut self, signal: &StopSignal) -> bool {
        let stop = self.seen.next(signal);
        if let Some(stop) = stop {
            self.scheduler.handle_stop(stop);
        }
        stop.is_some()
    }

    /// Does what the scheduler says until it has nothing more to say.
    pub(super) fn act<T: Timer>(&mut self, cx: &mut Context<'_>, now: &mut Now<'_, T>, paths: &mut impl Paths) {
        loop {
            if let Some(signal) = self.signal {
                self.heed(signal);
            }
            match self.scheduler.poll_action(now.at) {
                Some(Action::Start(step)) => {
                    self.start(step, now.at);
                    self.poll_path(self.blueprint.path_of(step), cx, now, paths);
                }
                Some(Action::Abandon(step)) => {
                    let path = self.blueprint.path_of(step);
                    self.wires.abandon(path, step);
                    self.poll_path(path, cx, now, paths);
                }
                Some(Action::Ended(step)) => self.tell_end(step, now.at),
                None => return,
            }
        }
    }

    #[inline]
    fn start(&mut self, step: StepId, at: Instant) {
        let Some(node) = self.scheduler.node(step) else { return };
        let attempt = node.attempts();
        if attempt == 1
            && let Some(times) = self.times.get_mut(step.index())
        {
            times.started = at;
        }
        if O::LISTENS {
            let event = Event { step, name: self.blueprint.name(step), at, happened: Happened::Started { attempt } };
            self.observer.notice(&event);
        }
        if self.blueprint.has_context {
            self.wires.tell_attempt(attempt, at, self.scheduler.attempt_limit(step, at));
        }
        let needs = self.blueprint.plan.needs(step).iter();
        self.wires.tell_causes(needs.map(|need| self.scheduler.node(need.step()).and_then(Node::cause)));
        self.wires.start(self.blueprint.path_of(step), step);
    }

    fn poll_path<T: Timer>(&mut self, path: usize, cx: &mut Context<'_>, now: &mut Now<'_, T>, paths: &mut impl Paths) {
        // A path that has ended has no more steps, and is not polled again.
        let _ = paths(path, cx);
        self.hear(path, now);
    }

    /// Hears what came of a path's attempt, if it has ended.
    pub(super) fn hear<T: Timer>(&mut self, path: usize, now: &mut Now<'_, T>) {
        let Some((step, reply)) = self.wires.take(path) else { return };
        now.tick();
        let outcome = match reply {
            Reply::Success => Outcome::Success,
            Reply::Abandoned => Outcome::Abandoned,
            Reply::Failed(error, retry) => {
                if let Some(last) = self.errors.get_mut(step.index()) {
                    *last = Some(error);
                }
                match retry {
                    // Without a clock there is no later: another attempt is made at once.
                    Retry::After(_) if !T::TICKS => Outcome::Failed(Retry::Yes),
                    retry => Outcome::Failed(retry),
                }
            }
        };
        match self.scheduler.handle_outcome(step, outcome, now.at) {
            Verdict::Ended => self.tell_end(step, now.at),
            Verdict::Retry(next) => self.tell_retry(step, now.at, next),
            Verdict::Ignored => {}
        }
    }

    fn tell_retry(&mut self, step: StepId, at: Instant, next: Instant) {
        if !O::LISTENS {
            return;
        }
        let Some(node) = self.scheduler.node(step) else { return };
        let Some(own) = self.errors.get_mut(step.index()) else { return };
        let name = self.blueprint.name(step);
        with_error(last_error(node, own.take()), own, |error| {
            if let Some(error) = error {
                let happened = Happened::Retrying { error, next };
                self.observer.notice(&Event { step, name, at, happened });
            }
        });
    }

    #[inline]
    fn tell_end(&mut self, step: StepId, at: Instant) {
        if let Some(times) = self.times.get_mut(step.index()) {
            times.finished = at;
        }
        if !O::LISTENS {
            return;
        }
        let Some(node) = self.scheduler.node(step) else { return };
        let Some(own) = self.errors.get_mut(step.index()) else { return };
        let (status, cause, attempts) = (node.status(), node.cause(), node.attempts());
        let name = self.blueprint.name(step);
        with_error(error_of(node, own.take()), own, |error| {
            let happened = Happened::Ended { status, cause, attempts, error };
            self.observer.notice(&Event { step, name, at, happened });
        });
    }
}

/// Shows an error that was taken from its place, and puts it back.
fn with_error<E>(error: Option<StepError<E>>, place: &mut Option<E>, show: impl FnOnce(Option<&StepError<E>>)) {
    show(error.as_ref());
    if let Some(StepError::Failed(own)) = error {
        *place = Some(own);
    }
}

/// The error of a step that has ended: how it failed, or the last error of one that was cancelled.
pub(super) fn error_of<E>(node: &Node, own: Option<E>) -> Option<StepError<E>> {
    match (node.status(), node.cause()) {
        (Status::Success, _) => None,
        (Status::Failed, Some(Cause::Dependency { root, via })) => Some(StepError::Dependency { root, via }),
        (_, Some(Cause::Deadline)) => Some(StepError::Deadline),
        (_, Some(Cause::Lost)) => Some(StepError::Lost),
        _ => last_error(node, own),
    }
}

/// The error of the last attempt that failed.
fn last_error<E>(node: &Node, own: Option<E>) -> Option<StepError<E>> {
    if node.timed_out_last() { Some(StepError::TimedOut) } else { own.map(StepError::Failed) }
}
