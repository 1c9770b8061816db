//! List scheduling as in a textbook, without the library.

use crate::workflow::Workflow;
use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

/// What ready tasks are sorted by: the longest first, and among equals the first of the table.
pub type Key = Reverse<Duration>;

/// Whenever a worker is free, the ready task with the lowest key starts, among equals the first of the table. Returns when the
/// last one ends.
pub fn list_schedule(workflow: &Workflow, workers: u32, keys: &[Key]) -> Duration {
    let tasks = &workflow.tasks;
    let mut dependents = vec![Vec::new(); tasks.len()];
    for (at, task) in tasks.iter().enumerate() {
        task.needs.iter().for_each(|&need| dependents[need].push(at));
    }
    let mut outstanding: Vec<usize> = tasks.iter().map(|task| task.needs.len()).collect();
    let ready = (0..tasks.len()).filter(|&at| outstanding[at] == 0).map(|at| (keys[at], at));
    let mut ready: BTreeSet<_> = ready.collect();
    let mut running: BTreeSet<(Duration, usize)> = BTreeSet::new();
    let mut now = Duration::ZERO;
    loop {
        // Those that have ended by now, also those that take no time, free their workers before another starts.
        while let Some(&(end, at)) = running.first().filter(|(end, _)| *end <= now) {
            running.remove(&(end, at));
            for &dependent in &dependents[at] {
                outstanding[dependent] -= 1;
                if outstanding[dependent] == 0 {
                    ready.insert((keys[dependent], dependent));
                }
            }
        }
        if running.len() < workers as usize
            && let Some((_, at)) = ready.pop_first()
        {
            running.insert((now + tasks[at].duration, at));
        } else if let Some(&(end, _)) = running.first() {
            now = end;
        } else {
            return now;
        }
    }
}
