//! taskgraph-rs: functions without arguments or results, at most 64.

use crate::{
    body::Body,
    contestant::{Contestant, Group, refuse_to_wait},
    graph::Graph,
    workload::Workload,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use taskgraph::{DynamicStore, Task, TaskGraph};

/// A graph of taskgraph-rs. It passes no results between steps, so they lie beside it.
pub(crate) struct Taskgraph {
    tasks: TaskGraph<DynamicStore>,
    sums: Arc<[AtomicU64]>,
}

impl Contestant for Taskgraph {
    const NAME: &'static str = "taskgraph-rs";
    const ABOUT: &'static str = "0.1: functions, one after the other (`run_sync`); results by atomics of the caller";
    const GROUP: Group = Group::Peer;

    fn refuses(workload: &Workload) -> Option<&'static str> {
        if workload.steps > 64 { Some("it takes 64 steps at most") } else { refuse_to_wait(workload) }
    }

    fn build<B: Body>(graph: &'static Graph) -> Self {
        let sums: Arc<[AtomicU64]> = (0..graph.len()).map(|_| AtomicU64::new(0)).collect();
        let mut tasks = TaskGraph::new(DynamicStore::new());
        for step in 0..graph.len() {
            let (of_steps, needs) = (sums.clone(), graph.needs(step));
            let task = Task::new_dynamic(graph.name(step), move || {
                let needs = needs.iter().map(|&need| of_steps[need as usize].load(Ordering::Relaxed));
                of_steps[step].store(B::now(needs.fold(graph.own(step), u64::wrapping_add)), Ordering::Relaxed);
                Ok(())
            });
            let needs: Vec<usize> = needs.iter().map(|&need| need as usize).collect();
            tasks.task(task, &needs).expect("at most 64 steps");
        }
        Self { tasks, sums }
    }

    fn run<B: Body>(&mut self) -> Result<u64, String> {
        self.tasks.run_sync().map_err(|error| format!("{error:?}"))?;
        self.sums.last().map(|sum| sum.load(Ordering::Relaxed)).ok_or_else(|| "there is no step".into())
    }
}
