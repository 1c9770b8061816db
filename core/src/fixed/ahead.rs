//! Going ahead: as long as every step succeeds at its first poll there is nothing to schedule.
//!
//! The scheduler itself says that such steps start in the order of their places (`scheduler/straight.rs`), here that of
//! declaration. So they start in that order without its being asked, on one path even without the drive's being asked;
//! what has been done by then is told to the scheduler before it is asked for the first time, and its answers are what
//! has been done.

use super::{
    blueprint::Known,
    drive::{Drive, Paths, ScheduledBy},
    report::Times,
    settings::RunSettings,
};
use crate::{
    observe::Observer,
    plan::StepId,
    time::{Instant, Timer},
};
use core::task::Context;

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
    pub(super) fn go<
        P: Known,
        E,
        O: Observer<E>,
        T: Timer,
        F: Paths,
        const S: usize,
        const W: usize,
        const N: usize,
    >(
        &mut self,
        drive: &mut Drive<'_, P, E, O, T, F, S, W, N>,
        cx: &mut Context<'_>,
    ) {
        let (blueprint, wires) = (P::BLUEPRINT, drive.wires);
        let mut step = StepId(0);
        while step.index() < S {
            let path = blueprint.path_of(step);
            if blueprint.has_context {
                wires.tell_attempt(1, drive.now, blueprint.plan.settings(step).first_limit(drive.now));
            }
            wires.let_ahead(step);
            let _ = (drive.paths)(path, cx);
            let (next, has_failed) = wires.gone_ahead::<T>(step);
            if T::TICKS && next != step {
                let started = drive.now;
                drive.tick();
                if let Some(times) = drive.notes.times.get_mut(step.index()) {
                    *times = Times { started, finished: drive.now };
                }
            }
            // Without a clock a path goes on by itself, so a step that lies on it has begun as well.
            let goes_on = !T::TICKS && next.index() < S && blueprint.path_of(next) == path;
            let has_begun = has_failed || next == step || goes_on;
            step = next;
            if has_begun {
                wires.stop_ahead(path, step);
                self.begun = Some(drive.now);
                break;
            }
        }
        self.succeeded = step.index();
    }

    /// Tells the scheduler what has been done, and which step is under way.
    pub(super) fn catch_up<P: Known, S: RunSettings, T: Timer>(
        &self,
        scheduler: &mut ScheduledBy<'_, P, S, T>,
        times: &mut [Times],
    ) -> Option<StepId> {
        scheduler.succeed_first(self.succeeded as u32);
        let step = scheduler.start_next(self.begun?)?;
        if let Some(times) = times.get_mut(step.index()) {
            times.started = self.begun?;
        }
        Some(step)
    }
}
