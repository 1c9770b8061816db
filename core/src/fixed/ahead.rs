//! Going ahead: as long as every step succeeds at its first poll there is nothing to schedule.
//!
//! The scheduler itself says that such steps start in the order of their places (`scheduler/straight.rs`), here that of
//! declaration. So they start in that order without its being asked, on one path even without the drive's being asked;
//! what has been done by then is told to the scheduler before it is asked for the first time, and its answers are what
//! has been done.

use super::{blueprint::Blueprint, drive::Now, report::Times, wire::Switchboard};
use crate::{
    plan::StepId,
    scheduler::{Action, Outcome, Scheduler},
    time::{Instant, Timer},
};
use core::task::Poll;

/// How far a run has gone ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// So many steps, from the first.
    pub(super) succeeded: usize,
    /// When the step after them started, if it has: it did not succeed at its first poll.
    begun: Option<Instant>,
}

impl Ahead {
    /// Starts steps until one does not succeed at once.
    #[inline]
    pub(super) fn go<E, T: Timer>(
        &mut self,
        blueprint: &Blueprint,
        wires: &Switchboard<'_, E>,
        times: &mut [Times],
        now: &mut Now<'_, T>,
        mut poll_path: impl FnMut(usize) -> Poll<()>,
    ) {
        let mut step = StepId(0);
        while step.index() < times.len() {
            let path = blueprint.path_of(step);
            if blueprint.has_context {
                wires.tell_attempt(1, now.at, blueprint.plan.settings(step).first_limit(now.at));
            }
            wires.go_ahead(step);
            let _ = poll_path(path);
            let (next, has_failed) = wires.gone_ahead(step);
            if T::TICKS && next != step {
                let started = now.at;
                now.tick();
                if let Some(times) = times.get_mut(step.index()) {
                    *times = Times { started, finished: now.at };
                }
            }
            // Without a clock a path goes on by itself, so a step that lies on it has begun as well.
            let goes_on = !T::TICKS && next.index() < times.len() && blueprint.path_of(next) == path;
            let has_begun = has_failed || next == step || goes_on;
            step = next;
            if has_begun {
                wires.stop_ahead(path, step);
                self.begun = Some(now.at);
                break;
            }
        }
        self.succeeded = step.index();
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
