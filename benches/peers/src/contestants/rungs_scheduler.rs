//! rungs' scheduler alone: no futures, no results, no report. The caller computes the sums.

use crate::{
    body::Body,
    contestant::{Contestant, Group, refuse_to_wait},
    graph::Graph,
    workload::Workload,
};
use rungs::{
    Config, Instant, Settings, StepId,
    scheduler::{
        Action, Edges, Need, Numbering, Outcome, Plan, Scheduler, StepState, Storage, StorageSize, invert,
        needs_come_first,
    },
};

/// A plan's edges both ways, and the storage of a run.
pub(crate) struct SchedulerAlone {
    graph: &'static Graph,
    rows: Vec<u32>,
    needs: Vec<Need>,
    waits_rows: Vec<u32>,
    waits: Vec<Need>,
    states: Vec<StepState>,
    ready: Vec<usize>,
    needs_first: bool,
    sums: Vec<u64>,
}

impl Contestant for SchedulerAlone {
    const NAME: &'static str = "rungs-scheduler";
    const ABOUT: &'static str = "the scheduler alone; its caller computes the sums";
    const GROUP: Group = Group::Rungs;

    fn refuses(workload: &Workload) -> Option<&'static str> {
        refuse_to_wait(workload)
    }

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let (mut rows, mut needs) = (vec![0], Vec::new());
        for step in 0..graph.len() {
            needs.extend(graph.needs(step).iter().filter_map(|&need| StepId::new(need as usize)).map(Need::result));
            rows.push(needs.len() as u32);
        }
        let (mut waits_rows, mut waits) = (vec![0; rows.len()], needs.clone());
        invert(Edges::new(&rows, &needs), &mut waits_rows, &mut waits);
        Self {
            graph,
            needs_first: needs_come_first(Edges::new(&rows, &needs), &[]),
            states: vec![StepState::default(); graph.len()],
            ready: vec![0; StorageSize::ready_words(graph.len())],
            sums: vec![0; graph.len()],
            rows,
            needs,
            waits_rows,
            waits,
        }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        let Self { graph, rows, needs, waits_rows, waits, states, ready, needs_first, sums } = self;
        let plan = Plan::new(Edges::new(rows, needs), Edges::new(waits_rows, waits), &[Settings::DEFAULT], &[]);
        let storage = Storage { states, ready, ..Storage::default() };
        let numbering = Numbering { needs_first: *needs_first, ..Numbering::default() };
        let scheduler = Scheduler::new(plan, numbering, Config::DEFAULT, storage, Instant::ZERO);
        let mut scheduler = scheduler.map_err(|error| format!("{error:?}"))?;
        while let Some(action) = scheduler.poll_action(Instant::ZERO) {
            if let Action::Start(step) = action {
                let needs = graph.needs(step.index());
                let sum =
                    needs.iter().fold(graph.own(step.index()), |sum, &need| sum.wrapping_add(sums[need as usize]));
                sums[step.index()] = B::now(sum);
                scheduler.handle_outcome(step, Outcome::Success, Instant::ZERO);
            }
        }
        sums.last().copied().ok_or_else(|| "there is no step".into())
    }
}
