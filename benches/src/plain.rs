//! The scheduler alone: a plan laid out by hand, and a run in which every attempt succeeds at once.

use crate::graph::Graph;
use rungs::{
    Config, Instant, Settings,
    scheduler::{
        Action, Edges, Need, Numbering, Outcome, Plan, Scheduler, StepId, StepState, Storage, StorageSize, invert,
        needs_come_first,
    },
};

/// A plan's edges both ways, and the storage of its runs.
#[derive(Debug)]
pub struct Bare {
    rows: Vec<u32>,
    needs: Vec<Need>,
    waits_rows: Vec<u32>,
    waits: Vec<Need>,
    states: Vec<StepState>,
    ready: Vec<usize>,
    needs_first: bool,
}

impl Bare {
    /// The same graph, its edges one way only.
    pub fn new(graph: &Graph) -> Self {
        let (mut rows, mut needs) = (vec![0], Vec::new());
        for of_step in graph.needs() {
            needs.extend(of_step.into_iter().filter_map(|step| StepId::new(step as usize)).map(Need::result));
            rows.push(needs.len() as u32);
        }
        let states = vec![StepState::default(); graph.len()];
        let ready = vec![0; StorageSize::ready_words(graph.len())];
        let needs_first = needs_come_first(Edges::new(&rows, &needs), &[]);
        Self { needs_first, waits_rows: vec![0; rows.len()], waits: needs.clone(), rows, needs, states, ready }
    }
}

/// Turns the edges around.
#[inline(never)]
pub fn measured_invert(bare: &mut Bare) {
    invert(Edges::new(&bare.rows, &bare.needs), &mut bare.waits_rows, &mut bare.waits);
}

/// Runs the plan, and tells how many steps have started.
///
/// # Panics
/// The storage is too small.
#[inline(never)]
pub fn measured_schedule(bare: &mut Bare) -> usize {
    let Bare { rows, needs, waits_rows, waits, states, ready, needs_first } = bare;
    let plan = Plan::new(Edges::new(rows, needs), Edges::new(waits_rows, waits), &[Settings::DEFAULT], &[]);
    let state = Storage { states, ready, ..Storage::default() };
    let numbering = Numbering { needs_first: *needs_first, ..Numbering::default() };
    let scheduler = Scheduler::new(plan, numbering, Config::DEFAULT, state, Instant::ZERO);
    let mut scheduler = scheduler.expect("the storage was made for this plan");
    let mut started = 0;
    while let Some(action) = scheduler.poll_action(Instant::ZERO) {
        if let Action::Start(step) = action {
            started += 1;
            scheduler.handle_outcome(step, Outcome::Success, Instant::ZERO);
        }
    }
    started
}
