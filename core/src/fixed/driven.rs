//! The future of a run: first ahead of the scheduler, then as it says.

use super::{
    ahead::Ahead,
    blueprint::Blueprint,
    drive::{Drive, Now, Paths},
    signal::{Seen, StopSignal},
    wire::Switchboard,
};
use crate::{
    observe::Observer,
    policy::Config,
    scheduler::{Node, Scheduler, State},
    summary::Times,
    time::{Instant, Timer},
};
use core::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};
use pin_project_lite::pin_project;

pin_project! {
    /// A run in progress. A plain state machine: an async function would keep several copies of all this.
    pub(super) struct Driven<'r, E, O, T: Timer, P> {
        stage: Stage<'r, E, O>,
        timer: &'r T,
        paths: P,
        #[pin]
        sleep: Option<T::Sleep>,
        armed: Option<Instant>,
        span: &'r mut Times,
    }
}

/// How far a run has come.
enum Stage<'r, E, O> {
    Fresh(Fresh<'r, E, O>),
    Scheduled(Drive<'r, E, O>),
    Ended,
}

/// What a run begins with.
pub(super) struct Fresh<'r, E, O> {
    pub(super) blueprint: &'static Blueprint,
    pub(super) config: Config,
    pub(super) state: State<'r>,
    pub(super) times: &'r mut [Times],
    pub(super) errors: &'r mut [Option<E>],
    pub(super) wires: Switchboard<'r, E>,
    pub(super) signal: Option<&'r StopSignal>,
    pub(super) observer: O,
}

impl<'r, E, O, T: Timer, P> Driven<'r, E, O, T, P> {
    pub(super) fn new(fresh: Fresh<'r, E, O>, timer: &'r T, paths: P, span: &'r mut Times) -> Self {
        Self { stage: Stage::Fresh(fresh), timer, paths, sleep: None, armed: None, span }
    }
}

impl<E, O: Observer<E>, T: Timer, P: Paths> Future for Driven<'_, E, O, T, P> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let mut now = Now::new(*this.timer);
        if let Stage::Fresh(fresh) = this.stage {
            this.span.started = now.at;
            let ahead = fresh.go_ahead(cx, &mut now, this.paths);
            if ahead.succeeded == fresh.times.len() {
                fresh.state.nodes.fill(Node::SUCCESS);
                this.span.finished = now.at;
                return Poll::Ready(());
            }
            *this.stage = match mem::replace(this.stage, Stage::Ended) {
                Stage::Fresh(fresh) => fresh.schedule(&ahead, &mut now, this.span.started),
                other => other,
            };
        } else if let Stage::Scheduled(drive) = this.stage {
            drive.poll_running(cx, &mut now, this.paths);
        }
        let Stage::Scheduled(drive) = this.stage else {
            this.span.finished = now.at;
            return Poll::Ready(());
        };
        loop {
            drive.act(cx, &mut now, this.paths);
            if drive.scheduler.has_ended() {
                this.span.finished = now.at;
                return Poll::Ready(());
            }
            if drive.poll_signal(cx) {
                continue;
            }
            let deadline = drive.scheduler.poll_deadline();
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
            now.tick();
        }
    }
}

impl<'r, E, O: Observer<E>> Fresh<'r, E, O> {
    fn go_ahead<T: Timer>(&mut self, cx: &mut Context<'_>, now: &mut Now<'_, T>, paths: &mut impl Paths) -> Ahead {
        let mut ahead = Ahead::default();
        if self.blueprint.goes_ahead(&self.config) && !O::LISTENS && self.signal.is_none() {
            ahead.go(self.blueprint, &self.wires, self.times, now, |path| paths(path, cx));
        }
        ahead
    }

    /// What is left when as many steps have gone ahead.
    fn schedule<T: Timer>(self, ahead: &Ahead, now: &mut Now<'_, T>, started: Instant) -> Stage<'r, E, O> {
        let Self { blueprint, config, state, times, errors, wires, signal, observer } = self;
        let numbering = blueprint.numbering_for(&config);
        // The lengths of the storage are the plan's own constants; were they not, nothing would run, and the report would
        // say so of every step.
        let Ok(mut scheduler) = Scheduler::new(blueprint.plan, numbering, config, state, started) else {
            return Stage::Ended;
        };
        let begun = ahead.catch_up(&mut scheduler, times);
        let mut drive = Drive { blueprint, scheduler, times, errors, wires, signal, seen: Seen::default(), observer };
        if let Some(step) = begun {
            drive.hear(blueprint.path_of(step), now);
        }
        Stage::Scheduled(drive)
    }
}
