//! Runs one contestant with one workload, and counts its allocations.
//!
//! A program of its own because whoever links the counting allocator counts, and that costs time and instructions. It counts
//! those of this thread; all contestants keep to one.

use allocation_counter::{AllocationInfo, measure};
use rungs_peers::{
    child::{PEAK, Task, finish, tell},
    life::{Meter, Phase, Unmetered},
};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let task = match args.as_slice() {
        [name, workload] => Task::parse(name, workload),
        _ => None,
    };
    finish(task.ok_or_else(|| "the arguments are a contestant and a workload".into()).and_then(|task| count(&task)))
}

/// Counts after a first life, in which a process does some things once and for all.
fn count(task: &Task) -> Result<(), String> {
    task.live(1, &mut Unmetered)?;
    let mut counts = Counts::default();
    task.live(1, &mut counts)?;
    let mut ran = Ok(());
    let whole = measure(|| ran = task.live(1, &mut Unmetered));
    for (phase, info) in Phase::ALL.into_iter().zip(counts.0) {
        tell(phase.name(), info.count_total as f64);
    }
    tell(PEAK, whole.bytes_max as f64);
    ran
}

/// The allocations of each phase.
#[derive(Default)]
struct Counts([AllocationInfo; Phase::ALL.len()]);

impl Meter for Counts {
    fn measure(&mut self, phase: Phase, work: &mut dyn FnMut()) {
        self.0[phase as usize] = measure(work);
    }
}
