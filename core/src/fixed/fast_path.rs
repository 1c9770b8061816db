//! Going ahead: as long as every step succeeds at its first poll there is nothing to schedule.
//!
//! The scheduler itself says that such steps start in the order of their places (`scheduler/straight.rs`), here that of
//! declaration. So they start in that order without its being asked, on one path even without the drive's being asked;
//! what has been done by then is told to the scheduler before it is asked for the first time, and its answers are what
//! has been done.

use super::{
    drive::{Driver, Paths},
    static_plan::StaticPipeline,
};
use crate::{observers::Observers, time::Timer};
use core::{marker::PhantomData, task::Context};
use rungs_scheduler::{Instant, StepId, StepState};

/// How far a run has gone ahead, if not to its end.
#[derive(Debug, Default)]
pub(super) struct FastPath {
    /// So many steps, from the first.
    pub(super) succeeded: usize,
    /// When the step after them started, if it has: it did not succeed at its first poll.
    pub(super) begun: Option<Instant>,
}

/// What a path does by itself from a step on.
struct Span {
    path: u32,
    /// The first step behind it that lies on another path.
    end: u32,
}

/// The [`Span`] of each step of a pipeline.
struct Spans<P, const STEPS: usize>(PhantomData<P>);

impl<P: StaticPipeline, const STEPS: usize> Spans<P, STEPS> {
    const ALL: [Span; STEPS] = {
        let mut spans = [const { Span { path: 0, end: STEPS as u32 } }; STEPS];
        let mut step = STEPS;
        while step > 0 {
            step -= 1;
            spans[step].path = P::STATIC_PLAN.path_of(StepId::from_number(step as u32)) as u32;
            if step + 1 < STEPS {
                let next = &spans[step + 1];
                spans[step].end = if next.path == spans[step].path { next.end } else { step as u32 + 1 };
            }
        }
        spans
    };
}

impl<
    P: StaticPipeline,
    E,
    O: Observers<E>,
    T: Timer,
    F: Paths,
    const STEPS: usize,
    const PATHS: usize,
    const NEEDS: usize,
    const CONTEXTS: usize,
> Driver<'_, P, E, O, T, F, STEPS, PATHS, NEEDS, CONTEXTS>
{
    /// Starts steps until all have succeeded.
    ///
    /// # Errors
    /// One has not, at once.
    #[inline]
    pub(super) fn run_fast_path(
        &mut self,
        states: &mut [StepState; STEPS],
        cx: &mut Context<'_>,
    ) -> Result<(), FastPath> {
        let wires = self.wires;
        let mut step = 0;
        while let Some(&Span { path, end }) = Spans::<P, STEPS>::ALL.get(step) {
            // With a clock, the time is noted before another step starts.
            let (path, end) = (path as usize, if T::TICKS { step as u32 + 1 } else { end });
            if CONTEXTS > 0 {
                let settings = P::STATIC_PLAN.plan.settings(StepId::from_number(step as u32));
                wires.tell_attempt(1, self.now, settings.first_limit(self.now));
            }
            wires.allow_until(path, end);
            let _ = (self.paths)(path, cx);
            if let Some(stopped) = wires.stopped(path, end) {
                if !T::TICKS {
                    StepState::all_succeed(states.get_mut(..stopped.index()).unwrap_or_default());
                }
                return Err(FastPath { succeeded: stopped.index(), begun: Some(self.now) });
            }
            if T::TICKS {
                let started = self.now;
                self.tick();
                if let Some(node) = states.get_mut(step) {
                    node.succeed_at_once(started, self.now);
                }
            }
            step = end as usize;
        }
        if !T::TICKS {
            StepState::all_succeed(states);
        }
        Ok(())
    }
}
