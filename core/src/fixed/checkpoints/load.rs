//! What earlier runs have stored, at the beginning of a run.

use super::begin::StepBegin;
use crate::{
    fixed::{
        run_store::RunStore,
        static_plan::{Fallible, StaticPipeline, StaticPlan},
        storage::RunBuffers,
    },
    observe::Outdated,
};
use postcard::take_from_bytes;
use rungs_scheduler::{Given, Plan, StepId};
use serde::de::DeserializeOwned;

/// What is known at compile time of a step with `#[step(checkpoint)]`.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "only generated code writes it")]
pub struct StoredStep {
    /// The step.
    pub step: StepId,
    /// Its key in the store.
    pub key: u32,
    /// Of what the step and those that it needs look like.
    pub fingerprint: u64,
}

/// A pipeline some of whose steps are checkpoints.
#[diagnostic::on_unimplemented(
    message = "no step of this pipeline is a checkpoint, so there is nothing to store",
    label = "`{Self}` has no step with `#[step(checkpoint)]`"
)]
pub trait WithCheckpoints: StaticPipeline {
    /// Each of them.
    const STORED_STEPS: &'static [StoredStep];
    /// All steps, each after those that it needs.
    const ORDER: &'static [u32];
}

/// What is known of a step that is among these.
pub const fn stored_step(stored: &[StoredStep], step: StepId) -> StoredStep {
    let mut index = 0;
    while index + 1 < stored.len() && stored[index].step.number() != step.number() {
        index += 1;
    }
    stored[index]
}

/// Whether no two of these keys are the same.
pub const fn is_plain(stored: &[StoredStep]) -> bool {
    let mut one = 0;
    while one < stored.len() {
        let mut other = 0;
        while other < one {
            if stored[one].key == stored[other].key {
                return false;
            }
            other += 1;
        }
        one += 1;
    }
    true
}

/// Reads a result into its slot: none of a step that skipped itself.
#[inline]
pub fn decode<T: DeserializeOwned>(bytes: &[u8], slot: &mut Option<T>) -> StepBegin {
    match take_from_bytes(bytes) {
        Ok((result, [])) => {
            *slot = result;
            StepBegin::Ended(if slot.is_some() { Given::Success } else { Given::SkippedItself })
        }
        _ => StepBegin::Outdated(Outdated::Unreadable),
    }
}

impl<E, const STEPS: usize, const WORDS: usize, const TIMERS: usize, const RESOURCES: usize, const LEVELS: usize>
    RunBuffers<'_, E, STEPS, WORDS, TIMERS, RESOURCES, LEVELS>
{
    /// Reads what is stored, and finds how each step begins. `decode` reads a result of a step. O(V + E), beside the reads.
    pub async fn load<P: WithCheckpoints + Fallible<Error = E>, K: RunStore<P>>(
        &mut self,
        store: &mut K,
        buffer: &mut [u8],
        mut decode: impl FnMut(StepId, &[u8]) -> StepBegin,
    ) -> [StepBegin; STEPS] {
        let mut begins = [StepBegin::Anew; STEPS];
        if !K::IS_THERE {
            return begins;
        }
        for &StoredStep { step, key, fingerprint } in P::STORED_STEPS {
            let begin = match store.load(key, buffer).await {
                // What was removed is empty.
                Ok(None | Some(0)) => StepBegin::Anew,
                Ok(Some(length)) => match buffer.get(..length).and_then(|bytes| bytes.split_first_chunk()) {
                    Some((stored, result)) if u64::from_le_bytes(*stored) == fingerprint => decode(step, result),
                    _ => StepBegin::Outdated(Outdated::Changed),
                },
                Err(error) => {
                    if let Some(place) = self.notes.errors.get_mut(step.index()) {
                        *place = Some(error);
                    }
                    StepBegin::Ended(Given::Failed)
                }
            };
            if let Some(place) = begins.get_mut(step.index()) {
                *place = begin;
            }
        }
        leave_out_up_to_date(P::STATIC_PLAN, P::ORDER, &mut begins);
        begins
    }
}

/// The steps that are needed by the last ones, and those of them that run.
struct Needed<const STEPS: usize> {
    inside: [bool; STEPS],
    runs: [bool; STEPS],
}

/// Leaves out the steps whose results only stored steps need, by the rules that a `Pipeline` has: the last steps are the targets,
/// and a clean-up step that no other step needs belongs to the run if one of its needs does.
fn leave_out_up_to_date<const STEPS: usize>(
    StaticPlan { plan, .. }: &StaticPlan,
    order: &[u32],
    begins: &mut [StepBegin; STEPS],
) {
    let mut needed = Needed { inside: [false; STEPS], runs: [false; STEPS] };
    // The last step that needs all before it, among those that are inside, and among those that run.
    let (mut all_inside, mut all_run) = (0, 0);
    let is_stored = |begins: &[StepBegin; STEPS], step| {
        matches!(at(begins, step), Some(StepBegin::Ended(Given::Success | Given::SkippedItself)))
    };
    for &number in order.iter().rev() {
        let step = StepId::from_number(number);
        let waiting = || plan.dependents(step).iter().filter(|waits| !waits.is_order()).map(|waits| waits.step());
        let is_needed = number < all_inside || waiting().any(|waits| at(&needed.inside, waits) == Some(true));
        let is_inside = is_needed || !plan.settings(step).get_when().is_clean_up();
        let is_wanted = !is_needed || number < all_run || waiting().any(|waits| at(&needed.runs, waits) == Some(true));
        let runs = is_inside && is_wanted && !is_stored(begins, step);
        set(&mut needed.inside, step, is_inside);
        set(&mut needed.runs, step, runs);
        if plan.waits_for_all(step) {
            all_inside = all_inside.max(if is_inside { number } else { 0 });
            all_run = all_run.max(if runs { number } else { 0 });
        }
    }
    for &number in order {
        let step = StepId::from_number(number);
        let is_there = |need| {
            at(&needed.runs, need) == Some(true) || at(&needed.inside, need) == Some(true) && is_stored(begins, need)
        };
        let is_attached = at(&needed.inside, step) == Some(false) && {
            let mut needs = needs(plan, step).peekable();
            needs.peek().is_none() || needs.any(is_there)
        };
        if is_attached {
            set(&mut needed.runs, step, true);
        }
        if at(&needed.runs, step) == Some(false) && !is_stored(begins, step) {
            set(begins, step, StepBegin::Ended(Given::UpToDate));
        }
    }
}

/// The needs of a step, but for those that are orders only.
fn needs(plan: &Plan<'static>, step: StepId) -> impl Iterator<Item = StepId> {
    let before = if plan.waits_for_all(step) { step.number() } else { 0 };
    let named = plan.needs(step).iter().filter(|need| !need.is_order()).map(|need| need.step());
    named.chain((0..before).map(StepId::from_number))
}

fn at<T: Copy>(list: &[T], step: StepId) -> Option<T> {
    list.get(step.index()).copied()
}

fn set<T>(list: &mut [T], step: StepId, value: T) {
    if let Some(place) = list.get_mut(step.index()) {
        *place = value;
    }
}
