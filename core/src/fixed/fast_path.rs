//! The fast path: as long as every step succeeds at its first poll, there is nothing to schedule.
//!
//! The scheduler itself guarantees that such steps start in the order of their priorities, which is here the order of
//! declaration. So the driver starts them in that order without asking it, and the steps of one lane follow one another
//! even without the driver. The completed prefix is handed to `Scheduler::after`.

use super::{
    driver::Driver,
    lanes::Lanes,
    static_plan::{StaticPipeline, StaticPlan},
    unmet_needs::UnmetNeeds,
};
use crate::{observers::Observers, time::Timer};
use core::{marker::PhantomData, task::Context};
use rungs_scheduler::{Instant, StepId, StepState};

/// How far the fast path went, if not to the end of the run.
#[derive(Debug, Default)]
pub(super) struct FastPath {
    /// The number of steps that succeeded, from the first one.
    pub(super) succeeded: usize,
    /// When the step after them started, if it did: it did not succeed at its first poll.
    pub(super) started: Option<Instant>,
}

/// The steps that a lane takes without the driver, from a step on.
struct Span {
    lane: u32,
    /// The first later step that lies on another lane.
    end: u32,
}

/// The [`Span`] of each step of a pipeline.
struct Spans<P, const STEPS: usize>(PhantomData<P>);

impl<P: StaticPipeline, const STEPS: usize> Spans<P, STEPS> {
    const ALL: [Span; STEPS] = {
        let mut spans = [const { Span { lane: 0, end: STEPS as u32 } }; STEPS];
        let mut step = STEPS;
        while step > 0 {
            step -= 1;
            spans[step].lane = P::STATIC_PLAN.lane_of(StepId::from_number(step as u32)) as u32;
            if step + 1 < STEPS {
                let next = &spans[step + 1];
                spans[step].end = if next.lane == spans[step].lane { next.end } else { step as u32 + 1 };
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
    F: Lanes,
    const STEPS: usize,
    const LANES: usize,
    N: UnmetNeeds<E>,
    const CONTEXTS: usize,
> Driver<'_, P, E, O, T, F, STEPS, LANES, N, CONTEXTS>
{
    /// Starts steps until all have succeeded.
    ///
    /// # Errors
    /// A step did not succeed at its first poll, or the budget of this poll is used up.
    #[inline]
    pub(super) fn run_fast_path(
        &mut self,
        states: &mut [StepState; STEPS],
        budget: u32,
        cx: &mut Context<'_>,
    ) -> Result<(), FastPath> {
        let lane_states = self.lane_states;
        let (mut step, allowed) = (0, STEPS.min(budget as usize));
        while let Some(&Span { lane, end }) = Spans::<P, STEPS>::ALL.get(step)
            && step < allowed
        {
            // With a clock, the time is noted before another step starts.
            let (lane, end) = (lane as usize, if T::TICKS { step as u32 + 1 } else { end.min(budget) });
            if CONTEXTS > 0 {
                let StaticPlan { plan, config, .. } = P::STATIC_PLAN;
                let settings = plan.settings(StepId::from_number(step as u32));
                lane_states.set_context(1, self.now, settings.first_limit(config, self.now));
            }
            lane_states.allow_until(lane, end);
            let _ = self.lanes.poll(lane, cx);
            if let Some(stopped) = lane_states.stopped_at(lane, end) {
                if !T::TICKS {
                    StepState::all_succeed(states.get_mut(..stopped.index()).unwrap_or_default());
                }
                return Err(FastPath { succeeded: stopped.index(), started: Some(self.now) });
            }
            if T::TICKS {
                let started = self.now;
                self.tick();
                if let Some(state) = states.get_mut(step) {
                    state.succeed_at_once(started, self.now);
                }
            }
            step = end as usize;
        }
        if !T::TICKS {
            StepState::all_succeed(states.get_mut(..step).unwrap_or_default());
        }
        if step < STEPS { Err(FastPath { succeeded: step, started: None }) } else { Ok(()) }
    }
}
