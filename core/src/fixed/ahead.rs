//! Going ahead: as long as every step succeeds at its first poll there is nothing to schedule.
//!
//! The scheduler itself says that such steps start in the order of their places (`scheduler/straight.rs`). So they are
//! started in that order without asking it; what has been done by then is told to it before it is asked for the first
//! time, and its answers are what has been done.

use super::{
    blueprint::Blueprint,
    drive::Now,
    wire::Switchboard,
};
use crate::{
    plan::{Numbering, StepId},
    scheduler::{Action, Outcome, Scheduler},
    summary::Times,
    time::{Instant, Timer},
};
use core::task::Poll;

/// How far a run has gone ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// So many places, from the first.
    pub(super) succeeded: usize,
    /// When the step at the next place started, if it has: it did not succeed at its first poll.
    begun: Option<Instant>,
}

impl Ahead {
    /// Starts steps until one does not succeed at once.
    #[inline]
    pub(super) fn go<E, T: Timer>(
        &mut self,
        blueprint: &Blueprint,
        numbering: &Numbering<'_>,
        wires: &Switchboard<'_, E>,
        times: &mut [Times],
        now: &mut Now<'_, T>,
        mut poll_path: impl FnMut(usize) -> Poll<()>,
    ) {
        while self.succeeded < times.len() {
            let step = numbering.step(self.succeeded);
            let path = blueprint.path_of(step);
            if blueprint.has_context {
                let limit = blueprint.plan.settings(step).first_limit(now.at);
                wires.tell_attempt(1, now.at, limit);
            }
            wires.start(path, step);
            let _ = poll_path(path);
            if !wires.take_success(path) {
                self.begun = Some(now.at);
                return;
            }
            let started = now.at;
            now.tick();
            if let Some(times) = times.get_mut(step.index()) {
                *times = Times { started, finished: now.at };
            }
            self.succeeded += 1;
        }
    }

    /// Tells the scheduler what has been done, and which step is under way.
    pub(super) fn catch_up(&self, scheduler: &mut Scheduler<'_>, times: &mut [Times]) -> Option<StepId> {
        for _ in 0..self.succeeded {
            // Steps that succeed at once start in the order of their places: these are the ones.
            if let Some(Action::Start(step)) = scheduler.poll_action(Instant::ZERO) {
                scheduler.handle_outcome(step, Outcome::Success, Instant::ZERO);
            }
        }
        let Some(Action::Start(step)) = scheduler.poll_action(self.begun?) else { return None };
        if let Some(times) = times.get_mut(step.index()) {
            times.started = self.begun?;
        }
        Some(step)
    }
}
