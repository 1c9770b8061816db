//! What is to be run: a plan, what its attempts do, and what happens from outside.

use super::draw::Draw;
use rungs::{OnFailure, Order, When};

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) steps: Vec<Step>,
    pub(crate) max_concurrent: u32,
    /// Of each resource.
    pub(crate) capacities: Vec<u32>,
    /// Of the shared resource.
    pub(crate) shared_units: u32,
    /// How many attempts of paced steps may start in [`SPAN`].
    pub(crate) paced_starts: u32,
    pub(crate) order: Order,
    pub(crate) on_failure: OnFailure,
    /// In milliseconds, as all times here.
    pub(crate) deadline: Option<u64>,
    /// After how long an attempt is given up that does not end.
    pub(crate) grace: Option<u64>,
    pub(crate) clean_up_deadline: Option<u64>,
    pub(crate) poll_budget: u32,
    /// When the token is drained or cancelled, and which of both.
    pub(crate) stops: Vec<(u64, Stop)>,
    /// After so many polls the run is dropped, and the pipeline is run again.
    pub(crate) drop_after: Option<u32>,
    /// How long the run expects each step to take.
    pub(crate) durations: Option<Vec<u64>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    Drain,
    Cancel,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) needs: Vec<usize>,
    pub(crate) follows: Vec<usize>,
    pub(crate) after_all: bool,
    pub(crate) when: When,
    pub(crate) optional: bool,
    pub(crate) spawned: bool,
    /// How much later a spawned attempt ends than it is told to.
    pub(crate) lingers: u64,
    /// Resources, each with a number of units.
    pub(crate) uses: Vec<(usize, u32)>,
    pub(crate) shared_units: u32,
    /// Whether its attempts need one of the paced starts.
    pub(crate) is_paced: bool,
    pub(crate) never_cancel: bool,
    pub(crate) retries: u32,
    pub(crate) delay: Option<u64>,
    /// The delay that its errors ask for.
    pub(crate) asks_for: Option<u64>,
    pub(crate) timeout: Option<u64>,
    pub(crate) retry_on_timeout: bool,
    pub(crate) deadline: Option<u64>,
    /// The last one repeats.
    pub(crate) acts: Vec<Act>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Succeed(u64),
    Skip(u64),
    Fail(u64),
    Panic(u64),
    Hang,
    /// Gives way so many times at the same time, and succeeds.
    GiveWay(u32),
    /// Computes for so long: the clock moves while it is polled.
    Compute(u64),
}

/// The span of the paced starts.
pub(crate) const SPAN: u64 = 10;

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let mut draw = Draw(seed);
        // So many that the sets of resources that they use queue.
        let is_wide = draw.once_in(16);
        let steps = if is_wide { 20 + draw.below(20) } else { draw.below(8) + 1 } as usize;
        let capacities = if is_wide { vec![1, 2, 3, 2, 4] } else { vec![3] };
        let has_shared = draw.once_in(3);
        let mut steps: Vec<_> = (0..steps).map(|at| Step::new(at, is_wide, &capacities, &mut draw)).collect();
        if !has_shared {
            steps.iter_mut().for_each(|step| (step.shared_units, step.is_paced) = (0, false));
        }
        let stops = (0..draw.below(4)).map(|_| (draw.below(40), draw.one_of(&[Stop::Drain, Stop::Cancel]))).collect();
        Self {
            max_concurrent: draw.one_of(&[1, 2, 3, u32::MAX, u32::MAX]),
            capacities,
            shared_units: 2,
            paced_starts: 1 + draw.below(3) as u32,
            order: draw.one_of(&[Order::Eager, Order::Eager, Order::Levels]),
            on_failure: draw.one_of(&[OnFailure::GoOn, OnFailure::GoOn, OnFailure::Drain, OnFailure::Cancel]),
            deadline: draw.once_in(3).then(|| draw.below(60)),
            grace: draw.once_in(3).then(|| draw.below(10)),
            clean_up_deadline: draw.once_in(4).then(|| draw.below(15)),
            poll_budget: draw.one_of(&[1, 2, 3, 10, 128]),
            stops,
            drop_after: draw.once_in(4).then(|| draw.below(8) as u32),
            durations: draw.once_in(3).then(|| steps.iter().map(|_| draw.below(12)).collect()),
            steps,
        }
    }

    /// Whether the clock moves only while all wait, so that times can be told exactly.
    pub(crate) fn is_timely(&self) -> bool {
        !self.steps.iter().flat_map(|step| &step.acts).any(|act| matches!(act, Act::Compute(_)))
    }

    /// Whether nothing but its needs holds up this step.
    pub(crate) fn is_prompt(&self, step: &Step) -> bool {
        let is_free = step.uses.is_empty() && step.shared_units == 0 && !step.is_paced;
        let is_open =
            self.max_concurrent == u32::MAX && matches!(self.order, Order::Eager) && self.drop_after.is_none();
        is_free && is_open && self.is_timely()
    }
}

impl Step {
    fn new(at: usize, is_wide: bool, capacities: &[u32], draw: &mut Draw) -> Self {
        let seldom = if is_wide { 12 } else { 3 };
        let needs: Vec<_> = (0..at).filter(|_| draw.once_in(seldom)).collect();
        let follows: Vec<_> = (0..at).filter(|need| draw.once_in(3 * seldom) && !needs.contains(need)).collect();
        let rules = [
            When::AllSucceeded,
            When::AllSucceeded,
            When::SkipOnError,
            When::AllDone,
            When::AnyFailed,
            When::NoneFailed,
        ];
        let when = if needs.is_empty() { When::AllSucceeded } else { draw.one_of(&rules) };
        let acts: Vec<_> = (0..=draw.below(4)).map(|_| Act::new(draw)).collect();
        let hangs = acts.iter().any(|act| matches!(act, Act::Hang));
        let retries = draw.below(4) as u32;
        let mut uses = Vec::new();
        for (resource, &units) in capacities.iter().enumerate() {
            if !draw.once_in(2) {
                continue;
            }
            uses.push((resource, 1 + draw.below(u64::from(units)) as u32));
        }
        Self {
            after_all: !matches!(when, When::AllSucceeded | When::SkipOnError) && draw.once_in(6),
            when,
            needs,
            follows,
            optional: draw.once_in(4),
            spawned: draw.once_in(3),
            lingers: draw.one_of(&[0, 0, 3, 30]),
            uses,
            shared_units: draw.below(3) as u32,
            is_paced: draw.once_in(3),
            // Nothing else ends a step that hangs.
            never_cancel: !hangs && draw.once_in(6),
            timeout: (hangs || draw.once_in(3)).then(|| draw.below(15)),
            retries,
            delay: (retries > 0 && draw.once_in(2)).then(|| draw.below(12)),
            asks_for: (retries > 0 && draw.once_in(4)).then(|| draw.below(12)),
            retry_on_timeout: !draw.once_in(4),
            deadline: draw.once_in(5).then(|| draw.below(30)),
            acts,
        }
    }

    /// What must have ended before it starts, of the steps before this one.
    pub(crate) fn waits_for(&self, at: usize) -> impl Iterator<Item = usize> {
        let all = if self.after_all { 0..at } else { 0..0 };
        self.needs.iter().chain(&self.follows).copied().chain(all)
    }

    pub(crate) fn is_clean_up(&self) -> bool {
        matches!(self.when, When::AllDone | When::AnyFailed)
    }

    pub(crate) fn may_skip(&self) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::Skip(_)))
    }
}

impl Act {
    fn new(draw: &mut Draw) -> Self {
        match draw.below(13) {
            0..4 => Self::Succeed(draw.below(12)),
            12 => Self::Skip(draw.below(12)),
            4..7 => Self::Fail(draw.below(12)),
            7 => Self::Panic(draw.below(12)),
            8 => Self::Hang,
            9 => Self::Compute(draw.below(12)),
            _ => Self::GiveWay(draw.below(4) as u32),
        }
    }
}
