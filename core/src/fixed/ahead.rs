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
use core::{marker::PhantomData, task::Context};

/// How far a run has gone ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// So many steps, from the first.
    pub(super) succeeded: usize,
    /// When the step after them started, if it has: it did not succeed at its first poll.
    pub(super) begun: Option<Instant>,
}

/// For each step of a pipeline the first behind it that lies on another path: up to there its path goes on by itself.
struct Ends<P, const STEPS: usize>(PhantomData<P>);

impl<P: Known, const STEPS: usize> Ends<P, STEPS> {
    const ENDS: [u32; STEPS] = {
        let mut ends = [STEPS as u32; STEPS];
        let mut step = STEPS;
        while step > 1 {
            step -= 1;
            let (here, before) = (StepId(step as u32), StepId(step as u32 - 1));
            let is_one = P::BLUEPRINT.path_of(here) == P::BLUEPRINT.path_of(before);
            ends[step - 1] = if is_one { ends[step] } else { here.0 };
        }
        ends
    };
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
        while let Some(&end) = Ends::<P, STEPS>::ENDS.get(step.index()) {
            let path = blueprint.path_of(step);
            // With a clock, the time is noted before another step starts.
            let end = if T::TICKS { step.0 + 1 } else { end };
            if CONTEXTS > 0 {
                wires.tell_attempt(1, self.now, blueprint.plan.settings(step).first_limit(self.now));
            }
            wires.let_ahead(path, end);
            let _ = (self.paths)(path, cx);
            if let Some(stopped) = wires.stopped(path, end) {
                if !T::TICKS {
                    Node::all_succeed(nodes.get_mut(..stopped.index()).unwrap_or_default());
                }
                return Ahead { succeeded: stopped.index(), begun: Some(self.now) };
            }
            if T::TICKS {
                let started = self.now;
                self.tick();
                if let Some(node) = nodes.get_mut(step.index()) {
                    node.succeed_at_once(started, self.now);
                }
            }
            step = StepId(end);
        }
        if !T::TICKS {
            Node::all_succeed(nodes);
        }
        Ahead { succeeded: STEPS, begun: None }
    }
}
