//! What is to be run: a plan, what its attempts do, and what happens from outside.

use super::draw::Draw;
use rungs::{OnFailure, Order, When};

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) steps: Vec<Step>,
    pub(crate) max_concurrent: u32,
    pub(crate) permits: u32,
    pub(crate) order: Order,
    pub(crate) on_failure: OnFailure,
    /// In milliseconds, as all times here.
    pub(crate) deadline: Option<u64>,
    /// When the token is drained or cancelled, and which of both.
    pub(crate) stops: Vec<(u64, Stop)>,
    /// After so many polls the run is dropped, and the pipeline is run again.
    pub(crate) drop_after: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    Drain,
    Cancel,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) needs: Vec<usize>,
    pub(crate) when: When,
    pub(crate) optional: bool,
    pub(crate) spawned: bool,
    pub(crate) permits: u32,
    pub(crate) retries: u32,
    pub(crate) delay: Option<u64>,
    pub(crate) timeout: Option<u64>,
    pub(crate) deadline: Option<u64>,
    /// The last one repeats.
    pub(crate) acts: Vec<Act>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Succeed(u64),
    Fail(u64),
    Panic(u64),
    Hang,
    /// Gives way so many times at the same time, and succeeds.
    GiveWay(u32),
    /// Computes for so long: the clock moves while it is polled.
    Compute(u64),
}

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let mut draw = Draw(seed);
        let steps = draw.below(8) as usize + 1;
        let steps: Vec<_> = (0..steps).map(|at| Step::new(at, &mut draw)).collect();
        let stops = (0..draw.below(4)).map(|_| (draw.below(40), draw.one_of(&[Stop::Drain, Stop::Cancel]))).collect();
        Self {
            max_concurrent: draw.one_of(&[1, 2, 3, u32::MAX]),
            permits: 3,
            order: draw.one_of(&[Order::Eager, Order::Eager, Order::Levels]),
            on_failure: draw.one_of(&[OnFailure::GoOn, OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]),
            deadline: draw.once_in(3).then(|| draw.below(60)),
            stops,
            drop_after: draw.once_in(4).then(|| draw.below(8) as u32),
            steps,
        }
    }
}

impl Step {
    fn new(at: usize, draw: &mut Draw) -> Self {
        let needs: Vec<_> = (0..at).filter(|_| draw.once_in(3)).collect();
        let rules = [When::AllSucceeded, When::AllSucceeded, When::SkipOnError, When::AllDone, When::AnyFailed];
        let acts: Vec<_> = (0..=draw.below(4)).map(|_| Act::new(draw)).collect();
        let hangs = acts.iter().any(|act| matches!(act, Act::Hang));
        let retries = draw.below(4) as u32;
        Self {
            when: if needs.is_empty() { When::AllSucceeded } else { draw.one_of(&rules) },
            needs,
            optional: draw.once_in(4),
            spawned: draw.once_in(3),
            permits: draw.below(3) as u32,
            retries,
            delay: (retries > 0 && draw.once_in(2)).then(|| draw.below(12)),
            // Nothing else ends a step that hangs.
            timeout: (hangs || draw.once_in(3)).then(|| draw.below(15)),
            deadline: draw.once_in(5).then(|| draw.below(30)),
            acts,
        }
    }
}

impl Act {
    fn new(draw: &mut Draw) -> Self {
        match draw.below(12) {
            0..4 => Self::Succeed(draw.below(12)),
            4..7 => Self::Fail(draw.below(12)),
            7 => Self::Panic(draw.below(12)),
            8 => Self::Hang,
            9 => Self::Compute(draw.below(12)),
            _ => Self::GiveWay(draw.below(4) as u32),
        }
    }
}
