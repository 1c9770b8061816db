//! Real workflows with a simulated clock: the tasks take as long as they took in reality.
//!
//! They are executions from the WfCommons collection WfInstances (<https://github.com/wfcommons/WfInstances>), reduced
//! to tables of `id,seconds,needs`, one per file, in the folder that `RUNGS_WORKFLOWS` names. They are not part of the
//! project, so missing ones are skipped, and the output says so.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::fs::read_to_string;
use std::io::Write;
use std::path::PathBuf;

use crate::oracle::Case;
use crate::oracle::build::{ok, step};
use crate::sim::{Event, play_traced};

const NAMES: [&str; 14] = [
    "1000genome-chameleon-20ch-100k-001",
    "1000genome-chameleon-2ch-100k-001",
    "blast-chameleon-large-004",
    "bwa-chameleon-medium-002",
    "cycles-chameleon-1l-2c-9p-001",
    "epigenomics-chameleon-hep-2seq-50k-001",
    "epigenomics-chameleon-ilmn-6seq-50k-001",
    "hic-dirt02-001",
    "montage-chameleon-2mass-015d-001",
    "montage-chameleon-2mass-05d-001",
    "rnaseq-dirt02-001",
    "seismology-chameleon-400p-001",
    "soykb-chameleon-10fastq-10ch-001",
    "srasearch-chameleon-20a-005",
];

#[test]
fn replayed_at_several_limits() {
    let folder = std::env::var_os("RUNGS_WORKFLOWS").map(PathBuf::from);
    let (mut replayed, mut skipped, mut tasks) = (0, 0, 0);
    for name in NAMES {
        let table = folder.as_ref().and_then(|folder| read_to_string(folder.join(name).with_extension("csv")).ok());
        let Some(table) = table else {
            skipped += 1;
            continue;
        };
        let workflow = Workflow::parse(&table);
        [1, 4, 16, 64].into_iter().for_each(|limit| workflow.check(name, limit));
        replayed += 1;
        tasks += workflow.tasks.len();
    }
    // Not with `println`, whose output the test harness captures.
    let mut out = std::io::stderr();
    _ = writeln!(out, "workflows: {replayed} replayed ({tasks} tasks), {skipped} skipped");
    if skipped > 0 {
        let folder =
            folder.map_or("a folder: RUNGS_WORKFLOWS is not set".into(), |folder| folder.display().to_string());
        _ = writeln!(out, "SKIPPED: {skipped} real workflows are not in {folder}");
    }
}

struct Workflow {
    tasks: Vec<Task>,
}

struct Task {
    nanos: u64,
    needs: Vec<usize>,
}

impl Workflow {
    /// A task may be listed before those that it needs.
    fn parse(table: &str) -> Self {
        let rows = || table.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split(','));
        let ids = rows().map(|mut row| row.next().expect("an id"));
        let ids: HashMap<&str, usize> = ids.enumerate().map(|(index, id)| (id, index)).collect();
        let tasks = rows().map(|mut row| {
            let seconds: f64 = row.nth(1).and_then(|text| text.parse().ok()).expect("seconds");
            let needs = row.next().unwrap_or("").split_whitespace().map(|id| ids[id]);
            Task { nanos: (seconds * 1e9).round() as u64, needs: needs.collect() }
        });
        let tasks: Vec<_> = tasks.collect();
        assert_eq!(ids.len(), tasks.len(), "ids are unique");
        Self { tasks }
    }

    fn check(&self, name: &str, limit: u32) {
        let steps = self.tasks.iter().map(|task| step([ok(task.nanos)]).needs(&*task.needs).expected(task.nanos));
        let steps = steps.collect::<Vec<_>>();
        let played = play_traced(&Case { steps, limit: Some(limit), ..Case::default() });

        let (mut ended, mut in_flight) = (vec![false; self.tasks.len()], 0);
        for (now, event) in played.trace {
            match event {
                Event::Started(task) => {
                    in_flight += 1;
                    let needs = &self.tasks[task].needs;
                    assert!(in_flight <= limit, "{name}: {in_flight} tasks in flight at {now}");
                    assert!(needs.iter().all(|&need| ended[need]), "{name}: task {task} before its needs");
                }
                Event::Over(_) => in_flight -= 1,
                Event::Ended(task) => ended[task] = true,
                Event::Abandoned(task) => panic!("{name}: task {task} was abandoned"),
            }
        }
        assert!(ended.iter().all(|ended| *ended) && played.outcome.exit_code == 0, "{name}: not all tasks ended");

        let (starts, makespan) = self.list_schedule(limit);
        assert_eq!(played.outcome.finished_at, makespan, "{name} at {limit}: the makespan");
        assert!(played.outcome.starts == starts, "{name} at {limit}: other starts than list scheduling");

        let work: u128 = self.tasks.iter().map(|task| u128::from(task.nanos)).sum();
        let path = self.paths().into_iter().max().unwrap_or(0);
        let (m, time) = (u128::from(limit), u128::from(makespan));
        assert!(m * time <= work + (m - 1) * u128::from(path), "{name} at {limit}: longer than Graham's bound");
    }

    /// The length of the longest path from each task's start to an end of the graph.
    fn paths(&self) -> Vec<u64> {
        let mut paths = vec![0; self.tasks.len()];
        // Relaxed until nothing changes, so that the order of the tasks in the table does not matter.
        let mut changed = true;
        while changed {
            changed = false;
            let mut rests = vec![0; self.tasks.len()];
            for (task, path) in self.tasks.iter().zip(&paths) {
                task.needs.iter().for_each(|&need| rests[need] = *path.max(&rests[need]));
            }
            for ((path, rest), task) in paths.iter_mut().zip(rests).zip(&self.tasks) {
                changed |= std::mem::replace(path, rest + task.nanos) != rest + task.nanos;
            }
        }
        paths
    }

    /// Textbook list scheduling: whenever a permit is free, the task starts whose needs have all ended and whose
    /// longest path is longest, among equals the first in the table. Returns all starts, and the last end.
    fn list_schedule(&self, permits: u32) -> (Vec<(u64, usize)>, u64) {
        let paths = self.paths();
        let mut outstanding: Vec<usize> = self.tasks.iter().map(|task| task.needs.len()).collect();
        let key = |task: usize| (Reverse(paths[task]), task);
        let ready = (0..self.tasks.len()).filter(|&task| outstanding[task] == 0).map(key);
        let mut ready: BTreeSet<_> = ready.collect();
        let mut running: BTreeSet<(u64, usize)> = BTreeSet::new();
        let (mut starts, mut now) = (Vec::new(), 0);
        loop {
            // Tasks that are over by now, also those that take no time, free their permits before the next one starts.
            while let Some(&(end, task)) = running.first()
                && end <= now
            {
                running.remove(&(end, task));
                for (other, outstanding) in outstanding.iter_mut().enumerate() {
                    let needs = self.tasks[other].needs.iter().filter(|&&need| need == task).count();
                    *outstanding -= needs;
                    if needs > 0 && *outstanding == 0 {
                        ready.insert(key(other));
                    }
                }
            }
            if running.len() < permits as usize
                && let Some((_, task)) = ready.pop_first()
            {
                starts.push((now, task));
                running.insert((now + self.tasks[task].nanos, task));
            } else if let Some(&(end, _)) = running.first() {
                now = end;
            } else {
                return (starts, now);
            }
        }
    }
}
