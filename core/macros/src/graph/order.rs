//! Orders in which each step comes after its needs.

use super::rows::Rows;
use crate::model::Edge;
use rungs_scheduler::{
    Action, Config, Instant, Numbering, Outcome, Plan, Scheduler, Settings, StepState, Storage, StorageSize,
};

/// Each step after its needs, in the order of declaration where that leaves a choice. The steps of a cycle, and those that
/// wait for one, are left out.
///
/// It is the order in which a run with one permit starts its steps, if all succeed: so such a run is made.
pub(super) fn topological(needs: &[Vec<Edge>]) -> Vec<usize> {
    let (steps, rows) = (needs.len(), Rows::new(needs));
    let dependents = rows.inverted();
    let plan = Plan::new(rows.edges(), dependents.edges(), &[Settings::DEFAULT], &[]);
    let (mut states, mut ready) = (vec![StepState::default(); steps], vec![0; StorageSize::ready_words(steps)]);
    let storage = Storage { states: &mut states, ready: &mut ready, ..Storage::default() };
    let one_by_one = Config::DEFAULT.max_concurrent(1);
    let mut run = Scheduler::new(plan, Numbering::default(), one_by_one, storage, Instant::ZERO)
        .expect("a plan without resources and limits needs no other storage");
    let mut order = Vec::new();
    while let Some(Action::Start(step)) = run.poll_action(Instant::ZERO) {
        order.push(step.index());
        run.handle_outcome(step, Outcome::Success, Instant::ZERO);
    }
    order
}

/// The level of each step: 0 for a step without needs, else one above its highest need.
pub(super) fn levels(needs: &[Vec<Edge>], order: &[usize]) -> Vec<usize> {
    let order: Vec<u32> = order.iter().map(|&step| step as u32).collect();
    let mut levels = vec![0; needs.len()];
    rungs_scheduler::levels(Rows::new(needs).edges(), &order, &mut levels);
    levels.into_iter().map(|level| level as usize).collect()
}
