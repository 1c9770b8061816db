//! The future of a run: first ahead of the scheduler, then as it says.

use super::{
    ahead::Ahead,
    drive::{Drive, Now, Paths},
    runner::Lent,
    signal::{Seen, StopSignal},
    wire::Switchboard,
};
use crate::{
    observe::Observer,
    policy::Config,
    scheduler::{Node, Scheduler},
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
    pub(super) config: Config,
    pub(super) lent: Lent<'r, E>,
    pub(super) wires: Switchboard<'r, E>,
    pub(super) signal: Option<&'r StopSignal>,
    pub(super) observer: O,
}

impl<'r, E, O, T: Timer, P> Driven<'r, E, O, T, P> {
    pub(super) fn new(fresh: Fresh<'r, E, O>, timer: &'r T, paths: P) -> Self {
        Self { stage: Stage::Fresh(fresh), timer, paths, sleep: None, armed: None }
    }
}

impl<E, O: Observer<E>, T: Timer, P: Paths> Future for Driven<'_, E, O, T, P> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let mut now = Now::new(*this.timer);
        if let Stage::Fresh(fresh) = this.stage {
            fresh.lent.span.started = now.at;
            let ahead = fresh.go_ahead(cx, &mut now, this.paths);
            if ahead.succeeded == fresh.lent.times.len() {
                fresh.lent.state.nodes.fill(Node::SUCCESS);
                fresh.lent.span.finished = now.at;
                return Poll::Ready(());
            }
            if let Stage::Fresh(fresh) = mem::replace(this.stage, Stage::Ended) {
                *this.stage = fresh.schedule(&ahead, &mut now);
            }
        } else if let Stage::Scheduled(drive) = this.stage {
            drive.poll_running(cx, &mut now, this.paths);
        }
        let Stage::Scheduled(drive) = this.stage else { return Poll::Ready(()) };
        loop {
            drive.act(cx, &mut now, this.paths);
            if drive.scheduler.has_ended() {
                drive.span.finished = now.at;
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
        let lent = &mut self.lent;
        if lent.blueprint.goes_ahead(&self.config) && !O::LISTENS && self.signal.is_none() {
            ahead.go(lent.blueprint, &self.wires, lent.times, now, |path| paths(path, cx));
        }
        ahead
    }

    /// What is left when as many steps have gone ahead.
    #[cold]
    fn schedule<T: Timer>(self, ahead: &Ahead, now: &mut Now<'_, T>) -> Stage<'r, E, O> {
        let Self { config, lent: Lent { blueprint, state, times, errors, span }, wires, signal, observer } = self;
        let numbering = blueprint.numbering_for(&config);
        // The lengths of the storage are the plan's own constants; were they not, nothing would run, and the report would
        // say so of every step.
        let Ok(mut scheduler) = Scheduler::new(blueprint.plan, numbering, config, state, span.started) else {
            return Stage::Ended;
        };
        let begun = ahead.catch_up(&mut scheduler, times);
        let mut drive =
            Drive { blueprint, scheduler, times, errors, span, wires, signal, seen: Seen::default(), observer };
        if let Some(step) = begun {
            drive.hear(blueprint.path_of(step), now);
        }
        Stage::Scheduled(drive)
    }
}
