//! Going ahead: as long as every step succeeds at its first poll there is nothing to schedule.
//!
//! The scheduler itself says that such steps start in the order of their places (`scheduler/straight.rs`), here that of
//! declaration. So they start in that order without its being asked, on one path even without the drive's being asked;
//! what has been done by then is told to the scheduler before it is asked for the first time, and its answers are what
//! has been done.

use super::{
    blueprint::Known,
    drive::{Drive, Paths},
};
use crate::{
    observe::Observer,
    plan::StepId,
    scheduler::Node,
    time::{Instant, Timer},
};
use core::task::Context;

/// How far a run has gone ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// So many steps, from the first.
    pub(super) succeeded: usize,
    /// When the step after them started, if it has: it did not succeed at its first poll.
    pub(super) begun: Option<Instant>,
}

impl<
    P: Known,
    E,
    O: Observer<E>,
    T: Timer,
    F: Paths,
    const STEPS: usize,
    const PATHS: usize,
    const NEEDS: usize,
    const CONTEXTS: usize,
> Drive<'_, P, E, O, T, F, STEPS, PATHS, NEEDS, CONTEXTS>
{
    /// Starts steps until one does not succeed at once.
    #[inline]
    pub(super) fn go_ahead(&mut self, nodes: &mut [Node; STEPS], cx: &mut Context<'_>) -> Ahead {
        let (blueprint, wires) = (P::BLUEPRINT, self.wires);
        let mut step = StepId(0);
        loop {
            let path = blueprint.path_of(step);
            if CONTEXTS > 0 {
                wires.tell_attempt(1, self.now, blueprint.plan.settings(step).first_limit(self.now));
            }
            wires.let_ahead(step);
            let _ = (self.paths)(path, cx);
            let next = wires.gone_ahead::<T>(step);
            if T::TICKS && next != step {
                let started = self.now;
                self.tick();
                if let Some(node) = nodes.get_mut(step.index()) {
                    node.succeed_at_once(started, self.now);
                }
            }
            // Without a clock a path goes on by itself, so the next step has begun as well if it lies there.
            let is_free = if T::TICKS { next != step } else { blueprint.path_of(next) != path };
            if next.index() < STEPS && is_free {
                step = next;
                continue;
            }
            if next.index() == STEPS {
                if !T::TICKS {
                    Node::all_succeed(nodes);
                }
                return Ahead { succeeded: STEPS, begun: None };
            }
            let stopped = if next.index() < STEPS { next } else { wires.stopped_at(path) };
            wires.stop_ahead(path, stopped);
            if !T::TICKS {
                Node::all_succeed(nodes.get_mut(..stopped.index()).unwrap_or_default());
            }
            return Ahead { succeeded: stopped.index(), begun: Some(self.now) };
        }
    }
}
