//! A run in progress, and the future that drives it.

use super::{
    attempt::{self, Came},
    wakes::{Pass, Seats},
};
use crate::{
    cancel::{CancelToken, Seen},
    observe::{Event, Happened, Observer},
    pipeline::{Attempt, Judge, Kind, Names, Times},
    plan::StepId,
    policy::Retry,
    render::StepNames,
    report::StepError,
    scheduler::{Action, Cause, Outcome, Scheduler, Status, Verdict},
    time::{Instant, Timer},
};
use alloc::{boxed::Box, collections::BTreeMap, sync::Arc, vec::Vec};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use event_listener::EventListener;
use pin_project_lite::pin_project;

/// All that a run works with.
pub(crate) struct DriveParts<'r, 'env, E, K: Kind<'env, E>, O> {
    pub(crate) scheduler: Scheduler<'r>,
    pub(crate) works: &'r mut [Pin<Box<K::Work>>],
    pub(crate) cells: &'r mut [Arc<K::Cell>],
    pub(crate) times: &'r mut [Times],
    pub(crate) judges: &'r BTreeMap<u32, Judge<'env, E>>,
    pub(crate) names: &'r Arc<Names>,
    pub(crate) seats: &'r mut Seats,
    /// The seat of each step that has one; grown when a step first does not end at its first poll.
    pub(crate) seat_of: &'r mut Vec<u32>,
    pub(crate) is_running: &'r mut bool,
    pub(crate) token: Option<CancelToken>,
    pub(crate) observer: O,
}

/// The errors of steps, by step.
pub(crate) type Errors<E> = BTreeMap<u32, StepError<E>>;

/// A run in progress. Dropping it drops every attempt.
pub(crate) struct Drive<'r, 'env, E, K: Kind<'env, E>, O: Observer<E>> {
    parts: DriveParts<'r, 'env, E, K, O>,
    /// Each step's last error, while it may still be its last word.
    errors: Errors<E>,
    seen: Seen,
    /// Wakes the run when the token changes.
    listener: Option<EventListener>,
}

pin_project! {
    /// The future of a run: the only place that knows the timer's sleep.
    struct Run<'r, 'env, 't, E, K: Kind<'env, E>, O: Observer<E>, T: Timer> {
        drive: Drive<'r, 'env, E, K, O>,
        timer: &'t T,
        #[pin]
        sleep: Option<T::Sleep>,
        armed: Option<Instant>,
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observer<E>, T: Timer> Future for Run<'_, 'env, '_, E, K, O, T> {
    type Output = Errors<E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Errors<E>> {
        let mut this = self.project();
        let mut now = this.timer.now();
        this.drive.poll_woken(cx, &mut now, *this.timer);
        loop {
            this.drive.act(&mut now, *this.timer);
            if this.drive.parts.scheduler.has_ended() {
                return Poll::Ready(core::mem::take(&mut this.drive.errors));
            }
            if this.drive.poll_token(cx) {
                continue;
            }
            let deadline = this.drive.parts.scheduler.poll_deadline();
            if *this.armed != deadline {
                this.sleep.set(deadline.map(|deadline| this.timer.sleep_until(deadline)));
                *this.armed = deadline;
            }
            let Some(sleep) = this.sleep.as_mut().as_pin_mut() else { return Poll::Pending };
            if sleep.poll(cx).is_pending() {
                return Poll::Pending;
            }
            // A sleep may end early: the clock decides, and if it says that it is too soon there is another sleep.
            *this.armed = None;
            now = this.timer.now();
        }
    }
}

impl<'r, 'env, E, K: Kind<'env, E>, O: Observer<E>> Drive<'r, 'env, E, K, O> {
    pub(crate) fn new(parts: DriveParts<'r, 'env, E, K, O>) -> Self {
        Self { parts, errors: Errors::new(), seen: Seen::default(), listener: None }
    }

    /// Runs to the end, and tells the errors.
    pub(crate) fn run<'t, T: Timer>(
        self,
        timer: &'t T,
    ) -> impl Future<Output = Errors<E>> + use<'r, 'env, 't, E, K, O, T> {
        Run { drive: self, timer, sleep: None, armed: None }
    }

    /// Polls the steps that were woken, so that their results are known before time limits and stops are looked at.
    fn poll_woken<T: Timer>(&mut self, cx: &mut Context<'_>, now: &mut Instant, timer: &T) {
        let wakes = self.parts.seats.wakes().clone();
        wakes.run.register(cx.waker());
        let mut pass = Pass::default();
        while let Some(seat) = pass.next(&wakes.woken) {
            let Some(step) = self.parts.seats.step_on(seat) else { continue };
            self.poll_step(StepId(step), seat, None, now, timer);
        }
    }

    /// Whether the token has something new. Listens first and looks then, so that nothing falls between the two.
    fn poll_token(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(token) = &self.parts.token else { return false };
        loop {
            let listener = self.listener.get_or_insert_with(|| token.listen());
            if let Some(stop) = self.seen.next(token) {
                self.parts.scheduler.handle_stop(stop);
                return true;
            }
            if Pin::new(listener).poll(cx).is_pending() {
                return false;
            }
            self.listener = None;
        }
    }

    /// Does what the scheduler says until it has nothing more to say.
    fn act<T: Timer>(&mut self, now: &mut Instant, timer: &T) {
        loop {
            if let Some(token) = &self.parts.token
                && let Some(stop) = self.seen.next(token)
            {
                self.parts.scheduler.handle_stop(stop);
            }
            match self.parts.scheduler.poll_action(*now) {
                Some(Action::Start(step)) => self.start(step, now, timer),
                Some(Action::Abandon(step)) => {
                    let seat = self.parts.seat_of.get(step.index()).map_or(0, |&seat| seat as usize);
                    // A result that is ready now counts.
                    if !self.poll_attempt(step, seat, None, now, timer) {
                        self.poll_cancel(step, seat, now, timer);
                    }
                }
                Some(Action::Ended(step)) => self.ended(step, *now),
                None => return,
            }
        }
    }

    #[inline]
    fn start<T: Timer>(&mut self, step: StepId, now: &mut Instant, timer: &T) {
        let parts = &mut self.parts;
        let Some(node) = parts.scheduler.node(step) else { return };
        let number = node.attempts();
        if let Some(times) = parts.times.get_mut(step.index())
            && number == 1
        {
            times.started = *now;
        }
        let seat = parts.seats.sit(step.0);
        self.tell(step, *now, Happened::Started { attempt: number });
        self.poll_step(step, seat, Some((number, *now)), now, timer);
    }

    /// Polls whatever the step has in flight: its attempt, or the end of it.
    #[inline]
    fn poll_step<T: Timer>(
        &mut self,
        step: StepId,
        seat: usize,
        begin: Option<(u32, Instant)>,
        now: &mut Instant,
        timer: &T,
    ) {
        if begin.is_none() && self.parts.scheduler.node(step).is_some_and(|node| node.is_being_abandoned()) {
            self.poll_cancel(step, seat, now, timer);
        } else {
            self.poll_attempt(step, seat, begin, now, timer);
        }
    }

    /// Polls an attempt, and tells whether it has ended.
    #[inline]
    fn poll_attempt<T: Timer>(
        &mut self,
        step: StepId,
        seat: usize,
        begin: Option<(u32, Instant)>,
        now: &mut Instant,
        timer: &T,
    ) -> bool {
        let parts = &mut self.parts;
        let (Some(work), Some(waker)) = (parts.works.get_mut(step.index()), parts.seats.waker(seat)) else {
            return false;
        };
        let begin = begin.map(|(number, started)| Attempt {
            number,
            started,
            limit: parts.scheduler.attempt_limit(step, started),
            needs: parts.scheduler.plan().needs(step),
            nodes: parts.scheduler.nodes(),
            names: parts.names,
        });
        let mut cx = Context::from_waker(waker);
        let Poll::Ready(came) = attempt::poll(work.as_mut(), &mut cx, begin.as_ref(), parts.cells, step.index()) else {
            if begin.is_some() {
                self.remember_seat(step, seat);
            }
            return false;
        };
        *now = timer.now();
        let outcome = match came {
            Came::Result => Outcome::Success,
            Came::Error(error) => {
                let retry = self.judge::<T>(step, &error);
                self.errors.insert(step.0, StepError::Failed(error));
                Outcome::Failed(retry)
            }
            #[cfg(feature = "std")]
            Came::Panic(message) => {
                self.errors.insert(step.0, StepError::Panicked(message));
                Outcome::Panicked
            }
            Came::Lost => Outcome::Abandoned,
        };
        self.settle(step, seat, outcome, *now);
        true
    }

    fn poll_cancel<T: Timer>(&mut self, step: StepId, seat: usize, now: &mut Instant, timer: &T) {
        let parts = &mut self.parts;
        let (Some(work), Some(waker)) = (parts.works.get_mut(step.index()), parts.seats.waker(seat)) else { return };
        if attempt::poll_cancel(work.as_mut(), &mut Context::from_waker(waker)).is_ready() {
            *now = timer.now();
            self.settle(step, seat, Outcome::Abandoned, *now);
        }
    }

    fn remember_seat(&mut self, step: StepId, seat: usize) {
        let steps = self.parts.works.len();
        let seat_of = &mut *self.parts.seat_of;
        if seat_of.len() < steps {
            seat_of.resize(steps, 0);
        }
        if let Some(entry) = seat_of.get_mut(step.index()) {
            *entry = seat as u32;
        }
    }

    /// What an error means for the step's retries. Without a clock there is no later: another attempt is made at once.
    fn judge<T: Timer>(&self, step: StepId, error: &E) -> Retry {
        match self.parts.judges.get(&step.0).map_or(Retry::Yes, |judge| judge(error)) {
            Retry::After(_) if !T::TICKS => Retry::Yes,
            retry => retry,
        }
    }

    #[inline]
    fn settle(&mut self, step: StepId, seat: usize, outcome: Outcome, now: Instant) {
        self.parts.seats.leave(seat);
        let cut_off = outcome == Outcome::Abandoned;
        if cut_off && self.parts.scheduler.node(step).is_some_and(|node| node.is_timing_out()) {
            self.errors.insert(step.0, StepError::TimedOut);
        }
        match self.parts.scheduler.handle_outcome(step, outcome, now) {
            Verdict::Ended => self.ended(step, now),
            Verdict::Retry(next) => {
                if let Some(error) = self.errors.get(&step.0) {
                    let happened = Happened::Retrying { error, next };
                    let name = self.parts.names.name(step);
                    self.parts.observer.notice(&Event { step, name, at: now, happened });
                }
            }
            Verdict::Ignored => {}
        }
    }

    /// Records a step's end.
    #[inline]
    fn ended(&mut self, step: StepId, now: Instant) {
        if let Some(times) = self.parts.times.get_mut(step.index()) {
            times.finished = now;
        }
        let Some(node) = self.parts.scheduler.node(step) else { return };
        let (status, cause, attempts) = (node.status(), node.cause(), node.attempts());
        if status == Status::Success {
            if !self.errors.is_empty() {
                self.errors.remove(&step.0);
            }
        } else {
            self.name_error(step, status, cause);
        }
        let error = if self.errors.is_empty() { None } else { self.errors.get(&step.0) };
        let name = self.parts.names.name(step);
        self.parts.observer.notice(&Event {
            step,
            name,
            at: now,
            happened: Happened::Ended { status, cause, attempts, error },
        });
    }

    /// The error of a step that did not end by one of its own. (Of a cancelled step the last one stands.)
    fn name_error(&mut self, step: StepId, status: Status, cause: Option<Cause>) {
        let error = match cause {
            Some(Cause::TimedOut) => StepError::TimedOut,
            Some(Cause::Deadline) => StepError::Deadline,
            Some(Cause::Lost) => StepError::Lost,
            Some(Cause::Dependency { root, via }) if status == Status::Failed => StepError::Dependency { root, via },
            _ => return,
        };
        self.errors.insert(step.0, error);
    }

    fn tell(&mut self, step: StepId, at: Instant, happened: Happened<'_, E>) {
        let name = self.parts.names.name(step);
        self.parts.observer.notice(&Event { step, name, at, happened });
    }
}

impl<'env, E, K: Kind<'env, E>, O: Observer<E>> Drop for Drive<'_, 'env, E, K, O> {
    fn drop(&mut self) {
        if !self.parts.scheduler.has_ended() {
            for step in self.parts.seats.clear() {
                if let Some(work) = self.parts.works.get_mut(step as usize) {
                    attempt::discard(work.as_mut());
                }
            }
        }
        *self.parts.is_running = false;
    }
}
